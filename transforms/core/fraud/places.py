"""Positions of logins as numbers."""

from typing import Any

PLACE_DEGREES = 0.5
"""Places are this wide, some 50 km: less than what positions of IPs are good for."""
MICRODEGREES = 1_000_000
_LOW = 0xFFFFFFFF


def place_and_position(geo: Any) -> tuple[str, int] | None:
    """Give the name of a place and the position in it as one number, where both coordinates are known."""
    if not geo or geo.get("lat") is None or geo.get("lon") is None:
        return None
    latitude, longitude = (round(geo[name] * MICRODEGREES) for name in ("lat", "lon"))
    cell = tuple(int(part // (PLACE_DEGREES * MICRODEGREES)) for part in (latitude, longitude))
    return str(cell), latitude << 32 | longitude & _LOW


def position_of(packed: int) -> tuple[float, float]:
    """Give the latitude and longitude, in degrees, that a fact holds."""
    longitude = (packed & _LOW) - ((packed & 0x80000000) << 1)
    return (packed >> 32) / MICRODEGREES, longitude / MICRODEGREES
