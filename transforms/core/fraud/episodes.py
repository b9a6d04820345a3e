"""Episodes: chains of windows in which a rule fires for an entity."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from transforms.core.fraud.hits import together
from transforms.core.fraud.rules import Rule, RuleKind
from transforms.core.fraud.seen import Firing


class Episode(NamedTuple):
    """A chain of windows; ``peak`` is the one in which most was observed, the first of several.

    ``most_bad`` is the greatest number of bad things in one of them; ``first`` and ``last`` are the times of the first
    and last event that decided anything.
    """

    start: int
    end: int
    peak: Firing
    most_bad: int
    first: int
    last: int


def episodes(rule: Rule, firings: Iterable[Firing]) -> Iterator[Episode]:
    """Chain windows; each begins at most the rule's gap after those before it ended."""
    chain: list[Firing] = []
    end = 0
    for firing in sorted(firings, key=lambda firing: (firing.start, firing.end, firing.first, firing.last)):
        if chain and firing.start > end + rule.gap:
            yield _episode(rule, chain)
            chain = []
        end = max(end, firing.end) if chain else firing.end
        chain.append(firing)
    if chain:
        yield _episode(rule, chain)


def _episode(rule: Rule, chain: Sequence[Firing]) -> Episode:
    is_counted = rule.kind is RuleKind.SUCCESS_WHILE
    return Episode(
        chain[0].start,
        max(firing.end for firing in chain),
        together(chain) if is_counted else max(chain, key=lambda firing: firing.observed),
        max(firing.bad for firing in chain),
        min(firing.first for firing in chain),
        max(firing.last for firing in chain),
    )
