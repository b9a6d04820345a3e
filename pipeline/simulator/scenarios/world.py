"""Where thieves sit and customers travel: cities far from all that the shop's customers live in."""

from typing import NamedTuple

from pipeline.simulator.shop import City


class Far(NamedTuple):
    """A city and the hours of the quickest usual flight from the furthest of the shop's cities."""

    city: City
    hours: int


FAR = (
    Far(City("US", "USD", 40.71, -74.01, 64504), 9),
    Far(City("US", "USD", 34.05, -118.24, 64505), 13),
    Far(City("BR", "BRL", -23.55, -46.63, 64506), 14),
    Far(City("ZA", "ZAR", -26.20, 28.05, 64507), 13),
    Far(City("SG", "SGD", 1.35, 103.82, 64508), 14),
    Far(City("JP", "JPY", 35.68, 139.69, 64509), 14),
)
"""All more than 5,000 km from each of the shop's cities; networks are of RFC 5398."""

UNKNOWN_ISSUERS = (("visa", "4000"), ("mastercard", "5100"), ("visa", "4800"))
"""Beginnings of issuers that no customer of the shop has a card of; two digits more make them whole."""
