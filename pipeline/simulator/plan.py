"""What is to be simulated."""

from collections.abc import Mapping
from typing import NamedTuple


class Plan(NamedTuple):
    """A history in numbers. Its fields are named as the command's options, which hold the defaults.

    ``events`` are those that a run receives: duplicates and malformed ones are among them, a message delivered again
    is not. ``start`` and ``duration`` are microseconds and span the times of sending. ``mix`` weighs the kinds of
    events. Ratios are of all events, ``bots`` of the page views, ``redelivered`` of the messages. With ``envelope``
    events travel in messages that have a publish time; ``events_per_message`` is None for a mixture.
    Scenarios, so many ``attacks`` and so many ``hard_negatives``, bring events of their own beside ``events``.
    """

    events: int
    seed: int
    start: int
    duration: int
    mix: Mapping[str, int]
    bots: float
    duplicates: float
    late: float
    in_future: float
    malformed: float
    bulky_every: int
    redelivered: float
    envelope: bool
    events_per_message: int | None
    attacks: int
    hard_negatives: int

    def expected(self, kind: str) -> int:
        """Give about how many events of a kind there will be, rounded up."""
        return -(-self.events * self.mix[kind] // sum(self.mix.values()))
