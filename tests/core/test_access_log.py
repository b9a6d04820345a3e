"""Lines of access logs: all three forms, what makes a page, and what is malformed."""

import calendar
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.access_log import ASSETS, AccessLine, looks_like_access_line, parse_access_line
from transforms.core.times import HOUR, MINUTE, SECOND, parse_time

REAL_LOG = Path(__file__).parents[3] / "shared" / "data" / "access_log" / "part1.log"
TIME = parse_time("2015-05-17T10:05:03Z")
STAMP = "17/May/2015:10:05:03 +0000"
AGENT = "Mozilla/5.0 (X11; Linux x86_64)"
START = f"192.0.2.17 - - [{STAMP}]"


def line(request: str = "GET /a HTTP/1.1", status: int = 200) -> str:
    return f'{START} "{request}" {status} 512 "-" "{AGENT}"'


def parsed(text: str) -> AccessLine:
    assert looks_like_access_line(text)
    return parse_access_line(text)


def request(text: str) -> tuple[str, str]:
    access = parsed(line(text))
    return access.method, access.url


PLAIN = AccessLine("192.0.2.17", TIME, "GET", "/a?b=c", 200, 512, None, None, is_page=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{START} "GET /a?b=c HTTP/1.1" 200 512', PLAIN),
        (f'{START} "GET /a?b=c HTTP/1.1" 200 512 "-" "-"', PLAIN),
        (f'{START} "GET /a?b=c HTTP/1.1" 200 512 "" ""  \t\r\n', PLAIN),
        (
            f'{START} "GET /a?b=c HTTP/2.0" 200 512 "https://shop.example/" "{AGENT}"',
            PLAIN._replace(referrer="https://shop.example/", user_agent=AGENT),
        ),
        (f'shop.example:443 {START} "GET /a?b=c HTTP/1.1" 200 512 "-" "{AGENT}"', PLAIN._replace(user_agent=AGENT)),
        (f'[2001:db8::2]:80 {START} "GET /a?b=c HTTP/1.1" 200 512 "-" "-"', PLAIN),
        (f'2001:db8::17 - - [{STAMP}] "GET /a?b=c HTTP/1.1" 200 512', PLAIN._replace(host="2001:db8::17")),
        (f'shop.example:80 ::1 - - [{STAMP}] "GET /a?b=c HTTP/1.1" 200 512', PLAIN._replace(host="::1")),
        (f'client.example id42 Jo Doe [{STAMP}] "GET /a?b=c" 200 512', PLAIN._replace(host="client.example")),
        (f'host:80 - - [{STAMP}] "GET /a?b=c" 200 512', PLAIN._replace(host="host:80")),
        (f'{START} "POST /a?b=c HTTP/1.1" 200 -', PLAIN._replace(method="POST", size=None, is_page=False)),
        (f'{START} "GET /a?b=c HTTP/1.1" 500 0', PLAIN._replace(status=500, size=0, is_page=False)),
        (f'{START} "-" 408 -', AccessLine("192.0.2.17", TIME, "", "", 408, None, None, None, is_page=False)),
    ],
)
def test_lines(text: str, expected: AccessLine) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "method", "url"),
    [
        ("GET /a HTTP/1.1", "GET", "/a"),
        ("GET /a", "GET", "/a"),
        ("M-SEARCH /a HTTP/1.1", "M-SEARCH", "/a"),
        ("GET //a//b;c?d=%20#e HTTP/1.1", "GET", "//a//b;c?d=%20#e"),
        ("GET http://shop.example/p?q HTTP/1.1", "GET", "/p?q"),
        ("GET HTTPS://u@[::1]:8080/p HTTP/1.1", "GET", "/p"),
        ("GET http://shop.example HTTP/1.1", "GET", "/"),
        ("GET http://shop.example?q HTTP/1.1", "GET", "/?q"),
        ("GET /a b HTTP/1.1", "GET", "/a b"),
        ("OPTIONS * HTTP/1.0", "OPTIONS", ""),
        ("CONNECT shop.example:443 HTTP/1.1", "CONNECT", ""),
        ("-", "", ""),
        ("", "", ""),
        (" ", "", ""),
        ("GET", "", ""),
        ("GET  /a HTTP/1.1", "", ""),
        ("GET a HTTP/1.1", "", ""),
        ("GET * HTTP/1.1", "", ""),
        ("get /a HTTP/1.1", "", ""),
        (f"{'G' * 33} /a HTTP/1.1", "", ""),
        (r"\x16\x03\x01\x02", "", ""),
        (r"\n", "", ""),
    ],
)
def test_requests(text: str, method: str, url: str) -> None:
    assert request(text) == (method, url)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (r"/a\"b", '/a"b'),
        (r"/a\\b", "/a\\b"),
        (r"/a\tb\n\r\v\b", "/a\tb\n\r\v\b"),
        (r"/caf\xc3\xa9", "/café"),
        (r"/\xE2\x82\xac\x22", '/€"'),
        (r"/caf\xe9", r"/caf\xe9"),
        (r"/\xc3\xa9\xff", r"/\xc3\xa9\xff"),
        (r"/\\xc3\\xa9", r"/\xc3\xa9"),
        (r"/\\\xc3\xa9", "/\\é"),
        (r"/\x3", r"/\x3"),
        (r"/\q", r"/\q"),
        (r"/\x34\x20\x2d", r"/\x34\x20\x2d"),
        ("/é", "/é"),
    ],
)
def test_escapes(escaped: str, plain: str) -> None:
    access = parsed(f'{START} "GET {escaped} HTTP/1.1" 200 1 "{escaped}" "x{escaped}"')
    assert (access.url, access.referrer, access.user_agent) == (plain, plain, f"x{plain}")


@given(st.text())
def test_what_apache_escapes_comes_back(text: str) -> None:
    """Apache's escape_logitem: quotes and backslashes get a backslash, control and non-ASCII bytes become ``\\xhh``."""
    escaped = "".join(f"\\{char}" if char in '"\\' else char if " " <= char <= "~" else hexed(char) for char in text)
    assert parsed(line(f"GET /{escaped} HTTP/1.1")).url == f"/{text}"


def hexed(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8"))


@pytest.mark.parametrize(
    ("stamp", "micros"),
    [
        ("17/May/2015:10:05:03 +0000", TIME),
        ("17/May/2015:10:05:59 -0000", TIME + 56 * SECOND),
        ("17/May/2015:12:05:03 +0200", TIME),
        ("16/May/2015:22:35:03 -1130", TIME),
        ("18/May/2015:10:04:03 +2359", TIME),
        ("29/Feb/2024:00:00:00 +0000", parse_time("2024-02-29T00:00:00Z")),
        ("31/Dec/1969:23:59:59 +0000", -SECOND),
    ],
)
def test_times(stamp: str, micros: int) -> None:
    assert parsed(f'h - - [{stamp}] "GET /" 200 1').time == micros


@given(st.datetimes(datetime(1000, 1, 1), datetime(9998, 1, 1)), st.integers(-23, 23), st.integers(0, 59))  # noqa: DTZ001
def test_a_time_in_any_zone(civil: datetime, hours: int, minutes: int) -> None:
    month = calendar.month_abbr[civil.month]  # English, as long as no test sets a locale
    offset = f"{'-' if hours < 0 else '+'}{abs(hours):02}{minutes:02}"
    text = f'h - - [{civil:%d}/{month}/{civil.year}:{civil:%H:%M:%S} {offset}] "GET /" 200 1'
    shift = abs(hours) * HOUR + minutes * MINUTE
    utc = parse_time(f"{civil.isoformat(timespec='seconds')[:19]}Z")
    assert parsed(text).time == utc + (shift if hours < 0 else -shift)


@pytest.mark.parametrize(
    ("url", "is_page"),
    [
        ("/", True),
        ("/a/b", True),
        ("/a/", True),
        ("/a.html", True),
        ("/index.php?x=1.css", True),
        ("/v1.css/a", True),
        ("/a.css/", True),
        ("/css", True),
        ("/a.cssx", True),
        ("/a.", True),
        ("/a.js.html", True),
        ("/a.html.JS", False),
        ("/a.css?x=/b", False),
        ("/a.png#x.html", False),
        ("/.png", False),
        ("//a.b/c.WOFF2", False),
        *((f"/a.{extension}", False) for extension in sorted(ASSETS)),
    ],
)
def test_pages(url: str, is_page: bool) -> None:
    assert parsed(line(f"GET {url} HTTP/1.1")).is_page is is_page
    assert parsed(line(f"GET http://shop.example{url} HTTP/1.1")).is_page is is_page


@pytest.mark.parametrize(
    ("method", "status", "is_page"),
    [("GET", status, True) for status in (200, 204, 206, 299, 304)]
    + [("GET", status, False) for status in (100, 199, 300, 301, 303, 305, 404, 499, 500, 999)]
    + [(method, 200, False) for method in ("HEAD", "POST", "PUT", "GETS", "OPTIONS")],
)
def test_only_what_was_served_is_a_page(method: str, status: int, is_page: bool) -> None:
    assert parsed(line(f"{method} /a HTTP/1.1", status)).is_page is is_page


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "begin"),
        ("   ", "begin"),
        ('{"id":"1","source":"/shop"}', "begin"),
        ("GET /a HTTP/1.1", "no time"),
        (f'- - [{STAMP}] "GET /" 200 1', "begin"),
        (f' h - - [{STAMP}] "GET /" 200 1', "begin"),
        ('h - - "GET /" 200 1', "no time"),
        ('h - - [2015-05-17T10:05:03Z] "GET /" 200 1', "no time"),
        ('h - - [17/may/2015:10:05:03 +0000] "GET /" 200 1', "no time"),
        ('h - - [17/Mai/2015:10:05:03 +0000] "GET /" 200 1', "no time"),
        ('h - - [17/05/2015:10:05:03 +00000] "GET /" 200 1', "no time"),
        ('h - - [17/May/2015:10:05:03] "GET /" 200 1', "no time"),
        ('h - - [17/May/2015:10:05:60 +0000] "GET /" 200 1', "no time"),
        ('h - - [17/May/2015:10:05:03 +2400] "GET /" 200 1', "no time"),
        ('h - - [17/May/2015:10:05:03 +0060] "GET /" 200 1', "no time"),
        ('h - - [1\u0667/May/2015:10:05:03 +0000] "GET /" 200 1', "no time"),
        ('h - - [31/Apr/2015:10:05:03 +0000] "GET /" 200 1', "impossible date or time: day"),
        ('h - - [17/May/2015:24:05:03 +0000] "GET /" 200 1', "impossible date or time: hour"),
        ('h - - [17/May/0000:10:05:03 +0000] "GET /" 200 1', "impossible date or time: year"),
        ('h - - [01/Jan/0001:00:00:00 +0001] "GET /" 200 1', "impossible date or time"),
        (f"{START} GET / 200 1", "no request in quotes"),
        (f'{START} "GET / 200 1', "no request in quotes"),
        (f'{START} "GET /\\" 200 1', "no request in quotes"),
        (f'{START} "GET /"', "no status"),
        (f'{START} "GET /" 20 1', "no status"),
        (f'{START} "GET /" 2000 1', "no status"),
        (f'{START} "GET /" - 1', "no status"),
        (f'{START} "GET /" 200', "neither a size"),
        (f'{START} "GET /" 200 -1', "neither a size"),
        (f'{START} "GET /" 200 1.5', "neither a size"),
        (f'{START} "GET /" 200 {"9" * 19}', "neither a size"),
        (f'{START} "GET /" 200 1 "-"', "something else"),
        (f'{START} "GET /" 200 1 "-" "a" "b"', "something else"),
        (f'{START} "GET /" 200 1 "-" "a" 0.003', "something else"),
        (f'{START} "GET /" 200 1 "-" "a', "something else"),
        (f'{START} "GET /" 200 1 "-" "a"b"', "something else"),
        (f'{START} "GET /" 200 1x', "neither a size"),
    ],
)
def test_malformed_lines(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse_access_line(text)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        (f'{START} "GET /" 200 1 "-" "a" "more" 0.003', True),
        (f'{START} "cut', True),
        ('{"a": "[17/May/2015:10:05:03 +0000] \\""}', False),
        ("", False),
        ('2015-05-17 10:05:03 "GET /" 200', False),
    ],
)
def test_detection_asks_for_the_beginning_only(text: str, looks: bool) -> None:
    assert looks_like_access_line(text) is looks


@given(st.text() | st.text(' "\\[]/:-+0179Mayx').map(lambda text: START + text))
def test_any_text_is_a_line_or_a_value_error(text: str) -> None:
    try:
        parse_access_line(text)
    except ValueError:
        return
    assert looks_like_access_line(text)


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * MEGABYTE,
        " " * MEGABYTE,
        "a " * MEGABYTE,
        '"' * MEGABYTE,
        "[" * MEGABYTE,
        "a:1 " * MEGABYTE,
        ":1" * MEGABYTE,
        f'{START} "' + "\\" * MEGABYTE,
        f'{START} "' + '\\"' * MEGABYTE,
        f"{START} " + '"' * MEGABYTE,
        f'{START} "GET /' + "\\xff" * MEGABYTE + '" 200 1',
        f'{START} "GET /' + "/." * MEGABYTE + '" 200 1',
        f'{START} "GET /" 200 1' + ' ""' * MEGABYTE,
        f'{START} "GET /" 200 1' + " " * MEGABYTE + "x",
        f'{START} "GET /" 200 {"1" * MEGABYTE}',
    ],
    ids=lambda text: text[-8:],
)
def test_hostile_lines_take_no_longer(text: str) -> None:
    start = time.perf_counter()
    with suppress(ValueError):
        parse_access_line(text)
    looks_like_access_line(text)
    assert time.perf_counter() - start < 2


@pytest.mark.real_data
@pytest.mark.skipif(not REAL_LOG.exists(), reason=f"no {REAL_LOG}")
def test_a_real_log() -> None:
    lines = [parsed(text) for text in REAL_LOG.read_text("utf-8").splitlines()]
    assert len(lines) == 6000
    assert all(access.method and access.url.startswith("/") for access in lines)
    assert sum(access.is_page for access in lines) == 2760
