"""Few people in odd ways, and all of them themselves: a journey, a family's card, a new phone."""

from pipeline.simulator.forms import Order
from pipeline.simulator.scenarios.draws import between, happens, stretched
from pipeline.simulator.scenarios.negative_numbers import Family, NewPhone, Traveller
from pipeline.simulator.scenarios.scene import Scene
from pipeline.simulator.scenarios.world import FAR
from pipeline.simulator.shop import CITIES
from transforms.core.times import HOUR, MINUTE, SECOND

_LATER = (2 * MINUTE, 40 * MINUTE)
_ROUND_USUAL = (60, 140)


def traveller(scene: Scene) -> None:
    """Log in at home, fly, and log in where the plane landed, on the same device."""
    dice = scene.dice
    person = scene.cast.customer()
    usual = scene.past(person, payments=(3, 6))
    scene.log_in(scene.begin, person)
    time = scene.begin + between(dice, Traveller.before)
    if happens(dice, Traveller.far):
        there, hours = dice.pick(FAR)
        time += hours * HOUR + between(dice, Traveller.on_the_ground)
    else:
        there = dice.pick([city for city in CITIES if city != person.city])
        time += between(dice, Traveller.within_europe)
    away = person._replace(ip=scene.cast.address(), city=there._replace(currency=person.city.currency))
    scene.log_in(time, away)
    for _ in range(between(dice, Traveller.purchases)):
        time += between(dice, _LATER)
        status = "declined" if happens(dice, Traveller.declined) else "approved"
        amount = usual * between(dice, _ROUND_USUAL) // 100
        scene.pay(time, away, Order(scene.merchant(), amount, status, channel="ecommerce"))
    scene.about("account", person.account_id)


def family_card(scene: Scene) -> None:
    """Pay with one card from the accounts and devices of a household."""
    dice = scene.dice
    members = scene.cast.household(between(dice, Family.members))
    card, span = members[0].card, between(dice, Family.span)
    for member in members:
        holder = member._replace(card=card)
        usual = scene.past(holder, payments=(1, 3))
        time = scene.begin + dice.below(span)
        scene.log_in(time, holder)
        for _ in range(between(dice, Family.purchases)):
            time += between(dice, _LATER)
            amount = usual * between(dice, _ROUND_USUAL) // 100
            scene.pay(time, holder, Order(scene.merchant(), amount, "approved", channel="ecommerce"))
        scene.about("account", holder.account_id)
    scene.about("card", card.fingerprint)
    scene.about("ip", members[0].ip)


def second_device(scene: Scene) -> None:
    """Let a known customer go on with a new phone, and buy about as much as ever."""
    dice = scene.dice
    person = scene.cast.customer()
    usual = scene.past(person, payments=(3, 8))
    phone = person._replace(device_id=scene.cast.device())
    time = scene.begin
    scene.log_in(time, phone)
    scene.change(time + 2 * SECOND, phone, "device_added")
    time += 4 * SECOND + stretched(dice, NewPhone.before_change)
    for number in range(between(dice, NewPhone.changes)):
        scene.change(time, phone, ("phone", "password", "address")[(number + dice.below(2)) % 3])
        time += between(dice, _LATER)
    time += stretched(dice, NewPhone.before_purchase)
    for _ in range(between(dice, NewPhone.purchases)):
        amount = usual * between(dice, NewPhone.of_usual) // 100
        scene.pay(time, phone, Order(scene.merchant(), amount, "approved", channel="ecommerce"))
        time += between(dice, _LATER)
    if happens(dice, NewPhone.keeps_old):
        scene.log_in(time, person)
    scene.about("account", person.account_id)
