"""Opening: from a Message to the raw bytes of its events, masked. Nothing here looks into an event otherwise."""

from collections.abc import Iterable
from typing import NamedTuple

from transforms.core.archived import Run, line_position, runs
from transforms.core.envelopes import HINT, envelope_fault, is_envelope, may_hold_nested, open_envelope
from transforms.core.identity import occurrences_of
from transforms.core.raw_faults import raw_faults
from transforms.core.raw_masking import RawMasker, mask_attributes
from transforms.core.reasons import Stage
from transforms.core.records import ArchiveRow, Form, Message, Origin, RawEvents, Reject, Unreadable
from transforms.core.rejects import (
    GZIP_MAGIC,
    EventRejected,
    Place,
    make_reject,
    message_id_of,
    opaque,
    opaque_head,
    place_in,
    unread,
    without,
)
from transforms.core.splitting import (
    BOM,
    Bounds,
    decompress,
    split_lines,
    split_message,
    split_values,
    too_large,
)

_ARRAY = b"["


class Opened(NamedTuple):
    """What one Message gave: its raw events, its rejects, and the places of both, as received."""

    batches: list[RawEvents]
    rejects: list[Reject]
    received: list[int]


class Opener:
    """Opens Messages within bounds.

    Args:
        bounds: what a message may cost.
        seed: keys the hashes of places (``identity.occurrences_of``).
        unmasked: as for RawMasker.
    """

    def __init__(self, bounds: Bounds, seed: int = 0, unmasked: Iterable[str] | None = None) -> None:
        self._bounds = bounds
        self._seed = seed
        self._masker = RawMasker(unmasked)

    def open(self, message: Message) -> Opened:
        """Open one Message: decompress it, split it, mask it, and set aside what cannot be opened."""
        opened = Opened([], [], [])
        if message.unreadable:
            self._refuse_unread(opened, _origin(message), message, message.unreadable)
        elif message.form is Form.MESSAGE:
            self._open_transport(opened, message, _origin(message))
        elif message.form is Form.ARCHIVED:
            self._open_rows(opened, message)
        else:
            self._open_block(opened, message)
        return opened

    def _open_transport(self, opened: Opened, message: Message, origin: Origin, *, nested: bool = False) -> None:
        """Open a transport's message, or one that stood on a line of a file (the prefix is its position).

        An array on a line may hold push envelopes (``nested``); what a transport brings holds events alone.
        """
        try:
            data = decompress(message, self._bounds)
        except EventRejected as fault:
            self._refuse_unread(opened, origin, message, unread(fault, message.data))
            return
        if message.data.startswith(GZIP_MAGIC):
            origin = origin._replace(encoding="gzip")
        self._open_plain(opened, data, origin, nested=nested)

    def _open_plain(
        self, opened: Opened, data: bytes, origin: Origin, *, nested: bool = False, masked: bool = False
    ) -> None:
        try:
            raws = split_message(data, origin.attributes, self._bounds)
        except EventRejected as fault:
            self._refuse(opened, self._place(origin, data, None), fault, masked=masked)
            return
        run = Run(origin, raws, range(len(raws)))
        if nested and HINT in data:
            run = self._take_out_envelopes(opened, run)
        self._admit(opened, run)

    def _take_out_envelopes(self, opened: Opened, run: Run) -> Run:
        """Open the push envelopes among the elements of an array on one line; give back the others."""
        envelopes = {index for index, raw in enumerate(run.raws) if is_envelope(raw)}
        for index in sorted(envelopes):
            self._open_nested(opened, run.origin, run.raws[index], index)
        kept = [index for index in range(len(run.raws)) if index not in envelopes]
        return run._replace(raws=[run.raws[index] for index in kept], positions=kept)

    def _open_block(self, opened: Opened, message: Message) -> None:
        """Open a block of a file: lines or values, each with its byte offset."""
        start, data = message.offset or 0, message.data
        if start == 0 and data.startswith(BOM):
            start, data = len(BOM), data[len(BOM) :]
        split = split_values if message.form is Form.JSON_VALUES else split_lines
        run = Run(_origin(message), *self._take_out_large(opened, message, *split(data, start)))
        self._open_lines(opened, run, nested=may_hold_nested(data, run.raws))

    def _open_lines(self, opened: Opened, run: Run, *, nested: bool) -> None:
        if nested and run.origin.form is not Form.ACCESS_LOG:
            run = self._take_out_nested(opened, run)
        self._admit(opened, run)

    def _take_out_large(
        self, opened: Opened, message: Message, raws: list[bytes], positions: list[int]
    ) -> tuple[list[bytes], list[int]]:
        bound = self._bounds.message_bytes
        if not raws or max(map(len, raws)) <= bound:
            return raws, positions
        fault = too_large(bound)
        for raw, position in zip(raws, positions, strict=True):
            if len(raw) > bound:
                line = message._replace(data=raw, offset=position)
                self._refuse_unread(opened, _origin(line), line, unread(fault, raw))
        kept = [index for index, raw in enumerate(raws) if len(raw) <= bound]
        return [raws[index] for index in kept], [positions[index] for index in kept]

    def _take_out_nested(self, opened: Opened, run: Run) -> Run:
        """Open the lines and values that are arrays or envelopes, each a message of its own; give back the others."""
        raws: list[bytes] = []
        positions: list[int] = []
        for raw, position in zip(run.raws, run.positions, strict=True):
            if raw.lstrip().startswith(_ARRAY) or is_envelope(raw):
                self._open_nested(opened, run.origin, raw, position, masked=position in run.masked)
            else:
                raws.append(raw)
                positions.append(position)
        return run._replace(raws=raws, positions=positions)

    def _open_nested(self, opened: Opened, origin: Origin, raw: bytes, position: int, *, masked: bool = False) -> None:
        inner = Origin("", prefix=f"{origin.prefix}{position}/", block=origin.block, kept=origin.kept)
        if raw.lstrip().startswith(_ARRAY):
            line = self._place(origin, raw, position)
            self._open_transport(opened, Message(raw), inner._replace(message_id=message_id_of(line)), nested=True)
            return
        try:
            message = open_envelope(raw)
        except EventRejected as fault:
            part = self._place(origin, raw, position)
            # An element of an array is told as a message whole, so that the archive does not take it for an event.
            whole = self._place(inner._replace(message_id=origin.message_id), raw, None)
            self._refuse(opened, part if origin.by_line else whole, fault, masked=masked)
            return
        inner = inner._replace(publish_time=message.publish_time, attributes=mask_attributes(message.attributes))
        if message.message_id:
            inner = inner._replace(message_id=message.message_id, prefix="")
        else:
            inner = inner._replace(message_id=message_id_of(self._place(origin, raw, position)))
        self._open_transport(opened, message, inner)

    def _open_rows(self, opened: Opened, message: Message) -> None:
        """Take rows of the archive in again, each as the part of a message or file that it was."""
        for run in runs(message.rows, message.block, kept=message.kept):
            if run.whole:
                self._open_whole(opened, run.origin, run.whole)
            else:
                self._open_lines(opened, run, nested=run.origin.by_line)

    def _open_whole(self, opened: Opened, origin: Origin, row: ArchiveRow) -> None:
        if row.unreadable:
            message = Message(row.data, offset=line_position(row))
            self._refuse_unread(opened, origin, message, row.unreadable, masked=row.masked)
        elif fault := envelope_fault(row.data):
            self._refuse(opened, self._place(origin, row.data, None), fault, masked=row.masked)
        else:
            self._open_plain(opened, row.data, origin, masked=row.masked)

    def _admit(self, opened: Opened, run: Run) -> None:
        """Mask raw events and let them pass, but those that are no text or nested too deep."""
        if not run.raws:
            return
        origin, positions = run.origin, run.positions
        raws, hits = self._masker.mask_all(origin, run.raws)
        occurrences = occurrences_of(origin, raws, positions, self._seed)
        opened.received.extend(occurrences)
        masked = {occurrences[index] for index in hits}
        if run.masked:
            masked.update(seen for seen, at in zip(occurrences, positions, strict=True) if at in run.masked)
        batch = RawEvents(origin, raws, positions, occurrences, frozenset(masked))
        faults = dict(raw_faults(origin.form, raws, self._bounds.nesting))
        opened.rejects.extend(make_reject(Stage.OPEN, fault, place_in(batch, i)) for i, fault in faults.items())
        if len(faults) < len(raws):
            opened.batches.append(without(batch, faults) if faults else batch)

    def _refuse(self, opened: Opened, place: Place, fault: EventRejected, *, masked: bool = False) -> None:
        """Refuse a whole message or line, counted as one."""
        opened.received.append(place.occurrence)
        opened.rejects.append(make_reject(Stage.OPEN, fault, place._replace(masked=place.masked or masked)))

    def _refuse_unread(
        self, opened: Opened, origin: Origin, message: Message, seen: Unreadable, *, masked: bool = False
    ) -> None:
        """Refuse what was not opened or not read whole; its hash stands for it wherever its bytes would."""
        keep = self._bounds.keep_opaque_payloads and not origin.by_line
        head = message.data if keep else opaque_head(message.data)
        shown = self._masker.mask(origin, head)
        position = message.offset if origin.by_line else None
        # A line may be too large where it is whole, and not decompressible where a copy of its file is cut off in it.
        content = f"{seen.reason} {seen.digest}".encode()
        place = Place(
            origin,
            shown,
            position,
            occurrences_of(origin, [content], [position or 0], self._seed)[0],
            masked or shown is not head,
            seen,
        )
        self._refuse(opened, place, opaque(seen))

    def _place(self, origin: Origin, raw: bytes, position: int | None) -> Place:
        masked = self._masker.mask(origin, raw)
        occurrence = occurrences_of(origin, [masked], [position or 0], self._seed)[0]
        return Place(origin, masked, position, occurrence, masked is not raw)


def _origin(message: Message) -> Origin:
    return Origin(
        message.message_id,
        message.publish_time,
        mask_attributes(message.attributes),
        message.form,
        by_line=message.form is not Form.MESSAGE,
        encoding=message.encoding,
        block=message.block,
    )
