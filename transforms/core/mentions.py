"""Mentions of a person in stored texts: whole words, however JSON or a URL spells them."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from transforms.core.fraud.pseudonyms import PERSONAL, Pseudonyms

_BEFORE, _AFTER = r"(?:^|[^\w.@+-]|\\[bfnrt]|%[0-9A-Fa-f]{2})", r"(?:$|[^\w.@+-]|\.(?:$|[^\w.@+-]))"
"""What a name ends at. Dots, ats, pluses and dashes are parts of names: u7 is not in u7-b, nor a@b.c in xa@b.c."""


class Mentions:
    """Finds the names of a person.

    Args:
        names: as events have them: of a user, an account, an IP, a device, a card.
        key: what alerts name people by, if by keyed hashes.
    """

    def __init__(self, names: Iterable[str], key: bytes = b"") -> None:
        spelled = sorted({text for name in names for text in (*_in_alerts(name, key), *_spellings(name))})
        self.pattern = f"{_BEFORE}(?:{'|'.join(map(re.escape, spelled))}){_AFTER}"
        self._pattern = re.compile(self.pattern.encode(), re.MULTILINE)

    def __contains__(self, text: object) -> bool:
        """Tell whether bytes mention the person."""
        return isinstance(text, bytes) and self._pattern.search(text) is not None


def _in_alerts(name: str, key: bytes) -> Iterator[str]:
    pseudonyms = Pseudonyms(key)
    return (pseudonyms.name(kind, name) for kind in PERSONAL)


def _spellings(name: str) -> Iterator[str]:
    """Give a name as text, within JSON with and without letters beyond ASCII, and within a URL."""
    yield name
    for ascii_only in (True, False):
        inner = json.dumps(name, ensure_ascii=ascii_only)[1:-1]
        yield from (
            inner,
            inner.replace("/", "\\/"),
            re.sub(r"\\u[0-9a-f]{4}", lambda code: code[0].upper().replace("U", "u"), inner),
        )
    encoded = quote(name, safe="")
    yield from (encoded, re.sub("%..", lambda code: code[0].lower(), encoded))
