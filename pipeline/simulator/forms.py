"""The data of logins, payments and account changes, as the shop's systems write them: JSON, with nothing to escape."""

from typing import NamedTuple

from pipeline.simulator.dice import Dice, spread
from pipeline.simulator.shop import DECLINES, Card, Customer

SUCCESS = "success"
MISTYPED_PASSWORD = "bad_password"  # noqa: S105  a reason of failure
_DECLINES = spread(DECLINES)
_CHANNELS = spread((("ecommerce", 94), ("recurring", 4), ("moto", 2)))


class Order(NamedTuple):
    """What a payment is for, in minor units, and what comes of it.

    The response code of a decline, and the channel, are drawn where they are not given.
    """

    merchant: str
    amount: int
    status: str
    code: str = ""
    channel: str = ""


def login(dice: Dice, customer: Customer, outcome: str = SUCCESS) -> str:
    """Write a login: a success, or a failure for the reason that ``outcome`` is."""
    said = '"success"' if outcome == SUCCESS else f'"failure","failure_reason":"{outcome}"'
    return (
        f'{{"account_id":"{customer.account_id}","outcome":{said},"ip":"{customer.ip}",'
        f'"device_id":{_known(customer.device_id)},"user_agent":"{customer.user_agent}",'
        f'"geo":{_geo(dice, customer)}}}'
    )


def payment(dice: Dice, customer: Customer, order: Order) -> str:
    """Write a payment."""
    merchant, amount, status, code, channel = order
    codes = {"approved": '"00"', "declined": f'"{code or dice.pick(_DECLINES)}"', "error": "null"}
    more = "" if dice.below(4) else f',"checks":{{"cvc":"pass","avs_postal":null}},"geo":{_geo(dice, customer)}'
    return (
        f'{{"transaction_id":"t-{dice.bits():08x}","merchant_id":"{merchant}","amount":{amount},'
        f'"currency":"{customer.city.currency}","status":"{status}","response_code":{codes[status]},'
        f'"channel":"{channel or dice.pick(_CHANNELS)}","account_id":{_known(customer.account_id)},'
        f'"card":{_card(customer.card)},"ip":"{customer.ip}","device_id":{_known(customer.device_id)}{more}}}'
    )


def change(customer: Customer, what: str, *, by_support: bool = False) -> str:
    """Write a change of an account, made on the customer's device or by support."""
    where = f'"ip":"{customer.ip}","device_id":{_known(customer.device_id)},"actor":"self"'
    if by_support:
        where = '"ip":null,"device_id":null,"actor":"support"'
    return f'{{"account_id":"{customer.account_id}","change_type":"{what}",{where}}}'


def _known(name: str) -> str:
    return f'"{name}"' if name else "null"


def _card(card: Card) -> str:
    return (
        f'{{"fingerprint":"{card.fingerprint}","bin":"{card.bin}","last4":"{card.last4}","brand":"{card.brand}",'
        f'"funding":"{card.funding}","exp_month":{card.exp_month},"exp_year":{card.exp_year}}}'
    )


def _geo(dice: Dice, customer: Customer) -> str:
    """Look up an address: the town, wrong by a few kilometres."""
    city = customer.city
    lat, lon = ((round(degrees * 100) + dice.below(11) - 5) / 100 for degrees in (city.lat, city.lon))
    return f'{{"lat":{lat},"lon":{lon},"country":"{city.country}","asn":{city.asn}}}'
