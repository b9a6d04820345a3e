"""No other distribution that is installed here has packages of our names: it would overwrite ours without a word."""

from importlib.metadata import packages_distributions

import pytest

from tests.architecture.sources import ROOMS


def others(owners: dict[str, list[str]]) -> list[str]:
    return sorted({owner for room in ROOMS for owner in owners.get(room, ())} - {"millrace"})


def test_our_packages_are_ours_alone() -> None:
    assert others(dict(packages_distributions())) == []


@pytest.mark.parametrize("room", ROOMS)
def test_another_owner_is_found(room: str) -> None:
    assert others({room: ["millrace", f"{room}-of-somebody"]}) == [f"{room}-of-somebody"]
