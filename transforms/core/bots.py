"""Bots, by the public list of their user agents that the package crawler-user-agents carries (MIT licence)."""

from collections.abc import Callable
from functools import cache
from typing import Any

import re2
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

LONGEST_AGENT = 1_024
"""Characters of a user agent that are looked at, so that no match grows with hostile input."""
AGENT_CACHE = 65_536
"""Agents whose verdicts are kept; none is longer than LONGEST_AGENT."""
_AUTOMATON_BYTES = 64 << 20  # of states met so far; RE2 forgets them when they are more


class Verdicts(dict[str, bool]):
    """Judges an agent at its first look-up and remembers the verdict: a later one costs half of ``lru_cache``'s."""

    def __missing__(self, user_agent: str) -> bool:
        # RE2 takes bytes as they are; a str with half of a surrogate pair would be an error.
        head = user_agent[:LONGEST_AGENT].encode("utf-8", "replace")
        verdict = _patterns().search(head) is not None
        if len(user_agent) <= LONGEST_AGENT:
            if len(self) >= AGENT_CACHE:
                self.clear()
            self[user_agent] = verdict
        return verdict


is_bot: Callable[[str], bool] = Verdicts().__getitem__
"""Tell whether the list names a user agent; case matters, as it does there. Of a longer one the head is judged."""


@cache
def _patterns() -> Any:
    """Compile the whole list as one automaton: RE2 tries all patterns at once, where ``re`` tries one after another."""
    options = re2.Options()
    options.max_mem = _AUTOMATON_BYTES
    options.log_errors = False  # it would write to stderr, past every logger
    return re2.compile("|".join(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA), options)
