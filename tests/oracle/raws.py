"""Raw events: what is kept of them, masked before anything looks into them."""

import re
from hashlib import sha256

from tests.oracle.cards import CLOUD_EVENT, masked_bytes, masked_json
from tests.oracle.packing import HEADER_BYTES
from tests.oracle.records import Carrier, Found, Options, Raw, Refused
from tests.oracle.texts import depth

SHOWN = 64
"""Bytes that are kept of what cannot be opened."""
_DIGITS_AT_THE_END = re.compile(rb"[0-9](?:[ -]?[0-9]){5,}[ -]?$")


def whole(carrier: Carrier, position: str, text: bytes, options: Options) -> Raw:
    """Keep a text, masked."""
    masked = masked_text(text, carrier, options)
    return Raw(carrier, position, masked, masked, masked != text)


def head(carrier: Carrier, position: str, data: bytes, options: Options) -> Raw:
    """Keep the first bytes of what cannot be opened, and only ten that are no text.

    A card number may begin in the digits at the cut, so they go too.
    """
    first = data[:SHOWN]
    while len(first) > HEADER_BYTES and not _is_text(first):
        first = first[:-1]
    if len(data) >= SHOWN or first != data:
        first = _DIGITS_AT_THE_END.sub(lambda digits: b"*" * len(digits[0]), first)
    shown = masked_text(first, carrier, options)
    return Raw(carrier, position, shown, sha256(data).digest(), shown != first)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(sign in "\t\n\r" or ord(sign) > 0x7F or sign.isprintable() for sign in text)


def masked_text(text: bytes, carrier: Carrier, options: Options) -> bytes:
    """Mask a text, but for what its event has as id, source and time: plain JSON has them where the mapping says."""
    if carrier.is_log:
        return masked_bytes(text)
    if "ce-specversion" in carrier.attributes:
        return masked_json(text, ())
    kept: tuple[str, ...] = CLOUD_EVENT
    if options.mapping:
        named = options.mapping.id_field, options.mapping.time_field
        kept = (*named, *CLOUD_EVENT) if b'"specversion"' in text else named
    return masked_json(text, kept)


def checked(raw: Raw, options: Options) -> Found:
    """Look at the text of one event, without looking into the event."""
    if not raw.carrier.is_log and depth(raw.text) > options.max_nesting:
        return raw, Refused("too_deep")
    try:
        raw.text.decode()
    except UnicodeDecodeError:
        return raw, Refused("not_utf8")
    return raw, None
