"""The rules of casework: what state a case is in, and who may do what to it. No I/O, no clock."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.store import ConflictError, Decision

CLAIM, RELEASE, CLOSE, REOPEN = "claim", "release", "close", "reopen"
ACTIONS = (CLAIM, RELEASE, CLOSE, REOPEN)
VERDICTS = ("confirmed_fraud", "false_positive", "inconclusive")
OPEN, CLAIMED, CLOSED = "open", "claimed", "closed"


class State(NamedTuple):
    """Where a case stands. ``version`` is the number of actions so far: what the next one has to expect."""

    status: str
    claimed_by: str
    version: int


def state(actions: Sequence[tuple[str, str]], unjudged: int) -> State:
    """Work out where a case stands.

    An alert without a verdict opens a case again by itself; ``reopen`` opens one whose alerts all have a verdict.

    Args:
        actions: (action, reviewer), in order.
        unjudged: how many of its open alerts have no verdict.
    """
    holder, reopened = "", False
    for action, reviewer in actions:
        if action == CLAIM:
            holder = reviewer
        else:
            holder = ""
            if action != RELEASE:
                reopened = action == REOPEN
    if not unjudged and not reopened:
        return State(CLOSED, "", len(actions))
    return State(CLAIMED if holder else OPEN, holder, len(actions))


def check(decision: Decision, found: State, last: str) -> None:
    """See whether a decision fits the case.

    Args:
        decision: what a reviewer wants.
        found: where the case stands.
        last: who acted last, and how, for people; "" where nobody did.

    Raises:
        ConflictError: somebody else was first, or the case is in no state for it.
    """
    if decision.expected_version != found.version:
        raise ConflictError(f"Somebody else was first: {last}. Nothing of yours was recorded; look at the case again.")
    if decision.action == REOPEN and found.status != CLOSED:
        raise ConflictError("The case is open already.")
    if decision.action != REOPEN and found.status == CLOSED:
        raise ConflictError("The case is closed. Reopen it first.")
    if decision.action == RELEASE and not found.claimed_by:
        raise ConflictError("Nobody holds the case.")
    if decision.action in (CLAIM, CLOSE) and found.claimed_by not in ("", decision.reviewer):
        raise ConflictError(f"{found.claimed_by} has claimed the case. Release it first, if they agree.")
