"""Many at once, and nobody means harm: a sale, an office, a bank that is down, a day of new passwords, renewals."""

from pipeline.simulator.dice import spread
from pipeline.simulator.forms import MISTYPED_PASSWORD, Order
from pipeline.simulator.scenarios.draws import Range, between, happens, stretched
from pipeline.simulator.scenarios.negative_numbers import (
    USUAL_DECLINES,
    FlashSale,
    Office,
    Outage,
    Renewals,
    ResetDay,
)
from pipeline.simulator.scenarios.scene import Scene
from pipeline.simulator.shop import ISSUERS
from transforms.core.times import MINUTE, SECOND

_ONCE_OR_TWICE: Range = (1, 2)
_ORDINARY = (500, 15_000)
_SOON = (20 * SECOND, 5 * MINUTE)


def flash_sale(scene: Scene) -> None:
    """Sell one thing to many within minutes: many cards, few declines, one merchant."""
    dice = scene.dice
    merchant, price = scene.merchant(), between(dice, FlashSale.price)
    span, declined = stretched(dice, FlashSale.span), between(dice, USUAL_DECLINES)
    carriers = [scene.cast.address() for _ in range(between(dice, FlashSale.carriers))]
    for _ in range(stretched(dice, FlashSale.buyers)):
        buyer = scene.cast.customer()
        scene.past(buyer, _ONCE_OR_TWICE, (0, 2))
        if carriers and happens(dice, FlashSale.on_carrier):
            buyer = buyer._replace(ip=dice.pick(carriers))
            scene.about("ip", buyer.ip)
        status = "declined" if happens(dice, declined) else "approved"
        order = Order(merchant, price * between(dice, _ONCE_OR_TWICE), status, channel="ecommerce")
        scene.pay(scene.begin + dice.below(span), buyer, order)
        scene.about("merchant|bin", f"{merchant}|{buyer.card.bin}")


def nat_office(scene: Scene) -> None:
    """Let colleagues log in and pay over a day, all behind one address."""
    dice = scene.dice
    address, span = scene.cast.address(), between(dice, Office.span)
    declined = between(dice, USUAL_DECLINES)
    for _ in range(stretched(dice, Office.people)):
        person = scene.cast.customer()
        scene.past(person, _ONCE_OR_TWICE, (0, 3))
        person = person._replace(ip=address)
        time = scene.begin + dice.below(span)
        if happens(dice, Office.mistypes):
            for _ in range(between(dice, _ONCE_OR_TWICE)):
                scene.log_in(time, person, MISTYPED_PASSWORD)
                time += between(dice, (4 * SECOND, 40 * SECOND))
        scene.log_in(time, person)
        if happens(dice, Office.pays):
            status = "declined" if happens(dice, declined) else "approved"
            order = Order(scene.merchant(), between(dice, _ORDINARY), status)
            scene.pay(time + between(dice, _SOON), person, order)
    scene.about("ip", address)


def issuer_outage(scene: Scene) -> None:
    """Decline all cards of one issuer with 91 or 96 for a while; their holders try again."""
    dice = scene.dice
    brand, prefix = dice.pick(ISSUERS)
    span, codes = stretched(dice, Outage.span), spread(Outage.codes)
    end = scene.begin + span
    for _ in range(stretched(dice, Outage.holders)):
        holder = scene.cast.customer()
        holder = holder._replace(card=holder.card._replace(brand=brand, bin=prefix))
        scene.past(holder, (0, 1), (0, 2))
        merchant, amount = scene.merchant(), between(dice, _ORDINARY)
        time = scene.begin + dice.below(span)
        scene.about("merchant|bin", f"{merchant}|{prefix}")
        for _ in range(1 + between(dice, Outage.retries)):
            if time >= end:
                break
            scene.pay(time, holder, Order(merchant, amount, "declined", dice.pick(codes), "ecommerce"))
            time += between(dice, Outage.pause)
        if happens(dice, Outage.returns):
            order = Order(merchant, amount, "approved", channel="ecommerce")
            scene.pay(max(time, end) + SECOND + dice.below(span), holder, order)


def password_reset_day(scene: Scene) -> None:
    """Let many customers mistype, change their password and log in, each from the usual device."""
    dice = scene.dice
    span = between(dice, ResetDay.span)
    for _ in range(stretched(dice, ResetDay.people)):
        person = scene.cast.customer()
        scene.past(person, (1, 3), (0, 2))
        time = scene.begin + dice.below(span)
        for _ in range(between(dice, ResetDay.mistypes)):
            scene.log_in(time, person, MISTYPED_PASSWORD)
            time += between(dice, ResetDay.pause)
        scene.change(time + SECOND, person, "password", by_support=happens(dice, ResetDay.asks_support))
        scene.log_in(time + SECOND + between(dice, ResetDay.pause), person)
        scene.about("account", person.account_id)


def renewals(scene: Scene) -> None:
    """Charge many cards that are on file, one after another, from one server."""
    dice = scene.dice
    server, codes = scene.cast.address(), spread(Renewals.codes)
    merchant, declined = scene.merchant(), between(dice, Renewals.declined)
    pause, time = stretched(dice, Renewals.pause), scene.begin
    for _ in range(stretched(dice, Renewals.cards)):
        subscriber = scene.cast.customer()
        scene.past(subscriber, (0, 1), (0, 1))
        status = "declined" if happens(dice, declined) else "approved"
        order = Order(merchant, dice.pick(Renewals.prices), status, dice.pick(codes), "recurring")
        scene.pay(time, subscriber._replace(ip=server, device_id=""), order)
        scene.about("merchant|bin", f"{merchant}|{subscriber.card.bin}")
        time += between(dice, (pause // 2, pause * 3 // 2))
    scene.about("ip", server)
