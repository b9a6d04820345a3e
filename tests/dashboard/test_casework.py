"""Where a case stands follows from its actions and verdicts, and who may do what follows from that."""

import pytest

from dashboard.casework import State, check, state
from dashboard.store import ConflictError, Decision

CLAIM, RELEASE, CLOSE, REOPEN = ("claim", "kim"), ("release", "kim"), ("close", "kim"), ("reopen", "kim")


@pytest.mark.parametrize(
    ("actions", "unjudged", "expected"),
    [
        ([], 2, ("open", "")),
        ([], 0, ("closed", "")),  # its verdicts came from elsewhere
        ([CLAIM], 2, ("claimed", "kim")),
        ([CLAIM, RELEASE], 2, ("open", "")),
        ([CLAIM, RELEASE, ("claim", "noor")], 1, ("claimed", "noor")),
        ([CLAIM, CLOSE], 0, ("closed", "")),
        ([CLOSE], 1, ("open", "")),  # a new alert opens the case again
        ([CLOSE, REOPEN], 0, ("open", "")),
        ([CLOSE, REOPEN, CLAIM], 0, ("claimed", "kim")),
        ([CLOSE, REOPEN, CLAIM, RELEASE], 0, ("open", "")),
        ([CLOSE, REOPEN, CLOSE], 0, ("closed", "")),
    ],
)
def test_where_a_case_stands(actions, unjudged, expected):
    assert state(actions, unjudged) == (*expected, len(actions))


def decision(action: str, reviewer: str = "kim", version: int = 3) -> Decision:
    return Decision("a" * 32, "ip", "192.0.2.7", action, version, reviewer)


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ("claim", State("open", "", 3)),
        ("claim", State("claimed", "kim", 3)),
        ("close", State("open", "", 3)),
        ("close", State("claimed", "kim", 3)),
        ("release", State("claimed", "noor", 3)),
        ("reopen", State("closed", "", 3)),
    ],
)
def test_what_may_be_done(action, found):
    check(decision(action), found, "")


@pytest.mark.parametrize(
    ("action", "found", "told"),
    [
        ("close", State("open", "", 4), "Somebody else was first: noor did 'claim'"),
        ("claim", State("claimed", "noor", 3), "noor has claimed the case"),
        ("close", State("claimed", "noor", 3), "noor has claimed the case"),
        ("close", State("closed", "", 3), "closed"),
        ("claim", State("closed", "", 3), "closed"),
        ("reopen", State("open", "", 3), "open already"),
        ("release", State("open", "", 3), "Nobody holds"),
    ],
)
def test_what_may_not(action, found, told):
    with pytest.raises(ConflictError, match=told):
        check(decision(action), found, "noor did 'claim' at noon")
