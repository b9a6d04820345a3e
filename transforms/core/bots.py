"""Bots, by the public list of their user agents that the package crawler-user-agents carries (MIT licence)."""

from functools import cache, lru_cache
from typing import Any

import re2
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

LONGEST_AGENT = 1_024
"""Characters of a user agent that are looked at, so that neither a match nor the cache grows with hostile input."""
AGENT_CACHE = 65_536
_AUTOMATON_BYTES = 64 << 20  # of states met so far; RE2 forgets them when they are more


def is_bot(user_agent: str) -> bool:
    """Tell whether the list names a user agent; case matters, as it does there. Of a longer one the head is judged."""
    return _matches(user_agent[:LONGEST_AGENT])


@lru_cache(AGENT_CACHE)
def _matches(user_agent: str) -> bool:
    # RE2 takes bytes as they are; a str with half of a surrogate pair would be an error.
    return _patterns().search(user_agent.encode("utf-8", "replace")) is not None


@cache
def _patterns() -> Any:
    """Compile the whole list as one automaton: RE2 tries all patterns at once, where ``re`` tries one after another."""
    options = re2.Options()
    options.max_mem = _AUTOMATON_BYTES
    options.log_errors = False  # it would write to stderr, past every logger
    return re2.compile("|".join(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA), options)
