"""What is to be simulated."""

from typing import NamedTuple

KINDS = ("page_view", "request", "login", "payment", "change")
"""The kinds of events, as ``Plan.mix`` weighs them."""


class Plan(NamedTuple):
    """A history in numbers. Its fields are named as the command's options, which hold the defaults.

    ``events`` are those that a run receives: duplicates and malformed ones are among them, a message delivered again
    is not. ``start`` and ``duration`` are microseconds and span the times of sending. ``mix`` weighs KINDS. Ratios are
    of all events, ``bots`` of the page views, ``redelivered`` of the messages. With ``envelope`` events travel in
    messages that have a publish time; ``events_per_message`` is None for a mixture.
    """

    events: int
    seed: int
    start: int
    duration: int
    mix: tuple[int, ...]
    bots: float
    duplicates: float
    late: float
    in_future: float
    malformed: float
    bulky_every: int
    redelivered: float
    envelope: bool
    events_per_message: int | None

    def expected(self, *kinds: str) -> int:
        """Give about how many events of some kinds there will be, rounded up."""
        weight = sum(weight for kind, weight in zip(KINDS, self.mix, strict=True) if kind in kinds)
        return -(-self.events * weight // sum(self.mix))
