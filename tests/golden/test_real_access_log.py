"""A real access log, and a made-up one that holds every special case, against a count that shares no code with ours.

The other count goes over a line character by character, where ours is a regular expression; it leaves times to
strptime, escapes to Python's own, bots to the list's own search.
"""

import codecs
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from crawleruseragents import is_crawler

from tests.program import ROOT, added_up, ledger, run_here, select

REAL = ROOT.parent / "shared" / "data" / "access_log" / "part1.log"
_ASSETS = (
    """css js mjs map png jpg jpeg gif svg ico webp avif bmp woff woff2 ttf otf eot mp3 mp4 webm ogg wav avi mov"""
)
ASSETS = tuple(f".{extension}" for extension in _ASSETS.split())


class Count(NamedTuple):
    """What a log holds: rows as page_views has them, how many other requests, and the lines that are none."""

    rows: list[list[Any]]
    others: int
    malformed: list[str]


def count(lines: Iterable[str]) -> Count:
    """Count a log by a plain loop."""
    views: Counter[tuple[str, str]] = Counter()
    bots: Counter[tuple[str, str]] = Counter()
    visitors = defaultdict(set)
    others, malformed = 0, []
    for line in lines:
        try:
            host, minute, request, status, agent = parts_of(line)
        except (ValueError, IndexError):
            malformed.append(line)
            continue
        path = page_of(request, status)
        if path is None:
            others += 1
            continue
        views[path, minute] += 1
        bots[path, minute] += is_crawler(agent)
        visitors[path, minute].add(host)
    rows = [[*key, number, bots[key], len(visitors[key])] for key, number in views.items()]
    return Count(sorted(rows), others, sorted(malformed))


def parts_of(line: str) -> tuple[str, str, str, str, str]:
    """Give host, minute in UTC, request, status and user agent of a line.

    Raises:
        ValueError, IndexError: the line is malformed.
    """
    before, _, rest = line.partition(" [")
    words = before.split(" ")
    if len(words) > 3 and words[0].count(":") == 1:  # the virtual host and its port
        words.pop(0)
    if len(words) != 3 or '"' in before:
        raise ValueError("who?")
    clock, closed, rest = rest.partition("] ")
    time = datetime.strptime(clock, "%d/%b/%Y:%H:%M:%S %z")
    request, rest = quoted(rest)
    status, size, *more = rest.strip().split(" ", 2)
    if not closed or not (len(status) == 3 and status.isdigit() and (size == "-" or size.isdigit())):
        raise ValueError("what?")
    agent = ""
    if more:
        _, rest = quoted(more[0])
        agent, rest = quoted(rest.removeprefix(" "))
        if rest.strip():
            raise ValueError("more?")
    return words[0], time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z"), request, status, agent


def quoted(text: str) -> tuple[str, str]:
    """Take a quoted text from the front; give its content, escapes undone, and what follows."""
    if text[0] != '"':
        raise ValueError("no quotation mark")
    at = 1
    while text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    raw = text[1:at]
    if "\\" not in raw:
        return raw, text[at + 1 :]
    plain, _ = codecs.escape_decode(raw.encode())
    try:
        return plain.decode(), text[at + 1 :]
    except UnicodeDecodeError:
        return raw, text[at + 1 :]


def page_of(request: str, status: str) -> str | None:
    """Give the path of a page that was served."""
    if status[0] != "2" and status != "304":
        return None
    words = request.split(" ")
    if words[0] != "GET" or len(words) not in (2, 3):
        return None
    target = words[1]
    if target.startswith(("http://", "https://")):
        target = urlsplit(target).path or "/"
    if not target.startswith("/"):
        return None
    path = target.split("?")[0].split("#")[0]
    return None if path.lower().endswith(ASSETS) else path


def compare(path, folder) -> Count:
    """Run the command over a log and compare all of its tables."""
    text = path.read_text(encoding="utf-8")
    wanted = count(line for line in text.split("\n") if line.strip())
    assert run_here(folder, "--input", path) == 0
    rows = select(folder, "SELECT url, window_start, views, bot_views, visitors FROM page_views")
    assert rows == wanted.rows
    letters = select(folder, "SELECT payload_string, stage, reason FROM dead_letters")
    assert letters == [[line, "parse", "bad_log_line"] for line in wanted.malformed]
    views, refused = sum(row[2] for row in rows), len(wanted.malformed)
    reasons = {"bad_log_line": refused} if refused else {}
    assert added_up(ledger(folder))[:4] == [views + wanted.others + refused, views + wanted.others, 0, reasons]
    by_type = {kind: added_up(r for r in ledger(folder) if r[0] == kind)[1] for kind, *_ in ledger(folder) if kind}
    assert by_type == {"web.page_view.v1": views, "http.request.v1": wanted.others}
    return wanted


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="the real log is not beside this repository")
def test_a_real_log(tmp_path):
    wanted = compare(REAL, tmp_path)
    assert (len(wanted.malformed), sum(row[2] for row in wanted.rows) + wanted.others) == (0, 6000)


# A made-up log

PAGES = (
    "/",
    "/about",
    "/docs/v1.2/",
    "/docs/v1.2",
    "/files/archive.tar.gz",
    "/.well-known/x",
    "/logo.png/",
    "//double//slash",
)
FILES = ("/app.js", "/STYLE.CSS", "/img/logo.Png?v=3", "/fonts/a.woff2", "/favicon.ico", "/a.b.webm")
REQUESTS = (
    "GET {page} HTTP/1.1",
    "GET {page}?q=1&r=a/b.png HTTP/1.1",
    "GET {page}#part HTTP/2.0",
    "GET {page}",
    "GET http://other.example{page}?x HTTP/1.1",
    "GET https://other.example:8443 HTTP/1.1",
    "GET {file} HTTP/1.1",
    "GET http://other.example{file} HTTP/1.0",
    "POST {page} HTTP/1.1",
    "HEAD {page} HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "CONNECT other.example:443 HTTP/1.1",
    "GET other.example HTTP/1.1",
    "get {page} HTTP/1.1",
    'GET /say\\"hi\\" HTTP/1.1',
    "GET /back\\\\slash HTTP/1.1",
    "GET /caf\\xc3\\xa9 HTTP/1.1",
    "GET /bad\\xe9 HTTP/1.1",
    "GET /tab\\tbed HTTP/1.1",
    "GET /per%20cent%2F HTTP/1.1",
    "\\x16\\x03\\x01",
    "hello",
    "-",
    "",
)
STATUSES = ("200", "200", "200", "204", "206", "304", "301", "302", "400", "403", "404", "500")
HOSTS = ("192.0.2.1", "192.0.2.2", "198.51.100.7", "2001:db8::1", "::1", "host.example")
ZONES = (0, 0, 0, 120, -330, 345, -720, 840)
AGENTS = (
    "-",
    "",
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
    'Mozilla/5.0 \\"quoted\\" \\\\',
    "caf\\xc3\\xa9 \\xff",
)
MALFORMED = (
    '192.0.2.1 - - [17/Sep/2026:10:40:05] "GET /no/zone HTTP/1.1" 200 5',
    '192.0.2.1 - - [31/Feb/2026:10:40:05 +0000] "GET /no/day HTTP/1.1" 200 5',
    '192.0.2.1 - - [17/Foo/2026:10:40:05 +0000] "GET /no/month HTTP/1.1" 200 5',
    '192.0.2.1 - - [17/Sep/2026:25:40:05 +0000] "GET /no/hour HTTP/1.1" 200 5',
    '192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /no/status HTTP/1.1" - 5',
    '192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /no/size HTTP/1.1" 200 many',
    '192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /no/end HTTP/1.1',
    "192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] GET /no/quotes HTTP/1.1 200 5",
    '192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /half HTTP/1.1" 200 5 "-"',
    '192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /more HTTP/1.1" 200 5 "-" "-" "-"',
    "rotated by logrotate",
)


def made_up(form: str, number: int) -> str:
    """A log in one of three forms: every request with every kind of status, host, zone and agent drawn at random."""
    draw = random.Random(f"{form} {number}")
    lines = []
    for index in range(number):
        request = REQUESTS[index % len(REQUESTS)].format(page=draw.choice(PAGES), file=draw.choice(FILES))
        moment = datetime(2026, 9, 17, 23, 55, tzinfo=UTC) + timedelta(seconds=draw.randrange(600))
        stamp = moment.astimezone(timezone(timedelta(minutes=draw.choice(ZONES)))).strftime("%d/%b/%Y:%H:%M:%S %z")
        size = draw.choice(["-", "0", "5120"])
        user = draw.choice(["-", "frank"])
        line = f'{draw.choice(HOSTS)} - {user} [{stamp}] "{request}" {draw.choice(STATUSES)} {size}'
        if form != "common":
            line += f' "{draw.choice(["-", "https://other.example/"])}" "{draw.choice(AGENTS)}"'
        if form == "vhost_combined":
            line = f"{draw.choice(['www.shop.example:443', 'shop.example:80'])} {line}"
        lines.append(line)
        if index % 20 == 10:
            lines.append(MALFORMED[index // 20 % len(MALFORMED)])
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("form", ["common", "combined", "vhost_combined"])
def test_a_made_up_log(form, tmp_path):
    path = tmp_path / "access.log"
    path.write_text(made_up(form, 400), encoding="utf-8")
    wanted = compare(path, tmp_path / "out")
    assert len(wanted.malformed) == 20
    assert wanted.others > 150
    urls = {row[0] for row in wanted.rows}
    assert urls >= {*PAGES, '/say"hi"', "/back\\slash", "/café", "/bad\\xe9", "/tab\tbed", "/per%20cent%2F"}
    assert bool(sum(row[3] for row in wanted.rows)) == (form != "common")  # the common form holds no user agent
