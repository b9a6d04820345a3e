"""Attacks on cards: many tried in a burst, slow and low, or guessed of one issuer; and one probed and spent."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.simulator.dice import spread
from pipeline.simulator.forms import Order
from pipeline.simulator.scenarios.attack_numbers import (
    DEVICE_TOLD,
    GUESSED_DECLINES,
    SMALL_AMOUNTS,
    STOLEN_DECLINES,
    Bin,
    Burst,
    Probe,
    Slow,
)
from pipeline.simulator.scenarios.draws import between, happens, stretched
from pipeline.simulator.scenarios.scene import Scene
from pipeline.simulator.shop import CITIES, ISSUERS, Customer
from transforms.core.times import HOUR, SECOND

_STOLEN, _GUESSED = spread(STOLEN_DECLINES), spread(GUESSED_DECLINES)


class _Series(NamedTuple):
    """Cards tried one after another at a merchant: the mean pause, the share declined, and why."""

    merchant: str
    cards: int
    pause: int
    declined: int
    codes: Sequence[str]
    amount: int | None = None


def burst(scene: Scene) -> None:
    """Try many cards from one address."""
    dice = scene.dice
    thief = scene.cast.thief(dice.pick(CITIES), DEVICE_TOLD)
    amount = between(dice, SMALL_AMOUNTS) if happens(dice, Burst.same_amount) else None
    declined, pause = between(dice, Burst.declined), stretched(dice, Burst.pause)
    series = _Series(scene.merchant(), stretched(dice, Burst.cards), pause, declined, _STOLEN, amount)
    scene.about("ip", thief.ip)
    scene.about("device", thief.device_id)
    _try_cards(scene, _with_new_cards(scene, thief, Burst.again), series)


def slow_and_low(scene: Scene) -> None:
    """Try cards over hours from ever new addresses, which one device, or one issuer at one merchant, connects."""
    dice = scene.dice
    same_device = happens(dice, Slow.same_device)
    per_hour = stretched(dice, Slow.per_hour_of_device if same_device else Slow.per_hour_of_bin)
    count = between(dice, Slow.span) * per_hour // HOUR
    merchant, declined = scene.merchant(), between(dice, Slow.declined)
    brand, prefix = dice.pick(ISSUERS)
    device = scene.cast.device()
    if same_device:
        scene.about("device", device)
    else:
        scene.about("merchant|bin", f"{merchant}|{prefix}")

    def thieves() -> Iterator[Customer]:
        while True:
            thief = scene.cast.thief(dice.pick(CITIES))
            thief = thief._replace(device_id=device) if same_device else thief
            for _ in range(between(dice, Slow.per_address)):
                card = scene.cast.card()
                yield thief._replace(card=card if same_device else card._replace(brand=brand, bin=prefix))

    _try_cards(scene, thieves(), _Series(merchant, count, HOUR // per_hour, declined, _STOLEN))


def bin_attack(scene: Scene) -> None:
    """Guess numbers of one issuer at one merchant."""
    dice = scene.dice
    brand, prefix = scene.cast.unknown_issuer() if happens(dice, Bin.unknown_issuer) else dice.pick(ISSUERS)
    merchant, city, declined = scene.merchant(), dice.pick(CITIES), between(dice, Bin.declined)
    pool = [scene.cast.thief(city, DEVICE_TOLD) for _ in range(stretched(dice, Bin.addresses))]
    scene.about("merchant|bin", f"{merchant}|{prefix}")

    def thieves() -> Iterator[Customer]:
        while True:
            thief = dice.pick(pool)
            scene.about("ip", thief.ip)
            scene.about("device", thief.device_id)
            yield thief._replace(card=scene.cast.card()._replace(brand=brand, bin=prefix))

    series = _Series(merchant, stretched(dice, Bin.cards), stretched(dice, Bin.pause), declined, _GUESSED)
    _try_cards(scene, thieves(), series)


def probe_then_spend(scene: Scene) -> None:
    """Check a customer's stolen card with next to nothing, and spend much with it."""
    dice = scene.dice
    victim = scene.cast.customer()
    scene.past(victim)
    thief = scene.cast.thief(victim.city, DEVICE_TOLD)._replace(card=victim.card)
    time = scene.begin
    for _ in range(between(dice, Probe.probes)):
        order = Order(scene.merchant(), between(dice, Probe.probe), "approved", channel="ecommerce")
        scene.pay(time, thief, order)
        time += stretched(dice, Probe.wait)
    spends = between(dice, Probe.spends)
    for number in range(spends):
        is_refused = number and number == spends - 1 and happens(dice, Probe.last_refused)
        order = Order(scene.merchant(), stretched(dice, Probe.spend), "declined" if is_refused else "approved")
        scene.pay(time, thief, order._replace(channel="ecommerce"))
        time += between(dice, (20 * SECOND, 600 * SECOND))
    scene.about("card", victim.card.fingerprint)
    scene.about("ip", thief.ip)
    scene.about("device", thief.device_id)


def _with_new_cards(scene: Scene, thief: Customer, again: int) -> Iterator[Customer]:
    while True:
        with_card = thief._replace(card=scene.cast.card())
        yield with_card
        if happens(scene.dice, again):
            yield with_card


def _try_cards(scene: Scene, thieves: Iterator[Customer], series: _Series) -> None:
    dice, time = scene.dice, scene.begin
    for _ in range(series.cards):
        status = "declined" if happens(dice, series.declined) else "approved"
        amount = between(dice, SMALL_AMOUNTS) if series.amount is None else series.amount
        order = Order(series.merchant, amount, status, dice.pick(series.codes), "ecommerce")
        scene.pay(time, next(thieves), order)
        time += between(dice, (series.pause // 2, series.pause * 3 // 2))
