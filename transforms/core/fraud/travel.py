"""Rules of the kind ``travel``: successes that nobody could have travelled between."""

from collections import OrderedDict
from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt

from transforms.core.fraud.devices import Devices
from transforms.core.fraud.facts import Fact
from transforms.core.fraud.places import position_of
from transforms.core.fraud.rules import Rule
from transforms.core.fraud.seen import Firing, Seen, Sighting, ordered_firing
from transforms.core.times import HOUR

EARTH_KM = 6371.0088
"""Mean radius, IUGG."""
FASTEST_KMH = 5000
"""More is not told: positions within a minute of each other make any figure."""
_PLACES = 16
"""Places looked back at, of those an account was at last; more in a day are no journey."""


def travel(rule: Rule, seen: Seen) -> Iterator[Firing]:
    """Give each success that nobody could have come to, with the one before it that asks for the most speed."""
    devices = Devices(seen)
    last: OrderedDict[int, tuple[Sighting, ...]] = OrderedDict()
    for success in seen.in_order(Fact.PLACE_OK).all:
        journeys = [
            (speed, before.time, distance, before)
            for place in last.values()
            for before in place
            for speed, distance in _speeds(rule, before, success)
            if success.b in (0, before.b) or not devices.knows(success, before.time)
        ]
        if journeys:
            speed, _, distance, before = max(journeys, key=lambda journey: journey[:2])
            observed = min(speed, FASTEST_KMH)
            yield ordered_firing(observed, observed / rule.kmh, (success, before), (("km", distance),))
        # Two of each place: of one at this very moment nobody came, but perhaps of the one before.
        earlier = [one for one in last.get(success.value, ()) if one.time < success.time]
        last[success.value] = (*earlier[-1:], success)
        last.move_to_end(success.value)
        if len(last) > _PLACES:
            last.popitem(last=False)


def _speeds(rule: Rule, before: Sighting, success: Sighting) -> Iterator[tuple[float, float]]:
    """Give the speed and the distance between two successes, if they are too great."""
    if 0 < success.time - before.time <= rule.window:
        distance = great_circle(position_of(before.a), position_of(success.a))
        speed = distance * HOUR / (success.time - before.time)
        if distance > rule.km and speed > rule.kmh:
            yield speed, distance


def great_circle(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the distance of two positions in degrees, in kilometres (haversine; Sinnott, Sky and Telescope, 1984)."""
    (latitude, longitude), (to_latitude, to_longitude) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((to_latitude - latitude) / 2) ** 2
    half += cos(latitude) * cos(to_latitude) * sin((to_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1, half)))
