"""Rules of the kind ``success_while``: successes at an IP while another rule fires for it."""

from collections.abc import Iterator, Sequence

from transforms.core.fraud.facts import Fact
from transforms.core.fraud.rules import Rule
from transforms.core.fraud.seen import Firing, Seen, Sighting, window_of
from transforms.core.times import DAY, HOUR


def hits(rule: Rule, seen: Seen, firings: Sequence[Firing]) -> Iterator[Firing]:
    """Give the successes of accounts not at home at the IP, in or after windows in which a rule fired, one each."""
    successes = seen.in_order(Fact.ACCOUNT_OK)
    accounts = successes.grouped(lambda one: one.value)
    strange = successes.where(lambda one: not accounts[one.value].count(one.time - one.time % HOUR - DAY, one.time))
    for firing in firings:
        for success in strange.between(firing.start, firing.end + rule.window + 1):
            start, end = window_of(firing.start, success.time)
            yield Firing(start, end, 1, 1, 1, (success,), firing.first, max(firing.last, success.time))


def together(firings: Sequence[Firing]) -> Firing:
    """Give the hits of an episode as one: each account once, by its first success."""
    first: dict[int, Sighting] = {}
    for success in sorted(
        (one for firing in firings for one in firing.deciding), key=lambda one: (one.time, one.event)
    ):
        first.setdefault(success.value, success)
    found, firing = len(first), firings[0]
    return firing._replace(observed=found, ratio=found, bad=found, deciding=tuple(first.values()))
