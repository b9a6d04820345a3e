"""Lines of access logs, in the three forms, and some that are malformed."""

from hypothesis import strategies as st

from tests.histories.clock import HOUR, MINUTE, SECOND, Clock, Text
from tests.histories.data import AGENTS, CARD
from tests.histories.events import fixed

MOMENTS = (0, SECOND, 59 * SECOND, MINUTE, 5 * MINUTE, HOUR, -SECOND)
HOSTS = ("192.0.2.1", "2001:db8::1", "client.example")
USERS = ("-", "jo", "Jo Doe")
GOOD = ("GET /a HTTP/1.1", "GET /b?q=1 HTTP/2.0", "GET /shop/a.b/c HTTP/1.0", "GET http://shop.example/a HTTP/1.1")
REQUESTS = (
    *GOOD,
    "GET http://shop.example HTTP/1.1",
    "GET /a",
    "GET /caf\u00e9 HTTP/1.1",
    r"GET /caf\xc3\xa9 HTTP/1.1",
    r"GET /say\"hi\"\\\t HTTP/1.1",
    r"GET /\xff\x34 HTTP/1.1",
    "GET /a.css HTTP/1.1",
    "GET /x.y.PNG?v=1.2 HTTP/1.1",
    "GET /page.html#top HTTP/1.1",
    f"GET /receipt/{CARD} HTTP/1.1",
    f"GET /{'y' * 2048} HTTP/1.1",
    f"GET /{'y' * 8192}.css HTTP/1.1",
    "POST /a HTTP/1.1",
    "OPTIONS * HTTP/1.0",
    "-",
    "",
    "get /a HTTP/1.1",
    r"\x16\x03\x01",
)
STATUSES = (200, 200, 204, 304, 301, 404, 500, 999)
AGENT_FIELDS = ("-", *(agent for agent in AGENTS if agent is not None), r"Mozilla \"5\"", f"card {CARD}")
MALFORMED = (
    b"plain text",
    b'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /a HTTP/1.1" 20 5',
    b'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /a HTTP/1.1" 200',
    b'192.0.2.1 - - [31/Sep/2026:10:40:05 +0000] "GET /a HTTP/1.1" 200 5',
    b'192.0.2.1 - - [17/Sep/2026:10:40:05] "GET /a HTTP/1.1" 200 5',
    b'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /a HTTP/1.1" 200 5 "-"',
    b'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /a 200 5 "-" "-"',
    b'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /\xff HTTP/1.1" 200 5',
    b'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET / HTTP/1.1" 200 5 ' + CARD.encode(),
    b'{"id": "1"}',
)


@st.composite
def log_lines(draw, *, good: bool = False) -> Text:
    """A line of an access log."""
    front = draw(st.sampled_from(["", "", "shop.example:443 ", "[2001:db8::2]:80 "]))
    front += f"{draw(st.sampled_from(HOSTS))} - {draw(st.sampled_from(USERS))}"
    moment, abroad = draw(st.sampled_from(MOMENTS)), draw(st.booleans())
    request, status = draw(st.sampled_from(GOOD if good else REQUESTS)), draw(st.sampled_from(STATUSES))
    size = draw(st.sampled_from(["-", "0", "512"]))
    referrer, agent = draw(st.sampled_from(["-", "", "https://other.example/"])), draw(st.sampled_from(AGENT_FIELDS))
    combined = f' "{referrer}" "{agent}"' if draw(st.booleans()) else ""

    def text(clock: Clock) -> bytes:
        stamp = clock.logged(moment, abroad=abroad)
        return f'{front} [{stamp}] "{request}" {status} {size}{combined}'.encode()

    return text


malformed_log_lines = st.sampled_from(MALFORMED).map(fixed)
