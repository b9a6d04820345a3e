"""Random histories of page views against the plain loop of ``tests/oracle.py``: tables, dead letters, ledger.

A history is two runs into one output, and the first of them again: duplicates under other URLs and times, messages
delivered again in other files and runs, late and early ones, malformed lines, bots, any order, some files compressed.
"""

import gzip
import json
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle import Refused, canonical, judge, time_of
from tests.program import added_up, run_here, select

START = datetime(2026, 9, 17, 10, 40, tzinfo=UTC)
URLS = (
    "/a",
    "/a?b=c",
    "/a#top",
    "/b//",
    "HTTPS://Shop.Example",
    "https://shop.example:443/?q",
    "http://shop.example:8080/a%20",
)
AGENTS = (None, "", "Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (compatible; Googlebot/2.1)")
MALFORMED = (
    b'{"cut": ',
    b"plain text",
    b"{}",
    b"17",
    b'{"id": "1", "source": "", "type": "web.page_view.v1"}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v9", "time": "2026-09-17T10:40:00Z"}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "time": "2026-09-17T10:40:00Z", "data": {"url": 1}}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "time": "2026-09-17T10:40:00", "data": {"url": "/a"}}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "time": "2026-02-30T10:40:00Z", "data": {"url": "/a"}}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "data": {"url": "/a"}}',
)


def written(moment: datetime, style: int) -> str:
    """Write one moment in one of several ways."""
    if style == 0:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if style == 1:
        return (moment + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S.%f999+05:30")
    return moment.strftime("%Y-%m-%dt%H:%M:%S.%fz")


@st.composite
def events(draw) -> dict[str, Any]:
    """An event of few identities, so that many come again, in another place and with other content."""
    moment = START + timedelta(microseconds=draw(st.sampled_from([0, 1, 59_999_999, 60_000_000, 3_601_000_000, -1])))
    person = draw(st.sampled_from(["user_id", "session_id", "ip"]))
    data = {"url": draw(st.sampled_from(URLS)), person: draw(st.sampled_from(["1", "2", "", None]))}
    kind = draw(
        st.sampled_from(["web.page_view.v1", "web.page_view.v1", "com.acme.web.page_view.v1", "http.request.v1"])
    )
    if kind == "http.request.v1":
        data = {"status": 200, "ip": "192.0.2.1"}
    return {
        "specversion": "1.0",
        "id": draw(st.sampled_from("123456")),
        "source": draw(st.sampled_from(["s", "t"])),
        "type": kind,
        "time": written(moment, draw(st.integers(0, 2))),
        "data": data | {"user_agent": draw(st.sampled_from(AGENTS))},
    }


@st.composite
def envelopes(draw, message_id: str) -> bytes:
    """A line with a message: one event, an array, or lines; published about the time of its events, or far from it."""
    held = draw(st.lists(events(), min_size=1, max_size=3))
    texts = [json.dumps(event) for event in held]
    data = draw(st.sampled_from([texts[0], f"[{', '.join(texts)}]", "\n".join([*texts, "{"])]))
    published = START + timedelta(
        microseconds=draw(st.sampled_from([0, 1, 3_600_000_000, 3_600_000_001, -300_000_000, -300_000_002]))
    )
    message = {"data": b64encode(data.encode()).decode()}
    message |= draw(st.sampled_from([{"messageId": message_id}, {"messageId": message_id}, {}]))
    message |= draw(
        st.sampled_from([{"publishTime": written(published, 0)}, {"publishTime": written(published, 0)}, {}])
    )
    return json.dumps({"message": message}).encode()


class History(NamedTuple):
    """The files of two runs, as bytes of lines, and which of them are compressed."""

    first: list[bytes]
    second: list[bytes]
    compressed: list[bool]


@st.composite
def histories(draw) -> History:
    messages = [draw(envelopes(f"m{number}")) for number in range(4)]
    event = events().map(json.dumps)
    line = st.one_of(
        event.map(str.encode),
        st.lists(event, max_size=3).map(lambda texts: f"[{','.join(texts)}]".encode()),
        st.sampled_from(messages),
        st.sampled_from(MALFORMED),
        st.sampled_from([b"", b"  "]),
    )
    lines = draw(st.lists(line, min_size=4, max_size=20))

    def file() -> st.SearchStrategy[bytes]:
        # The first line is an event, so that no form but JSON lines can be seen in it.
        part = st.lists(st.sampled_from(lines), max_size=12)
        return st.tuples(event.map(str.encode), part).map(lambda drawn: b"\n".join([drawn[0], *drawn[1]]) + b"\n")

    files = draw(st.lists(file(), min_size=1, max_size=3))
    second = draw(st.lists(st.one_of(file(), st.sampled_from(files)), min_size=1, max_size=3))
    return History(files, second, draw(st.lists(st.booleans(), min_size=3, max_size=3)))


@given(history=histories())
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try is three runs: shrinking would take hours
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_random_histories(history):
    with TemporaryDirectory() as folder:
        out = Path(folder, "out")
        first, second = (
            write(Path(folder, name), files, history)
            for name, files in history._asdict().items()
            if name != "compressed"
        )
        assert run_here(out, "--input", first) == 0
        compare(out, history.first, [history.first])
        assert run_here(out, "--input", second) == 0
        compare(out, history.first + history.second, [history.first, history.second])
        assert run_here(out, "--input", first) == 0
        compare(out, history.first + history.second, [history.first, history.second])


def write(folder: Path, files: list[bytes], history: History) -> Path:
    folder.mkdir()
    for number, (data, compressed) in enumerate(zip(files, history.compressed, strict=False)):
        (folder / f"file {number}").write_bytes(gzip.compress(data) if compressed else data)
    return folder


def compare(out: Path, files: list[bytes], runs: list[list[bytes]]) -> None:
    """The store holds what all files together give, and an account for each run."""
    wanted = judge(files)
    assert select(out, "SELECT url, window_start, views, bot_views, visitors FROM page_views") == wanted.page_views
    letters = select(out, "SELECT reason FROM dead_letters")
    assert Counter(reason for (reason,) in letters) == wanted.dead_letters
    sums = [added_up(rows)[:4] for rows in ledgers(out)]
    assert sorted(sums, key=str) == sorted((judge(run).sums for run in runs), key=str)


def ledgers(out: Path) -> list[list[list[Any]]]:
    """The ledger of each run."""
    rows = select(out, "SELECT run, event_type, minute, received, counted, duplicate, rejected, masked FROM ledger")
    runs = {row[0] for row in rows}
    return [[[*row[1:6], json.loads(row[6]), row[7]] for row in rows if row[0] == run] for run in runs]


# The oracle itself, on cases whose outcome is plain


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("/a?b#c", "/a"),
        ("HTTPS://Shop.Example", "https://shop.example/"),
        ("https://shop.example:443/?q", "https://shop.example/"),
        ("http://shop.example:8080/a%20", "http://shop.example:8080/a%20"),
    ],
)
def test_the_oracle_knows_urls(url, wanted):
    assert canonical(url) == wanted


@pytest.mark.parametrize("text", ["2026-09-17T10:40:00", "2026-02-30T10:40:00Z", "", None, 5])
def test_the_oracle_knows_what_is_no_time(text):
    with pytest.raises(Refused, match="bad_time"):
        time_of(text)


def test_the_oracle_knows_times():
    assert time_of("2026-09-17T16:10:59.999999999+05:30") == START + timedelta(microseconds=59_999_999)
    assert time_of("2026-09-17t10:40:00z") == START


def test_the_oracle_counts():
    one = {"id": "1", "source": "s", "type": "web.page_view.v1", "time": "2026-09-17T10:40:00Z", "data": {"url": "/a"}}
    line = json.dumps(one).encode()
    late = json.dumps(one | {"id": "2"}).encode()
    message = {"messageId": "m", "data": b64encode(late).decode(), "publishTime": "2026-09-17T11:40:00.1Z"}
    told = judge([line + b"\n" + line + b"\n{\n", json.dumps({"message": message}).encode()])
    assert told.page_views == [["/a", "2026-09-17T10:40:00Z", 1, 0, 0]]
    assert told.dead_letters == {"not_json": 1, "too_late": 1}
    assert told.sums == [4, 1, 1, {"not_json": 1, "too_late": 1}]
