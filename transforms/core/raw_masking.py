"""Masking what messages carry as it comes: raw bytes of events, and attributes, before anything looks into them."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate

from transforms.core.masking import mask_bytes, mask_json
from transforms.core.records import Form, Origin
from transforms.core.searching import holds
from transforms.core.splitting import is_binary_mode
from transforms.core.stars import mask_text
from transforms.core.suspicion import suspicious, suspicious_spans

UNMASKED = (("id",), ("source",), ("time",))
"""An event's identity and time, which masking must not change."""
_UNMASKED_ATTRIBUTES = frozenset({"ce-id", "ce-source", "ce-time"})
_CLOUD_EVENT = b'"specversion"'
"""What tells a CloudEvent from plain JSON, where there is a mapping."""
_PACKED_KEYS = ("data_base64", "data")
_PACKED_HINTS = (b'base64"', b'"message"')
"""What stands in texts that may hold base64: events with such data, and push envelopes that could not be opened."""


class RawMasker:
    """Masks card numbers in raw bytes; the very same object comes back where nothing is hit.

    What stays is an event's id, source and time, wherever the event has them: a CloudEvent under these names, plain
    JSON where its mapping says, and a CloudEvent in binary mode not in its body at all.

    Args:
        unmasked: dotted paths of the fields that plain JSON has its id and time in; None takes no plain JSON.
    """

    def __init__(self, unmasked: Iterable[str] | None = None) -> None:
        paths = list(unmasked or ())
        self._keep_of_plain = {*((path,) for path in paths), *(tuple(path.split(".")) for path in paths)}
        self._keep = self._keep_of_plain.union(UNMASKED)
        self._may_be_plain = unmasked is not None

    def mask(self, origin: Origin, raw: bytes) -> bytes:
        """Mask the bytes of one event, line or message."""
        packed = origin.form is not Form.ACCESS_LOG and any(hint in raw for hint in _PACKED_HINTS)
        return self._masked(origin, raw) if packed or suspicious(raw) else raw

    def mask_all(self, origin: Origin, raws: Sequence[bytes]) -> tuple[Sequence[bytes], list[int]]:
        """Mask the events of a message, and number those that were hit; only suspects are looked at one by one."""
        if len(raws) == 1:
            masked = {0: self.mask(origin, raws[0])}
        else:
            masked = {index: self._masked(origin, raws[index]) for index in _suspects(raws)}
        hits = [index for index, raw in masked.items() if raw is not raws[index]]
        if not hits:
            return raws, []
        return [masked.get(index, raw) for index, raw in enumerate(raws)], sorted(hits)

    def _masked(self, origin: Origin, raw: bytes) -> bytes:
        if origin.form is Form.ACCESS_LOG:
            return mask_bytes(raw)
        return mask_json(raw, self._kept(origin, raw), _PACKED_KEYS)

    def _kept(self, origin: Origin, raw: bytes) -> Collection[tuple[str, ...]]:
        if is_binary_mode(origin.attributes):
            return ()
        return self._keep_of_plain if self._may_be_plain and _CLOUD_EVENT not in raw else self._keep


def _suspects(raws: Sequence[bytes]) -> Iterable[int]:
    """Number the texts that may hold a card number, searching all of them at once."""
    block = b"\n".join(raws)
    ends = list(accumulate(map(len, raws)))  # joined, text i ends at ends[i] + i
    found = {bisect_right(range(len(ends)), hit, key=lambda i: ends[i] + i) for hit in suspicious_spans(block)}
    hints = [hint for hint in _PACKED_HINTS if holds(hint, block)]
    if hints:
        found.update(index for index, raw in enumerate(raws) if any(hint in raw for hint in hints))
    return found


def mask_attributes(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Mask the names and values of attributes; an identity in CloudEvents binary mode stays as it is."""
    if not attributes or not suspicious(" ".join((*attributes, *attributes.values())).encode("utf-8", "replace")):
        return attributes
    masked: dict[str, str] = {}
    for name in sorted(attributes):
        shown, value = mask_text(name), attributes[name]
        while shown in masked:  # two numbers look alike when they are masked, and both attributes stay
            shown += "*"
        masked[shown] = value if name.lower() in _UNMASKED_ATTRIBUTES else mask_text(value)
    return masked
