"""Masking card numbers in text, as it is written or as it reads once the escapes of JSON are decoded."""

import re
from collections.abc import Callable, Iterable, Iterator

from transforms.core.cards import card_spans, may_hold_card

_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_DIGIT = re.compile(r"(\\u002[0dD])|\\u003[0-9]|[0-9]")
_STARS = str.maketrans("0123456789", "*" * 10)


def has_card(text: str) -> bool:
    """Tell whether a text holds a card number."""
    return next(card_spans(text), None) is not None


def has_hidden_card(text: str) -> bool:
    """Tell whether a text holds a card number once its escapes are decoded."""
    return has_card(_ESCAPE.sub(_decoded, text))


def mask_text(text: str) -> str:
    """Put ``*`` for each digit of each card number; the very same text comes back where there is none."""
    return mask_spans(text, card_spans(text)) if may_hold_card(text) else text


def mask_escaped(text: str) -> str:
    """Mask a text by how it reads with its escapes decoded; the very same text comes back where there is no card."""
    return mask_spans(text, _spans_behind_escapes(text), lambda span: _DIGIT.sub(_starred, span))


def mask_spans(text: str, spans: Iterable[tuple[int, int]], mask: Callable[[str], str] | None = None) -> str:
    """Mask the given spans of a text, each by putting stars for its digits or as told."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        span = text[start:end]
        pieces += text[done:start], mask(span) if mask else span.translate(_STARS)
        done = end
    return "".join((*pieces, text[done:])) if pieces else text


def _spans_behind_escapes(text: str) -> Iterator[tuple[int, int]]:
    """Give the spans of card numbers behind escapes, as offsets into the text as it is written."""
    escapes = _ESCAPE.finditer(text)
    following = next(escapes, None)
    shift = 0  # characters that the escapes up to here are written with, above the one that each stands for
    for span in card_spans(_ESCAPE.sub(_decoded, text)):
        offsets: list[int] = []
        for offset in span:
            while following and following.start() - shift < offset:
                shift += len(following[0]) - 1
                following = next(escapes, None)
            offsets.append(offset + shift)
        yield offsets[0], offsets[1]


def _decoded(escape: re.Match[str]) -> str:
    r"""Decode an escape to one character; a short one, such as ``\n``, is just no part of a card."""
    code = escape[0][2:]
    return chr(int(code, 16)) if code else "\\"


def _starred(digit: re.Match[str]) -> str:
    return digit[1] or "*"
