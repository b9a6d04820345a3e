"""The canonical form of URLs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.core.urls import canonical_url

PIECES = st.sampled_from(
    [
        "http",
        "HTTPS",
        "ftp",
        "://",
        "//",
        "/",
        ":",
        ":80",
        ":443",
        "@",
        "?",
        "#",
        "[::1]",
        "[",
        "]",
        "A",
        "\u0130",
        "%2F",
    ]
)
TEXTS = st.text() | st.lists(PIECES, max_size=10).map("".join)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://Shop.Example/Products/42?utm_source=mail#top", "https://shop.example/Products/42"),
        ("HTTP://SHOP.EXAMPLE", "http://shop.example/"),
        ("http://shop.example?a=/b", "http://shop.example/"),
        ("http://shop.example#a?b", "http://shop.example/"),
        ("http://shop.example:80/a", "http://shop.example/a"),
        ("https://shop.example:443/a", "https://shop.example/a"),
        ("https://shop.example:80/a", "https://shop.example:80/a"),
        ("http://shop.example:443/a", "http://shop.example:443/a"),
        ("http://shop.example:8080/a", "http://shop.example:8080/a"),
        ("http://shop.example:/", "http://shop.example/"),
        ("ftp://shop.example:80/", "ftp://shop.example:80/"),
        ("http://user:pass@shop.example/", "http://shop.example/"),
        ("http://user@evil@shop.example:80/", "http://shop.example/"),
        ("http://shop.example/a@b", "http://shop.example/a@b"),
        ("http://shop.example?u=a@b", "http://shop.example/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("http://[2001:DB8::80]", "http://[2001:db8::80]/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://u:p@[::1]:", "http://[::1]/"),
        ("http://a//b/%7e%2F/../c", "http://a//b/%7e%2F/../c"),
        ("http://h:80:80/", "http://h:80:80/"),
        ("http:///a", "http:///a"),
        ("/a/B?c=1#d", "/a/B"),
        ("/a#b?c", "/a"),
        ("/", "/"),
        ("/?a", "/"),
        ("//Host:80/x?y", "//Host:80/x"),
        ("/redirect/http://Host/?x", "/redirect/http://Host/"),
        ("", ""),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("\ud800://x", "\ud800://x"),
    ],
)
def test_canonical(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://H:80?a=B#c", "http://h/?a=B"),
        ("http://h/p?a#b?c", "http://h/p?a"),
        ("/p?a=1&a=2#x", "/p?a=1&a=2"),
        ("/p#x?a=1", "/p"),
        ("/p?", "/p?"),
    ],
)
def test_the_query_may_stay(url: str, canonical: str) -> None:
    assert canonical_url(url, keep_query=True) == canonical


@given(TEXTS, st.booleans())
@example(url="http://h::80:", keep_query=False)
def test_any_text_has_one_canonical_form(url: str, keep_query: bool) -> None:
    canonical = canonical_url(url, keep_query=keep_query)
    assert canonical_url(canonical, keep_query=keep_query) == canonical
    assert "#" not in canonical
    assert keep_query or "?" not in canonical


@given(st.text())
def test_a_path_only_loses_query_and_fragment(rest: str) -> None:
    path = f"/{rest}"
    assert canonical_url(path) == path.partition("#")[0].partition("?")[0]


@pytest.mark.parametrize("url", ["http://" + "@" * 1_000_000, "a" * 1_000_000, "http://h" + ":" * 1_000_000])
@pytest.mark.timeout(5)
def test_hostile_urls_take_no_longer(url: str) -> None:
    canonical_url(url)
