"""How large, fast and mixed the days are that look like fraud and are none; units are those of ``attack_numbers``.

The same holds: no number is taken from a rule. Reasons are how shops, offices, banks and families behave.
"""

from transforms.core.times import HOUR, MINUTE, SECOND

USUAL_DECLINES = (2, 9)
"""Per cent of honest payments declined where cards are not present, for want of money mostly."""


class FlashSale:
    """Many buy one thing at once."""

    buyers = (100, 1_200)  # a mailing to a small shop's list, or a campaign
    span = (4 * MINUTE, 50 * MINUTE)  # till all is sold
    price = (900, 9_900)  # one bargain, one price
    carriers = (0, 4)  # mobile networks put many customers behind one address
    on_carrier = 12  # per cent of the buyers, where there are such networks


class Office:
    """Colleagues behind one address, each with an account, a device and a card of their own."""

    people = (25, 250)  # a floor to a site
    span = (3 * HOUR, 9 * HOUR)  # a working day, or what is left of it
    pays = 45  # per cent; the others look
    mistypes = 10  # per cent, once or twice, as everybody


class Outage:
    """An issuer does not answer for a while; whoever holds its cards tries again."""

    holders = (30, 350)  # who wants to pay in this time
    span = (8 * MINUTE, 100 * MINUTE)  # from a restart to a bad evening
    retries = (0, 4)  # some leave, some insist
    pause = (15 * SECOND, 4 * MINUTE)  # a click, or another look at the card
    codes = (("91", 75), ("96", 25))  # issuer unavailable; system malfunction (ISO 8583)
    returns = 65  # per cent who come back when it is over


class ResetDay:
    """All customers are asked to change their password, and mistype the old one or the new."""

    people = (60, 500)  # a part of the list each hour
    span = (1 * HOUR, 9 * HOUR)  # from the mail in the morning to the evening
    mistypes = (1, 4)  # the old one is forgotten, the new one unfamiliar
    pause = (5 * SECOND, 50 * SECOND)
    asks_support = 5  # per cent who have it changed for them


class Traveller:
    """A customer logs in at home, flies, and logs in where the plane landed."""

    before = (30 * MINUTE, 2 * HOUR)  # from the last look at home to take-off
    within_europe = (3 * HOUR, 6 * HOUR)  # flight, luggage and taxi between two of the shop's cities
    on_the_ground = (40 * MINUTE, 2 * HOUR)  # after a long flight
    far = 60  # per cent
    purchases = (0, 3)
    declined = 20  # per cent of these: banks do not expect the country


class Family:
    """One card in the accounts of a household, each member with a device of their own."""

    members = (2, 5)
    purchases = (1, 3)  # of each member
    span = (1 * HOUR, 15 * HOUR)  # a day at home


class NewPhone:
    """A known customer goes on with a second device, sets the account up anew and buys as ever, or a little more."""

    before_change = (1 * MINUTE, 3 * HOUR)
    changes = (1, 2)
    before_purchase = (10 * MINUTE, 8 * HOUR)
    purchases = (1, 3)
    of_usual = (50, 250)  # per cent of the usual amount
    keeps_old = 60  # per cent use the old one again on the same day


class Renewals:
    """Subscriptions are charged in one go, from the shop's own server."""

    cards = (150, 1_500)  # a monthly run
    pause = (SECOND // 5, 4 * SECOND)  # as the bank's interface allows
    prices = (499, 999, 1_499, 2_999)
    declined = (5, 18)  # cards on file grow old: more than of fresh payments
    codes = (("51", 55), ("54", 30), ("05", 15))
