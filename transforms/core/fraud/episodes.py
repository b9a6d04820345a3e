"""Episodes: chains of windows in which a rule fires for an entity."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from transforms.core.fraud.rules import Rule
from transforms.core.fraud.seen import Firing


class Episode(NamedTuple):
    """A chain of windows; ``peak`` is the one in which most was observed, the first of several."""

    start: int
    end: int
    peak: Firing


def episodes(rule: Rule, firings: Iterable[Firing]) -> Iterator[Episode]:
    """Chain windows; each begins at most the rule's gap after the last one ended."""
    current: Episode | None = None
    for firing in sorted(firings, key=lambda firing: (firing.start, firing.end)):
        if current and firing.start <= current.end + rule.gap:
            peak = firing if firing.observed > current.peak.observed else current.peak
            current = Episode(current.start, max(current.end, firing.end), peak)
            continue
        if current:
            yield current
        current = Episode(firing.start, firing.end, firing)
    if current:
        yield current
