"""The canonical form of URLs, under which page views are counted."""

import re

_URL = re.compile(r"(?:(https?):)?//([^/?#]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def canonical_url(url: str, *, keep_query: bool = False) -> str:
    """Bring a URL into canonical form: never fails, and doing it twice changes nothing.

    Scheme and host in lower case; user info, default port and fragment are removed, the query unless it is kept; an
    empty path is ``/``. Percent-encoding and double slashes stay. A path without a host only loses fragment and query.
    """
    match = _URL.match(url) if url[:1] != "/" else None
    if not match or not match[1]:
        bare = url.partition("#")[0]
        return bare if keep_query else bare.partition("?")[0]
    scheme = match[1].lower()
    host = match[2].rpartition("@")[2].lower()
    query = (match[4] or "") if keep_query else ""
    return f"{scheme}://{_without_default_port(host, scheme)}{match[3] or '/'}{query}"


def _without_default_port(host: str, scheme: str) -> str:
    return host.removesuffix(_DEFAULT_PORTS[scheme]).removesuffix(":")
