"""The bundled sample: it can be generated again, it is small and harmless, and a plain reader arrives at its counts.

The reader below knows nothing of the generator and nothing of the pipeline: it is slow, short, and a second opinion.
"""

import base64
import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from crawleruseragents import is_crawler

import pipeline.sample
import transforms.contracts
from pipeline.sample.generate import SampleFile, generate, main, tables
from tests.normal_customers import assert_logins_are_normal, assert_payments_are_normal

FOLDER = Path(pipeline.sample.__file__).parent
DATA = FOLDER / "data"
NAMES = ("web.jsonl.gz", "pubsub.jsonl", "access.log", "orders.json")
DOCUMENTATION = [ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
CARD_LIKE = re.compile(r"\d(?:[ -]?\d){11,}")
LOG_LINE = re.compile(r'(\S+) - - \[([^]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "([^"]*)" "((?:[^"\\]|\\.)*)"')
PAGE = re.compile(r"GET \S+ HTTP/1\.1")
ASSET = re.compile(r"\.(css|js|svg|webp|ico|woff2) ")


@cache
def generated() -> dict[str, SampleFile]:
    return generate()


def committed(name: str) -> bytes:
    data = (DATA / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


# The second opinion


class Refusal(Exception):  # noqa: N818 - an outcome, not an error of the test
    """Why something is refused, as the reason code of its reject."""


class Packet(NamedTuple):
    data: bytes
    attributes: dict[str, str]
    message_id: str
    published: datetime


class Seen(NamedTuple):
    """An event and what becomes of it."""

    event: dict[str, Any]
    outcome: str


@cache
def validators() -> dict[str, Any]:
    folder = Path(transforms.contracts.__file__).parent
    texts = {path.stem: path.read_text("utf-8") for path in folder.glob("*.json")}
    return {name: jsonschema_rs.validator_for(text, validate_formats=True) for name, text in texts.items()}


def packets() -> Iterator[Packet]:
    """Read the envelopes; a message delivered again is not read again."""
    seen = set()
    for line in committed("pubsub.jsonl").splitlines():
        message = json.loads(line)["message"]
        if message["messageId"] not in seen:
            seen.add(message["messageId"])
            published = datetime.fromisoformat(message["publishTime"])
            yield Packet(base64.b64decode(message["data"]), message["attributes"], message["messageId"], published)


def opened(packet: Packet) -> list[Any]:
    data = packet.data
    try:
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        lines = data.decode().splitlines()
        values = [json.loads(line) for line in lines]
    except (zlib.error, EOFError):
        raise Refusal("not_decompressible") from None
    except UnicodeDecodeError:
        raise Refusal("not_utf8") from None
    except json.JSONDecodeError:
        raise Refusal("not_json") from None
    if "ce-id" in packet.attributes:
        envelope = {key.removeprefix("ce-"): value for key, value in packet.attributes.items()}
        return [envelope | {"data": values[0]}]
    return values[0] if isinstance(values[0], list) else values


def depth(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(depth, children), default=0)


def contract(event: dict[str, Any]) -> str:
    return str(event["type"]).removeprefix("com.acme.")


def refuse(event: dict[str, Any], published: datetime | None) -> None:
    if depth(event) > 64:
        raise Refusal("too_deep")
    if not {"id", "source", "type"} <= event.keys():
        raise Refusal("not_an_event")
    if contract(event) not in validators():
        raise Refusal("unknown_contract")
    if not validators()[contract(event)].is_valid(event["data"]):
        raise Refusal("contract_violated")
    try:
        ahead = datetime.fromisoformat(event["time"]) - (published or datetime.fromisoformat(event["time"]))
    except (ValueError, TypeError):
        raise Refusal("bad_time") from None
    if datetime.fromisoformat(event["time"]).tzinfo is None:
        raise Refusal("bad_time")
    if ahead < -timedelta(hours=1):
        raise Refusal("too_late")
    if ahead > timedelta(minutes=5):
        raise Refusal("in_future")


def judged(event: dict[str, Any], published: datetime | None, known: set[tuple[str, str]]) -> Seen:
    try:
        refuse(event, published)
    except Refusal as reason:
        return Seen(event, str(reason))
    identity = event["source"], event["id"]
    outcome = "duplicate" if identity in known else "counted"
    known.add(identity)
    return Seen(event, outcome)


def pushed() -> Iterator[Seen]:
    known: set[tuple[str, str]] = set()
    for packet in packets():
        try:
            events = opened(packet)
        except Refusal as reason:
            yield Seen({}, str(reason))
        else:
            yield from (judged(event, packet.published, known) for event in events)


def logged() -> Iterator[Seen]:
    for line in committed("access.log").decode().splitlines():
        fields = LOG_LINE.fullmatch(line)
        if not fields:
            yield Seen({}, "bad_log_line")
            continue
        ip, _, request, status, _, _, agent = fields.groups()
        page = PAGE.fullmatch(request) and status in {"200", "304"} and not ASSET.search(request)
        kind = "web.page_view.v1" if page else "http.request.v1"
        yield Seen({"type": kind, "data": {"request": request, "ip": ip, "user_agent": agent}}, "counted")


@cache
def seen(name: str) -> list[Seen]:
    known: set[tuple[str, str]] = set()
    if name == "pubsub.jsonl":
        return list(pushed())
    if name == "access.log":
        return list(logged())
    text = committed(name)
    events = json.loads(text) if name == "orders.json" else map(json.loads, text.splitlines())
    return [judged(event, None, known) for event in events]


def counted(*kinds: str, names: Iterable[str] = NAMES) -> Iterator[dict[str, Any]]:
    for name in names:
        yield from (e for e, outcome in seen(name) if outcome == "counted" and (not kinds or contract(e) in kinds))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in strings(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in strings(part))


# The files


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="another zlib compresses to other bytes")
@pytest.mark.parametrize("name", NAMES)
def test_the_generator_reproduces_the_committed_bytes(name: str) -> None:
    assert generated()[name].data == (DATA / name).read_bytes()


def test_the_generator_reproduces_the_committed_text_with_any_zlib() -> None:
    assert gzip.decompress(generated()["web.jsonl.gz"].data) == committed("web.jsonl.gz")


def test_the_same_seed_gives_the_same_files_and_another_seed_others() -> None:
    again, other = generate(), generate(7)
    assert again == generated()
    assert all(other[name].data != again[name].data for name in NAMES)


def test_main_writes_the_files_and_prints_their_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path / "new")])
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {
        name: file.data for name, file in generated().items()
    }
    assert capsys.readouterr().out == tables(generated())


def test_the_folder_holds_the_four_files_and_is_small() -> None:
    assert {path.name for path in DATA.iterdir()} == set(NAMES)
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 2_500_000


def test_there_are_at_least_25_000_distinct_events() -> None:
    assert sum(file.account()["counted"] for file in generated().values()) >= 25_000


def test_the_readme_shows_the_counts() -> None:
    assert tables(generated()) in (FOLDER / "README.md").read_text("utf-8")


# The labels, against the second opinion


@pytest.mark.parametrize("name", NAMES)
def test_a_plain_reader_arrives_at_the_account(name: str) -> None:
    outcomes = Counter(outcome for _, outcome in seen(name))
    labels = generated()[name].labels
    assert outcomes == {label: labels[label] for label in outcomes}
    assert outcomes.total() == generated()[name].account()["received"]


@pytest.mark.parametrize("name", NAMES)
def test_a_plain_reader_arrives_at_the_bot_views(name: str) -> None:
    agents = Counter(event["data"]["user_agent"] for event in counted("web.page_view.v1", names=[name]))
    assert sum(n for agent, n in agents.items() if is_crawler(agent)) == generated()[name].labels["bot view"]


def test_a_plain_reader_arrives_at_pages_and_other_requests_of_the_log() -> None:
    kinds = Counter(event["type"] for event in counted(names=["access.log"]))
    labels = generated()["access.log"].labels
    assert kinds == {"web.page_view.v1": labels["page view"], "http.request.v1": labels["other request"]}


def test_the_log_shows_what_logs_are_made_of() -> None:
    lines = [event["data"] for event in counted(names=["access.log"])]
    labels = generated()["access.log"].labels
    assert sum(r"\"" in line["user_agent"] for line in lines) == labels["agent with quotes"] > 0
    assert sum(" HTTP/" not in line["request"] for line in lines) == labels["unreadable request"] > 0
    assert {"-", ""} < {line["request"] for line in lines}
    assert {line["request"].partition(" ")[0] for line in lines} >= {"GET", "POST", "HEAD"}
    assert sum(":" in line["ip"] for line in lines) > 100


def test_messages_delivered_again_repeat_their_line() -> None:
    lines = Counter(committed("pubsub.jsonl").splitlines())
    assert lines.total() - len(lines) == generated()["pubsub.jsonl"].labels["message delivered again"]


def test_a_duplicate_says_what_was_said_before() -> None:
    for name in NAMES:
        first = {(e["source"], e["id"]): e for e in counted(names=[name]) if "id" in e}
        assert all(
            event == first[event["source"], event["id"]] for event, outcome in seen(name) if outcome == "duplicate"
        )


def test_a_contract_violation_is_two_or_three_violations() -> None:
    broken = [event for event, outcome in seen("pubsub.jsonl") if outcome == "contract_violated"]
    assert {contract(event) for event in broken} == set(validators())
    assert all(len(list(validators()[contract(e)].iter_errors(e["data"]))) in {2, 3} for e in broken)


def test_envelopes_of_the_site_are_spelt_in_several_ways() -> None:
    events = list(counted(names=["web.jsonl.gz"]))
    labels = generated()["web.jsonl.gz"].labels
    assert sum(event["type"].startswith("com.acme.") for event in events) == labels["type with a prefix"]
    assert sum(".999999999Z" in event["time"] for event in events) == labels["time in nanoseconds"]
    assert sum(not event["time"].endswith("Z") for event in events) == labels["time in another zone"]


def test_events_arrive_out_of_order() -> None:
    times = [datetime.fromisoformat(event["time"]) for event in counted(names=["web.jsonl.gz"])]
    assert times != sorted(times)
    assert all(time.utctimetuple()[:3] == (2026, 9, 17) for time in times)


def test_every_type_and_every_framing_is_in_the_topic() -> None:
    assert {contract(event) for event in counted(names=["pubsub.jsonl"])} == set(validators())
    good = [packet for packet in packets() if packet.data[:1] in b"{[\x1f"]
    framings = Counter((packet.data[:1], b"\n" in packet.data[:-1], *sorted(packet.attributes)[:1]) for packet in good)
    for framing in ((b"{", False), (b"{", True), (b"[", False), (b"{", False, "ce-id")):
        assert framings[framing] > 10, framing
    assert sum(packet.data[:2] == b"\x1f\x8b" and not packet.attributes for packet in good) > 10
    assert sum(packet.attributes.get("content-encoding") == "gzip" for packet in good) > 10


# Harmless and normal


def test_three_events_hold_a_card_number_and_nothing_else_does() -> None:
    holding = [(contract(e), text) for e in counted() for text in strings(e) if CARD_LIKE.search(text)]
    assert [kind for kind, _ in sorted(holding)] == ["account.change.v1", "fraud.review.v1", "web.page_view.v1"]
    assert generated()["pubsub.jsonl"].labels["masked"] == len(holding)
    for name in NAMES:
        rejected = [event for event, outcome in seen(name) if outcome != "counted"]
        assert not [text for event in rejected for text in strings(event) if CARD_LIKE.search(text)]
    assert not CARD_LIKE.search(committed("access.log").decode())


def test_addresses_are_those_set_aside_for_documentation() -> None:
    addresses = {event["data"].get("ip") for event in counted()} - {None, ""}
    assert len(addresses) > 400
    assert not [a for a in addresses if not any(ip_address(a) in network for network in DOCUMENTATION)]


def test_the_only_shop_is_fictional() -> None:
    urls = [event["data"]["url"] for event in counted("web.page_view.v1", names=["web.jsonl.gz", "pubsub.jsonl"])]
    assert all(re.match(r"/|https://shop\.example[:/]", url, re.IGNORECASE) for url in urls)
    pages = Counter(re.sub(r"(?i)^https://shop.example(:443)?|[?#].*", "", url) for url in urls)
    assert 280 <= len(pages) <= 300
    assert [page for page, _ in pages.most_common(1)] == ["/"]


def events_of(kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(event["time"], event["data"]) for event in counted(kind)]


def test_payments_are_normal() -> None:
    assert_payments_are_normal(events_of("payment.authorization.v1"))


def test_logins_are_normal() -> None:
    assert_logins_are_normal(events_of("account.login.v1"))
