"""The canonical form of a URL: two spellings of one page are one row."""

import re

_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?")
_WITH_PORT = re.compile(r"(\[[^\]]*\]|[^:]*):([0-9]*)")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def canonical_url(url: str, *, keep_query: bool = False) -> str:
    """Bring a URL into canonical form.

    Scheme and host in lower case; user info, a default or empty port, the fragment and (unless kept) the query
    removed; an empty path is ``/``. Percent-encoding and double slashes stay, for servers may tell them apart. What
    is not absolute, such as a path, only loses fragment and query. Any text has a canonical form, and is its own
    canonical form once it is in it.

    Args:
        url: an absolute URL or a path; of any other text nothing is expected.
        keep_query: keep the query, for sites whose pages differ by it.
    """
    match = _ABSOLUTE.match(url)
    if not match:
        path = url.partition("#")[0]
        return path if keep_query else path.partition("?")[0]
    scheme, authority, path, query = match.groups("")
    scheme = scheme.lower()
    host = _host(authority.rpartition("@")[2].lower(), _DEFAULT_PORTS.get(scheme))
    return f"{scheme}://{host}{path or '/'}{query if keep_query else ''}"


def _host(authority: str, default_port: str | None) -> str:
    """Drop a port that says nothing; ``[::1]:80`` keeps the colons of its address."""
    match = _WITH_PORT.fullmatch(authority) if ":" in authority else None
    return match[1] if match and match[2] in ("", default_port) else authority
