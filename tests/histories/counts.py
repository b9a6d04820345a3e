"""How many histories are told: a few, always the same, in ``make test``; many others in ``make soak-test``.

Each history has a seed and is a test of its own, drawn afresh. Left to itself, hypothesis would make most of a small
number of examples by changing a few earlier ones.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

SOAK = os.environ.get("MILLRACE_SOAK", "")
"""The first seed of a soak; empty for the few histories of ``make test``."""
_PHASES = (Phase.generate, Phase.shrink) if SOAK else (Phase.generate,)
"""A history is a second or more: shrinking one takes minutes, which only a soak has."""
_ONE = settings(
    max_examples=1,
    database=None,
    deadline=None,
    phases=_PHASES,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

Test = Callable[..., None]


def drawn(few: int, many: int, **strategies: st.SearchStrategy[Any]) -> Callable[[Test], Test]:
    """Make a test of what is drawn, once for each of some seeds: ``few`` of them, or ``many`` in a soak."""
    first, times = (int(SOAK), many) if SOAK else (0, few)

    def decorate(test: Test) -> Test:
        def once(salt: int, **arguments: Any) -> None:
            assume(salt)  # the simplest example of all, which hypothesis tries first, is left out
            test(**arguments)

        @pytest.mark.parametrize("number", range(first, first + times))
        def by_seed(number: int) -> None:
            seed(number)(_ONE(given(salt=st.integers(0, 2**64), **strategies)(once)))()

        by_seed.__doc__ = test.__doc__
        return by_seed

    return decorate
