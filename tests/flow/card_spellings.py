"""Lines with card numbers in them, in every place and spelling; each comes with the fate of its events."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from tests.flow.card_hunt import packed

VIEW = "web.page_view.v1"
ADMITTED = "admitted"


class Line(NamedTuple):
    """A spelling: what makes the line, and the fates of its events, reasons or ``admitted``.

    ``masked`` tells whether the ledger counts them as masked: their bytes are, not their attributes alone.
    """

    make: Callable[["Deck"], bytes]
    fates: tuple[str, ...]
    masked: bool = True


class Deck:
    """Hands out cards and ids, each once."""

    def __init__(self, cards: list[str]) -> None:
        self._cards = iter(cards)
        self._ids = count()

    def card(self) -> str:
        return next(self._cards)

    def new_id(self) -> str:
        return f"e{next(self._ids)}"

    def spaced(self, mark: str = " ") -> str:
        digits = self.card()
        return mark.join(digits[at : at + 4] for at in range(0, len(digits), 4))

    def event(self, data: Any = None, **members: Any) -> bytes:
        whole = {"id": self.new_id(), "source": "//s", "type": VIEW, "time": "2026-09-17T10:40:05Z", "data": data}
        return json.dumps({name: value for name, value in (whole | members).items() if value is not None}).encode()

    def push(self, body: bytes, **members: Any) -> bytes:
        return json.dumps(
            {"message": {"data": b64encode(body).decode(), "messageId": self.new_id(), **members}}
        ).encode()


# Every field of every contract

CONTRACTS = Path(__file__).parents[2] / "transforms" / "contracts"
REFUSED = {
    "account.change.v1": {"change_type", "actor"},
    "account.login.v1": {"outcome", "geo", "geo.lat", "geo.lon", "geo.country", "geo.asn"},
    "fraud.review.v1": {"verdict", "decided_at"},
    "http.request.v1": {"status", "bytes"},
    "payment.authorization.v1": {
        *("mcc", "amount", "currency", "status", "response_code", "channel"),
        *("card", "card.bin", "card.last4", "card.issuer_country", "card.exp_month", "card.exp_year"),
        *("checks", "geo", "geo.lat", "geo.lon", "geo.country", "geo.asn"),
    },
    "web.page_view.v1": set(),
}
"""Fields that hold no free text of any length: enums, patterns, numbers, objects, and codes of 16 letters."""


def paths(schema: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, member in schema.get("properties", {}).items():
        yield above + name
        yield from paths(member, f"{above}{name}.")


def field_line(contract: str, path: str, deck: Deck) -> bytes:
    """Give the contract's example, with a card in one field."""
    example = json.loads((CONTRACTS / f"{contract}.json").read_text(encoding="utf-8"))["examples"][0]
    *above, last = path.split(".")
    holder = example
    for name in above:
        holder = holder[name]
    holder[last] = f"/card/number/{deck.card()}"
    return deck.event(example, type=contract)


def field_lines() -> dict[str, Line]:
    lines = {}
    for contract, refused in REFUSED.items():
        schema = json.loads((CONTRACTS / f"{contract}.json").read_text(encoding="utf-8"))
        for path in paths(schema):
            fate = "contract_violated" if path in refused else ADMITTED
            lines[f"{contract} {path}"] = Line(partial(field_line, contract, path), (fate,))
    return lines


# Every spelling


def escaped(raw: bytes, letters: str) -> bytes:
    """Write some characters of a JSON text as escapes."""
    return "".join(f"\\u{ord(one):04x}" if one in letters else one for one in raw.decode()).encode()


def noted(note: Any, **more: Any) -> dict[str, Any]:
    return {"url": "/a", "note": note} | more


def base64_of(data: Any) -> str:
    return b64encode(json.dumps(data).encode()).decode()


def escaped_card(deck: Deck, mark: str = "") -> bytes:
    """Write an event whose note has every digit and mark of a card as an escape."""
    card = deck.spaced(mark)
    return deck.event(noted("HERE")).replace(b"HERE", escaped(card.encode(), "0123456789 -"))


def hidden_key(deck: Deck) -> bytes:
    return deck.event(data_base64=base64_of(noted(deck.card()))).replace(b"data_base64", b"d\\u0061ta\\u005fbase64")


def slashes(deck: Deck) -> bytes:
    data = base64_of(noted("???>>>///" + deck.card() + "\u00ff\u00fe"))
    return deck.event(data_base64="HERE").replace(b"HERE", data.replace("/", "\\/").encode())


def binary_mode(data: bytes, deck: Deck, **more: str) -> bytes:
    own = {"ce-specversion": "1.0", "ce-id": deck.new_id(), "ce-source": "//s", "ce-type": VIEW}
    return deck.push(data, attributes=own | {"ce-time": "2026-09-17T10:40:05Z"} | more)


def body(deck: Deck) -> bytes:
    return deck.event(noted(deck.card()))


def array(deck: Deck) -> bytes:
    return b"[" + body(deck) + b", " + body(deck) + b"]"


def deep(deck: Deck) -> bytes:
    return b'{"a":' * 90 + json.dumps(deck.card()).encode() + b"}" * 90


VIOLATED = "contract_violated"
SPELLINGS = {
    "text": Line(lambda deck: deck.event(noted(deck.card())), (ADMITTED,)),
    "spaces": Line(lambda deck: deck.event(noted(deck.spaced())), (ADMITTED,)),
    "dashes": Line(lambda deck: deck.event(noted(deck.spaced("-"))), (ADMITTED,)),
    "key": Line(lambda deck: deck.event({"url": "/a", deck.card(): 1}), (ADMITTED,)),
    "number": Line(lambda deck: deck.event(noted(int(deck.card()))), (ADMITTED,)),
    "negative number": Line(lambda deck: deck.event(noted(-int(deck.card()))), (ADMITTED,)),
    "nested": Line(lambda deck: deck.event(noted([[{"a": [deck.card(), int(deck.card())]}]])), (ADMITTED,)),
    "escaped digits": Line(escaped_card, (ADMITTED,)),
    "escaped spaces": Line(partial(escaped_card, mark=" "), (ADMITTED,)),
    "escaped dashes": Line(partial(escaped_card, mark="-"), (ADMITTED,)),
    "escaped letters": Line(lambda deck: escaped(body(deck), "note"), (ADMITTED,)),
    "query": Line(lambda deck: deck.event({"url": f"/a?card={deck.card()}"}), (ADMITTED,)),
    "member of the event": Line(lambda deck: deck.event(noted(1), subject=deck.spaced()), (ADMITTED,)),
    "type": Line(lambda deck: deck.event(noted(1), type=f"card {deck.card()}"), ("unknown_contract",)),
    "key of the event": Line(lambda deck: deck.event(noted(1), **{deck.card(): 1}), (ADMITTED,)),
    "encoded": Line(lambda deck: deck.event(data_base64=base64_of(noted(deck.card()))), (ADMITTED,)),
    "encoded, refused": Line(lambda deck: deck.event(data_base64=base64_of({"url": deck.card()})), (VIOLATED,)),
    "encoded, a hidden key": Line(hidden_key, (ADMITTED,)),
    "encoded, slashes escaped": Line(slashes, (ADMITTED,)),
    "wrong type": Line(lambda deck: deck.event({"url": int(deck.card())}), (VIOLATED,)),
    "wrong pattern": Line(lambda deck: deck.event({"url": deck.spaced()}), (VIOLATED,)),
    "bad time": Line(lambda deck: deck.event(noted(deck.card()), time="yesterday"), ("bad_time",)),
    "no event": Line(lambda deck: json.dumps({"pan": deck.card()}).encode(), ("not_an_event",)),
    "a string": Line(lambda deck: json.dumps(deck.card()).encode(), ("not_an_event",)),
    "cut off": Line(lambda deck: body(deck)[:-1], ("not_json",)),
    "cut off in the string": Line(lambda deck: body(deck)[:-3], ("not_json",)),
    "no JSON": Line(lambda deck: f"card {deck.spaced()}, please".encode(), ("not_json",)),
    "too deep": Line(deep, ("too_deep",)),
    "no UTF-8": Line(lambda deck: body(deck).replace(b"/a", b"/\xff"), ("not_utf8",)),
    "array": Line(array, (ADMITTED, ADMITTED)),
    "push": Line(lambda deck: deck.push(body(deck)), (ADMITTED,)),
    "push of lines": Line(lambda deck: deck.push(body(deck) + b"\n" + body(deck)), (ADMITTED, ADMITTED)),
    "push of an array": Line(lambda deck: deck.push(array(deck)), (ADMITTED, ADMITTED)),
    "gzip unsaid": Line(lambda deck: deck.push(packed(body(deck))), (ADMITTED,)),
    "gzip said, and it is none": Line(
        lambda deck: deck.push(body(deck), attributes={"content-encoding": "gzip"}),
        ("not_decompressible",),
        masked=False,
    ),
    "another encoding": Line(
        lambda deck: deck.push(deck.card().encode(), attributes={"content-encoding": "br"}),
        ("not_decompressible",),
    ),
    "gzip said": Line(lambda deck: deck.push(packed(body(deck)), attributes={"content-encoding": "gzip"}), (ADMITTED,)),
    "gzip cut off": Line(lambda deck: deck.push(packed(body(deck))[:-4]), ("not_decompressible",), masked=False),
    "gzip cut off at the first bytes": Line(
        lambda deck: deck.push(packed(deck.card().encode())[:-4]), ("not_decompressible",), masked=False
    ),
    "attributes": Line(
        lambda deck: deck.push(body(deck), attributes={"a": deck.spaced(), deck.card(): "b"}), (ADMITTED,)
    ),
    "attributes of a reject": Line(
        lambda deck: deck.push(b"{", attributes={deck.spaced("-"): "b"}), ("not_json",), masked=False
    ),
    "binary mode": Line(lambda deck: binary_mode(json.dumps(noted(deck.card())).encode(), deck), (ADMITTED,)),
    "binary mode, refused": Line(lambda deck: binary_mode(json.dumps(int(deck.card())).encode(), deck), (VIOLATED,)),
    "binary mode, an attribute": Line(
        lambda deck: binary_mode(b'{"url": "/a"}', deck, **{"ce-subject": deck.card()}), (ADMITTED,), masked=False
    ),
    "push of bad attributes": Line(lambda deck: deck.push(body(deck), attributes=deck.card()), ("bad_envelope",)),
    "push of a bad attribute": Line(
        lambda deck: deck.push(body(deck), attributes={"a": int(deck.card())}), ("bad_envelope",)
    ),
    "push of a bad time": Line(lambda deck: deck.push(body(deck), publishTime=deck.spaced()), ("bad_envelope",)),
    "push of gzip and a bad time": Line(lambda deck: deck.push(packed(body(deck)), publishTime="x"), ("bad_envelope",)),
    "push of a gzip that is cut off and a bad time": Line(
        lambda deck: deck.push(packed(body(deck))[:-4], publishTime="x"), ("bad_envelope",)
    ),
    "encoded gzip that is cut off": Line(
        lambda deck: deck.event(data_base64=b64encode(packed(body(deck))[:-4]).decode()), ("not_json",)
    ),
    "push of what is no base64": Line(
        lambda deck: json.dumps({"message": {"data": f"! {deck.card()}"}}).encode(), ("bad_envelope",)
    ),
    "push cut off": Line(lambda deck: deck.push(body(deck))[:-1], ("not_json",)),
}


# Access logs, plain JSON


def log_line(path: str = "/a", referrer: str = "-", agent: str = "-", user: str = "-", more: str = "") -> bytes:
    request = f"GET {path} HTTP/1.1"
    return f'192.0.2.1 - {user} [17/Sep/2026:10:40:05 +0000] "{request}" 200 5{more} "{referrer}" "{agent}"'.encode()


LOG = {
    "path": Line(lambda deck: log_line(path=f"/{deck.card()}"), (ADMITTED,)),
    "query": Line(lambda deck: log_line(path=f"/a?card={deck.spaced('-')}"), (ADMITTED,)),
    "referrer": Line(lambda deck: log_line(referrer=f"https://a.example/{deck.card()}"), (ADMITTED,)),
    "agent": Line(lambda deck: log_line(agent=deck.spaced()), (ADMITTED,)),
    "escapes": Line(lambda deck: log_line(agent=f"\\x22{deck.card()}\\x22"), (ADMITTED,)),
    "user": Line(lambda deck: log_line(user=deck.card()), (ADMITTED,)),
    "malformed": Line(lambda deck: log_line(more=f" card {deck.spaced()}"), ("bad_log_line",)),
    "no log line": Line(lambda deck: f"[error] {deck.card()}".encode(), ("bad_log_line",)),
}


def plain(deck: Deck, data: dict[str, Any]) -> bytes:
    return json.dumps({"meta": {"id": deck.new_id(), "at": "2026-09-17T10:40:05Z"}} | data).encode()


PLAIN = {
    "renamed": Line(lambda deck: plain(deck, {"page": "/" + deck.card()}), (ADMITTED,)),
    "visitor": Line(lambda deck: plain(deck, {"page": "/a", "visitor": deck.card()}), (ADMITTED,)),
    "key": Line(lambda deck: plain(deck, {"page": "/a", deck.card(): {"a": deck.spaced()}}), (ADMITTED,)),
    "beside the id": Line(
        lambda deck: plain(deck, {"page": "/a", "meta": {"id": deck.new_id(), "note": deck.card()}}), ("bad_time",)
    ),
    "refused": Line(lambda deck: plain(deck, {"page": int(deck.card())}), (VIOLATED,)),
}
