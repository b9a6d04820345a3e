"""The oracle's parts, on cases whose outcome is plain."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.oracle import times
from tests.oracle.access_lines import logged
from tests.oracle.cards import masked, masked_json
from tests.oracle.contracts import contract_of, faults
from tests.oracle.packing import gunzipped
from tests.oracle.records import Options, Refused
from tests.oracle.texts import decoded, depth, elements, values
from tests.oracle.views import canonical

NOON = datetime(2026, 9, 17, 12, tzinfo=UTC)
START = '192.0.2.1 - - [17/Sep/2026:14:00:00 +0200] "'


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-09-17T12:00:00Z", NOON),
        ("2026-09-17t12:00:00z", NOON),
        ("2026-09-17 17:30:00.0+05:30", NOON),
        ("2026-09-17T11:59:59.999999999Z", NOON - timedelta(microseconds=1)),
        ("2026-09-17T12:00:00", None),
        ("2026-02-30T12:00:00Z", None),
        ("2026-09-17T24:00:00Z", None),
        ("2026-09-17T12:00:00+24:00", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("", None),
    ],
)
def test_times(text, time):
    assert times.parsed(text) == time


def test_windows():
    assert times.floored(NOON + timedelta(seconds=59), timedelta(minutes=1)) == NOON
    assert times.floored(NOON - timedelta(microseconds=1), timedelta(days=1)) == datetime(2026, 9, 17, tzinfo=UTC)
    assert times.floored(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), timedelta(hours=1)).hour == 23


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("/a?b#c", "/a"),
        ("//Host/p", "//Host/p"),
        ("HTTPS://Shop.Example", "https://shop.example/"),
        ("https://u:p@shop.example:443/?q", "https://shop.example/"),
        ("http://shop.example:8080/a%20", "http://shop.example:8080/a%20"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_urls(url, wanted):
    assert canonical(url, Options()) == wanted


def test_the_query_may_stay():
    assert canonical("http://h?a=1#b", Options(keep_query=True)) == "http://h/?a=1"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (
            b'{"n": "4111 1111 1111 1111", "m": 4111111111111111}',
            b'{"n": "**** **** **** ****", "m": 9999999999999999}',
        ),
        (b'{"id": "4111111111111111"}', b'{"id": "4111111111111111"}'),
        (b'{"x": {"id": "4111111111111111"}}', b'{"x": {"id": "****************"}}'),
        (b'{"a": "41111111111111112"}', b'{"a": "41111111111111112"}'),
        (b'[{"id": "4111111111111111"}, "4111111111111111"]', b'[{"id": "4111111111111111"}, "****************"]'),
        (b'{"data": "ezQxMTExMTExMTExMTExMTF9"}', b'{"data": "ezk5OTk5OTk5OTk5OTk5OTl9"}'),
        (b'{"data": "NDExMTExMTExMTExMTExMS4uL', b'{"data": "KioqKioqKioqKioqKioqKi4uL'),
        (b"card 4111111111111111, {", b"card ****************, {"),
    ],
)
def test_masking(raw, shown):
    assert masked_json(raw, ("id",)) == shown


def test_masking_of_text():
    assert masked("of 5555-5555-5555-4444!") == "of ****-****-****-****!"


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (b'[{"a": [1]}, 2 , "]"]', [b'{"a": [1]}', b"2", b'"]"']),
        (b'[{"a": 1}, {"b": }, {"c": 3}]', [b'{"a": 1}', b'{"b": }', b'{"c": 3}']),
        (b'[{"a": 1}, {"b', [b'{"a": 1}', b'{"b']),
        (b"[]", []),
    ],
)
def test_arrays(array, found):
    assert elements(array) == found


def test_values_know_whether_they_end():
    assert list(values(b'{"a": 1},\n {"b')) == [(0, b'{"a": 1}', True), (11, b'{"b', False)]
    assert list(values(b"[[1], [2")) == [(1, b"[1]", True), (6, b"[2", False)]


@pytest.mark.parametrize("text", [b"{", b"NaN", b"1e999", b'"\\ud800"', b"\xef\xbb\xbf{}"])
def test_what_is_no_json(text):
    with pytest.raises(Refused, match="not_json"):
        decoded(text)


def test_depth():
    assert depth(b'{"a": [[1], "[[[["]}') == 3


def test_gzip():
    packed = bytes.fromhex("1f8b08000000000000034b040043beb7e801000000")  # of the letter a
    assert gunzipped(packed + b"\0\0" + packed) == (b"aa", True)
    assert gunzipped(packed + packed[:-1]) == (b"aa", False)
    assert gunzipped(packed + b"no gzip") == (b"a", False)


@pytest.mark.parametrize(
    ("line", "kind", "url"),
    [
        (START + 'GET /a.b/c?q HTTP/1.1" 200 5', "web.page_view.v1", "/a.b/c?q"),
        ("shop:80 " + START + 'GET http://shop/p HTTP/1.1" 304 - "-" "-"', "web.page_view.v1", "/p"),
        (START + r'GET /\"\xc3\xa9 HTTP/1.1" 200 5', "web.page_view.v1", '/"é'),
        (START + 'GET /a.CSS HTTP/1.1" 200 5', "http.request.v1", "/a.CSS"),
        (START + 'GET /a HTTP/1.1" 404 5', "http.request.v1", "/a"),
        (START + 'POST /a HTTP/1.1" 200 5', "http.request.v1", "/a"),
        (START + '-" 408 -', "http.request.v1", ""),
    ],
)
def test_access_lines(line, kind, url):
    event = logged(line, "1", "log")
    assert (event.type, event.data["url"], event.data["ip"], event.time) == (kind, url, "192.0.2.1", NOON)


@pytest.mark.parametrize("line", ["", "text", START + 'GET /a" 20 5', START + 'GET /a" 200 5 "-"', START[:-1]])
def test_bad_access_lines(line):
    with pytest.raises(Refused, match="bad_log_line"):
        logged(line, "1", "log")


def test_contracts_are_named_by_the_longest_suffix():
    assert contract_of("com.acme.web.page_view.v1") == "web.page_view.v1"
    assert [contract_of(kind) for kind in ("xweb.page_view.v1", "web.page_view.v9", "")] == ["", "", ""]


@pytest.mark.parametrize(
    ("contract", "data", "pointers"),
    [
        ("web.page_view.v1", {"url": "HTTP://h?q", "ip": None, "more": 1}, set()),
        ("web.page_view.v1", {"url": "ftp://h/", "ip": 5}, {"/data/url", "/data/ip"}),
        ("web.page_view.v1", {"url": "http:///a"}, {"/data/url"}),
        ("web.page_view.v1", {}, {"/data"}),
        ("web.page_view.v1", None, {"/data"}),
        ("http.request.v1", {"status": True, "ip": ""}, {"/data/status", "/data/ip"}),
        ("http.request.v1", {"status": 200.0, "ip": "::1"}, set()),
        (
            "account.login.v1",
            {"account_id": "a", "outcome": "won", "ip": "i", "geo": {"lat": 91, "x": 1}},
            {"/data/outcome", "/data/geo/lat"},
        ),
        ("account.change.v1", {"account_id": "a", "change_type": "mfa", "actor": None}, set()),
        ("fraud.review.v1", {"decided_at": "now"}, {"/data", "/data/decided_at"}),
        ("payment.authorization.v1", {"cvv": "1", "card": {"bin": "1"}}, {"/data", "/data/card", "/data/card/bin"}),
    ],
)
def test_contracts(contract, data, pointers):
    assert faults(contract, data) == pointers
