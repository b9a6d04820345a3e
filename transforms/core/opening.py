"""Opening: from a Message to the raw bytes of its events. Nothing here looks into an event."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import repeat
from operator import add
from typing import NamedTuple

from transforms.core.envelopes import HINT, is_envelope, open_envelope
from transforms.core.identity import occurrences_of
from transforms.core.reasons import Reason, Stage
from transforms.core.records import Form, Message, Origin, RawEvents, Reject, Unreadable
from transforms.core.rejects import EventRejected, Place, is_opaque, make_reject, message_id_of, opaque_head
from transforms.core.splitting import (
    BOM,
    Bounds,
    decompress,
    nesting,
    split_lines,
    split_message,
    split_values,
    too_large,
)

_ARRAY = b"["
_BRACE = ord("{")


class Opened(NamedTuple):
    """What one Message gave: its raw events, its rejects, and the places of both, as received."""

    batches: list[RawEvents]
    rejects: list[Reject]
    received: list[int]


class Opener:
    """Opens Messages within bounds; ``seed`` keys the hashes of places (``identity.occurrences_of``)."""

    def __init__(self, bounds: Bounds, seed: int = 0) -> None:
        self._bounds = bounds
        self._seed = seed

    def open(self, message: Message) -> Opened:
        """Open one Message: decompress it, split it, and set aside what cannot be opened."""
        opened = Opened([], [], [])
        if message.unreadable:
            self._refuse_unread(opened, message, message.unreadable)
        elif message.form is Form.MESSAGE:
            self._open_transport(opened, message)
        else:
            self._open_block(opened, message)
        return opened

    def _open_transport(self, opened: Opened, message: Message, prefix: str = "") -> None:
        """Open a transport's message, or one that stood on a line of a file (``prefix`` is its position)."""
        origin = Origin(message.message_id, message.publish_time, message.attributes, prefix=prefix)
        try:
            data = decompress(message, self._bounds)
            raws = split_message(data, message.attributes, self._bounds)
        except EventRejected as fault:
            self._refuse(opened, self._place(origin, message.data, None), fault)
            return
        positions: Sequence[int] = range(len(raws))
        if prefix and HINT in data:
            raws, positions = self._take_out_envelopes(opened, origin, raws)
        self._admit(opened, origin, raws, positions)

    def _take_out_envelopes(self, opened: Opened, origin: Origin, raws: list[bytes]) -> tuple[list[bytes], list[int]]:
        """Open the push envelopes among the elements of an array on one line; give back the others."""
        envelopes = {index for index, raw in enumerate(raws) if is_envelope(raw)}
        for index in sorted(envelopes):
            self._open_nested(opened, self._place(origin, raws[index], index))
        kept = [index for index in range(len(raws)) if index not in envelopes]
        return [raws[index] for index in kept], kept

    def _open_block(self, opened: Opened, message: Message) -> None:
        """Open a block of a file: lines or values, each with its byte offset."""
        start, data = message.offset or 0, message.data
        if start == 0 and data.startswith(BOM):
            start, data = len(BOM), data[len(BOM) :]
        split = split_values if message.form is Form.JSON_VALUES else split_lines
        raws, positions = self._take_out_large(opened, message, *split(data, start))
        origin = Origin(message.message_id, None, message.attributes, message.form, by_line=True)
        if message.form is not Form.ACCESS_LOG and _may_hold_nested(data, raws):
            raws, positions = self._take_out_nested(opened, origin, raws, positions)
        self._admit(opened, origin, raws, positions)

    def _take_out_large(
        self, opened: Opened, message: Message, raws: list[bytes], positions: list[int]
    ) -> tuple[list[bytes], list[int]]:
        bound = self._bounds.message_bytes
        if not raws or max(map(len, raws)) <= bound:
            return raws, positions
        fault = too_large(bound)
        for raw, position in zip(raws, positions, strict=True):
            if len(raw) > bound:
                seen = Unreadable(fault.reason, len(raw), sha256(raw).hexdigest(), fault.message)
                self._refuse_unread(opened, message._replace(data=raw, offset=position), seen)
        kept = [index for index, raw in enumerate(raws) if len(raw) <= bound]
        return [raws[index] for index in kept], [positions[index] for index in kept]

    def _take_out_nested(
        self, opened: Opened, origin: Origin, raws: list[bytes], positions: list[int]
    ) -> tuple[list[bytes], list[int]]:
        """Open the lines and values that are arrays or envelopes, each a message of its own; give back the others."""
        plain_raws: list[bytes] = []
        plain_positions: list[int] = []
        for raw, position in zip(raws, positions, strict=True):
            if raw.lstrip().startswith(_ARRAY) or is_envelope(raw):
                self._open_nested(opened, self._place(origin, raw, position))
            else:
                plain_raws.append(raw)
                plain_positions.append(position)
        return plain_raws, plain_positions

    def _open_nested(self, opened: Opened, place: Place) -> None:
        prefix = f"{place.origin.prefix}{place.position}/"
        line_id = message_id_of(place)
        if place.raw.lstrip().startswith(_ARRAY):
            self._open_transport(opened, Message(place.raw, message_id=line_id), prefix)
            return
        try:
            message = open_envelope(place.raw, "")
        except EventRejected as fault:
            self._refuse(opened, place, fault)
            return
        if message.message_id:
            self._open_transport(opened, message)
        else:
            self._open_transport(opened, message._replace(message_id=line_id), prefix)

    def _admit(self, opened: Opened, origin: Origin, raws: Sequence[bytes], positions: Sequence[int]) -> None:
        if not raws:
            return
        occurrences = occurrences_of(origin, raws, positions, self._seed)
        opened.received.extend(occurrences)
        faults = dict(self._faults(origin, raws))
        for index, fault in faults.items():
            place = Place(origin, raws[index], positions[index], occurrences[index])
            opened.rejects.append(make_reject(Stage.OPEN, fault, place))
        if faults:
            good = [index for index in range(len(raws)) if index not in faults]
            raws, positions = [raws[i] for i in good], [positions[i] for i in good]
            occurrences = [occurrences[i] for i in good]
        if raws:
            opened.batches.append(RawEvents(origin, raws, positions, occurrences))

    def _faults(self, origin: Origin, raws: Sequence[bytes]) -> Iterator[tuple[int, EventRejected]]:
        for index, raw in enumerate(raws):
            if not raw.isascii() and (fault := _not_utf8(raw)):
                yield index, fault
        if origin.form is not Form.ACCESS_LOG:
            yield from _nested_too_deep(raws, self._bounds.nesting)

    def _refuse(self, opened: Opened, place: Place, fault: EventRejected) -> None:
        """Refuse a whole message, counted as one."""
        opened.received.append(place.occurrence)
        if is_opaque(fault.reason):
            seen = Unreadable(fault.reason, len(place.raw), sha256(place.raw).hexdigest(), fault.message)
            fault, place = _opaque(seen), place._replace(raw=self._cut(place.raw))
        opened.rejects.append(make_reject(Stage.OPEN, fault, place))

    def _refuse_unread(self, opened: Opened, message: Message, seen: Unreadable) -> None:
        """Refuse a line that was not read whole; its hash stands for it wherever a line's bytes would."""
        origin = Origin(message.message_id, message.publish_time, message.attributes, message.form, by_line=True)
        place = self._place(origin, seen.digest.encode(), message.offset)
        opened.received.append(place.occurrence)
        named = origin._replace(message_id=message_id_of(place), by_line=False)
        place = place._replace(origin=named, raw=opaque_head(message.data))
        opened.rejects.append(make_reject(Stage.OPEN, _opaque(seen), place))

    def _cut(self, data: bytes) -> bytes:
        return data if self._bounds.keep_opaque_payloads else opaque_head(data)

    def _place(self, origin: Origin, raw: bytes, position: int | None) -> Place:
        return Place(origin, raw, position, occurrences_of(origin, [raw], [position or 0], self._seed)[0])


def _opaque(seen: Unreadable) -> EventRejected:
    return EventRejected(Reason(seen.reason), f"{seen.detail}; {seen.size} bytes, sha256 {seen.digest}")


def _may_hold_nested(block: bytes, lines: list[bytes]) -> bool:
    """Tell cheaply whether a line of the block may be an array or an envelope."""
    return HINT in block or any(line[0] != _BRACE for line in lines)


def _nested_too_deep(raws: Sequence[bytes], bound: int) -> Iterator[tuple[int, EventRejected]]:
    """Find events nested too deep; few have as many brackets as levels are allowed, and only those are measured."""
    brackets = map(add, map(bytes.count, raws, repeat(b"{")), map(bytes.count, raws, repeat(b"[")))
    for index, count in enumerate(brackets):
        if count > bound and nesting(raws[index]) > bound:
            yield index, EventRejected(Reason.TOO_DEEP, f"nested deeper than {bound} levels")


def _not_utf8(raw: bytes) -> EventRejected | None:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return EventRejected(Reason.NOT_UTF8, f"byte {error.start} is not UTF-8 ({error.reason})")
    return None
