"""What provisioning did, or found."""

from enum import StrEnum
from typing import NamedTuple


class Act(StrEnum):
    """What became of a difference."""

    MADE = "made"
    CHANGED = "changed"
    DRIFT = "differs"
    """It cannot be mended without loss, or is not ours to decide."""


class Finding(NamedTuple):
    """A difference between what is wanted and what was there: the resource, and what was made, changed or differs."""

    act: Act
    resource: str
    what: str
