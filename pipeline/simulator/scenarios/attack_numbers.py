"""How large, fast and mixed attacks are: ranges, from what attackers do and what it brings them.

No number here was taken from a rule that looks for them, or set by trying one: the ranges are wide, and some attacks
in them are too small, too slow or too patient for any simple rule. Where no reference is given the reason is the habit
of the trade. Counts are per attack, shares per cent, amounts minor units, times microseconds; both ends are included.
"""

from transforms.core.times import HOUR, MINUTE, SECOND

DEVICE_TOLD = 70
"""Per cent of attackers that show a device: the others call the checkout without the page's script."""

STOLEN_DECLINES = (("05", 30), ("51", 18), ("14", 15), ("54", 12), ("41", 8), ("43", 8), ("62", 5), ("82", 4))
"""Why stolen cards are declined: blocked or reported (05, 41, 43, 62), empty (51), old or mistyped (14, 54, 82)."""

GUESSED_DECLINES = (("14", 70), ("54", 12), ("05", 10), ("82", 8))
"""Why guessed numbers are declined: most belong to nobody (14), others fail by their date or code."""

SMALL_AMOUNTS = (0, 500)
"""Amounts of tests: nothing (an account check) to a few units, which owners overlook (OWASP OAT-001: small baskets)."""


class Burst:
    """Cards tried in a row from one address (OWASP OAT-001, carding)."""

    cards = (6, 500)  # by hand one tries a handful of a bought list, a program the whole list
    pause = (SECOND // 2, 45 * SECOND)  # a program waits for the answer, a person fills a form
    declined = (45, 95)  # fresh lists are half alive, old ones dead; merchants under attack tell of nine in ten
    again = 12  # a decline for the code or the date is tried once more with another
    same_amount = 60  # programs buy the cheapest thing again and again


class Slow:
    """The same, spread over rented household connections so that no address shows more than one or two cards."""

    span = (1 * HOUR, 10 * HOUR)  # a night's work; those that take weeks are not played
    per_hour_of_device = (6, 60)  # one browser or phone behind changing connections, one or two minutes a form
    per_hour_of_bin = (60, 300)  # a network of programs that work through one bank's numbers
    per_address = (1, 2)  # shops block addresses first: providers hand out another after each request or two
    declined = (45, 95)  # the lists are those of a burst
    same_device = 50  # half of them change connections alone, half wipe the browser too


class Bin:
    """Numbers of one issuer guessed in order (enumeration; OWASP OAT-010, card cracking)."""

    cards = (40, 900)  # below some dozens no guess succeeds
    pause = (SECOND // 5, 8 * SECOND)  # always a program; it slows down where answers do
    declined = (84, 98)  # most numbers of a range were never issued, and a date has to be guessed as well
    addresses = (1, 30)  # from a single server to a small pool of proxies
    unknown_issuer = 50  # small issuers, who notice less, are as good a target as those that the shop's customers have


class Probe:
    """A stolen card checked with next to nothing and then used for what sells again."""

    probes = (1, 2)  # one check is enough, some make sure
    probe = (0, 150)  # an account check, or what nobody looks up on a statement
    wait = (20 * SECOND, 3 * HOUR)  # at once, or when the goods are chosen
    spends = (1, 3)  # until the card is refused
    spend = (15_000, 250_000)  # phones, vouchers, shoes: from 150 to the limit of a card
    last_refused = 35  # the limit, or the bank has seen it


class Stuffing:
    """Pairs of name and password, leaked elsewhere, tried here (OWASP OAT-008)."""

    attempts = (200, 3_000)  # a slice of a list of millions
    pause = (SECOND // 5, 5 * SECOND)  # as fast as the login answers, or throttled not to be seen
    addresses = (1, 12)  # one server, or a few proxies in turn
    hits_per_myriad = (20, 200)  # 0.2 to 2 per cent: reports of the trade put it at 0.1 to 2
    known = (10, 60)  # per cent of the names that have an account here
    device_told = 40  # most call the login interface


class BruteForce:
    """Passwords guessed for one account until one fits (OWASP OAT-007)."""

    failures = (8, 250)  # a handful of likely ones, to a list
    pause = (SECOND, 25 * SECOND)  # by hand or throttled
    addresses = (1, 3)
    rests = 3  # per cent of the pauses in which the account is locked for a while
    rest = (1 * MINUTE, 4 * MINUTE)  # as lockouts last


class Chain:
    """A taken account: signed in to from elsewhere, made the thief's own, emptied."""

    failures = (0, 2)  # phished passwords fit, bought ones are mistyped or old
    before_change = (20 * SECOND, 2 * HOUR)  # a script, or somebody who looks round first
    changes = (1, 3)  # what keeps the owner out, or sends the goods and the mails elsewhere
    before_purchase = (1 * MINUTE, 9 * HOUR)  # at once, or when the owner sleeps
    purchases = (1, 3)
    times_usual = (4, 15)  # it is worth it only if it brings much
    least = (25_000, 200_000)  # what sells again costs this much, whatever the owner spends
    far = 60  # per cent from another continent; the others rent a connection in the owner's country


class Travel:
    """A session or password used far away while the owner is at home."""

    after = (3 * MINUTE, 150 * MINUTE)  # phished words are used while they are warm
    copied_device = 20  # per cent who copied the browser with its cookies, so that the device looks the same
    purchases = (0, 2)  # some only look for what is stored
