"""Attacks on accounts: leaked passwords tried, one guessed, an account emptied, a session used far away."""

from pipeline.simulator.forms import MISTYPED_PASSWORD, Order
from pipeline.simulator.scenarios.attack_numbers import BruteForce, Chain, Stuffing, Travel
from pipeline.simulator.scenarios.draws import between, happens, stretched
from pipeline.simulator.scenarios.scene import Scene
from pipeline.simulator.scenarios.world import FAR
from pipeline.simulator.shop import CITIES, City, Customer
from transforms.core.times import MINUTE, SECOND

_MYRIAD = 10_000
_CONTROL = ("password", "email", "phone", "address", "payout")
"""What a thief changes: what keeps the owner out, or sends mail, goods and money elsewhere."""

_SOON = (30 * SECOND, 20 * MINUTE)


def credential_stuffing(scene: Scene) -> None:
    """Try many leaked passwords; about one in a hundred fits."""
    dice = scene.dice
    count, pause = stretched(dice, Stuffing.attempts), stretched(dice, Stuffing.pause)
    hits = max(1, count * between(dice, Stuffing.hits_per_myriad) // _MYRIAD)
    known = between(dice, Stuffing.known)
    city = dice.pick((*CITIES, *(far.city for far in FAR)))
    pool = [scene.cast.thief(city, Stuffing.device_told) for _ in range(stretched(dice, Stuffing.addresses))]
    time = scene.begin
    for number in range(count):
        thief = pool[number % len(pool)]
        # One hit in each of as many parts, somewhere in its later half: no address succeeds before it has failed.
        if number % (count // hits) == count // hits * 3 // 4 and number // (count // hits) < hits:
            victim = scene.cast.customer()
            scene.past(victim)
            scene.about("account", victim.account_id)
            scene.log_in(time, thief._replace(account_id=victim.account_id))
        elif happens(dice, known):
            scene.log_in(time, thief._replace(account_id=scene.cast.known_account()), MISTYPED_PASSWORD)
        else:
            scene.log_in(time, thief._replace(account_id=scene.cast.unknown_account()), "unknown_user")
        time += between(dice, (pause // 2, pause * 3 // 2))
    for thief in pool:
        scene.about("ip", thief.ip)


def brute_force(scene: Scene) -> None:
    """Guess the password of one account, and get in from a device that it has not seen."""
    dice = scene.dice
    victim = scene.cast.customer()
    scene.past(victim)
    thief = _in_place_of(victim, scene.cast.thief(_city(scene, victim, Chain.far)))
    addresses = [scene.cast.address() for _ in range(between(dice, BruteForce.addresses))]
    pause, time = stretched(dice, BruteForce.pause), scene.begin
    for _ in range(stretched(dice, BruteForce.failures)):
        scene.log_in(time, thief._replace(ip=dice.pick(addresses)), MISTYPED_PASSWORD)
        time += between(dice, BruteForce.rest) if happens(dice, BruteForce.rests) else pause + dice.below(pause)
    scene.log_in(time + SECOND, thief._replace(ip=dice.pick(addresses)))
    scene.about("account", victim.account_id)
    for address in addresses:
        scene.about("ip", address)


def takeover_chain(scene: Scene) -> None:
    """Sign in from a new device, change what gives control, buy far above the usual."""
    dice = scene.dice
    victim = scene.cast.customer()
    usual = scene.past(victim, payments=(3, 8))
    thief = _in_place_of(victim, scene.cast.thief(_city(scene, victim, Chain.far)))
    time = scene.begin
    for _ in range(between(dice, Chain.failures)):
        scene.log_in(time, thief, MISTYPED_PASSWORD)
        time += between(dice, (4 * SECOND, MINUTE))
    scene.log_in(time, thief)
    time += stretched(dice, Chain.before_change)
    first = dice.below(len(_CONTROL))
    for number in range(between(dice, Chain.changes)):
        scene.change(time, thief, _CONTROL[(first + number) % len(_CONTROL)])
        time += between(dice, _SOON)
    time += stretched(dice, Chain.before_purchase)
    for _ in range(between(dice, Chain.purchases)):
        amount = max(usual * between(dice, Chain.times_usual), stretched(dice, Chain.least))
        scene.pay(time, thief, Order(scene.merchant(), amount, "approved", channel="ecommerce"))
        time += between(dice, _SOON)
    scene.about("account", victim.account_id)


def impossible_travel(scene: Scene) -> None:
    """Sign in on another continent shortly after the owner did at home."""
    dice = scene.dice
    victim = scene.cast.customer()
    usual = scene.past(victim)
    scene.log_in(scene.begin, victim, is_part=False)
    thief = _in_place_of(victim, scene.cast.thief(_city(scene, victim, 100)))
    if happens(dice, Travel.copied_device):
        thief = thief._replace(device_id=victim.device_id, user_agent=victim.user_agent)
    time = scene.begin + between(dice, Travel.after)
    scene.log_in(time, thief)
    for _ in range(between(dice, Travel.purchases)):
        time += between(dice, _SOON)
        scene.pay(time, thief, Order(scene.merchant(), 2 * usual, "approved", channel="ecommerce"))
    scene.about("account", victim.account_id)


def _in_place_of(victim: Customer, thief: Customer) -> Customer:
    """Let a thief act in somebody's account, with the card that is stored there."""
    return thief._replace(account_id=victim.account_id, card=victim.card)


def _city(scene: Scene, victim: Customer, far: int) -> City:
    """Give the city that a thief is seen in; the shop charges in the victim's currency wherever that is."""
    if not happens(scene.dice, far):
        return victim.city
    return scene.dice.pick(FAR).city._replace(currency=victim.city.currency)
