"""Page-view events for benchmarks: seeded JSON lines with Zipf-weighted URLs over ten minutes."""

import json
import random
from collections import deque
from collections.abc import Iterable, Iterator

URLS = [f"https://shop.example/products/item-{number:04d}" for number in range(2000)]
AGENTS = [
    *(
        f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{version}.0 Safari/537.36"
        for version in range(100, 140)
    ),
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
]
SPAN_SECONDS = 600
REPEATED = 0.01
"""Share of lines that repeat one of the fifty before them: what is sent twice must count once."""


def page_view_lines(count: int, seed: int = 7) -> Iterator[bytes]:
    """Make ``count`` CloudEvents in order of time, each a line of about 400 bytes."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    urls = rng.choices(URLS, [1 / (rank + 1) for rank in range(len(URLS))], k=count)
    recent: deque[bytes] = deque(maxlen=50)
    for number, url in enumerate(urls):
        if recent and rng.random() < REPEATED:
            yield rng.choice(recent)
            continue
        second = number * SPAN_SECONDS // count
        event = {
            "specversion": "1.0",
            "id": f"{rng.getrandbits(128):032x}",
            "source": f"//web/shop-{number % 8}",
            "type": "web.page_view.v1",
            "time": f"2026-09-17T10:{40 + second // 60}:{second % 60:02d}.{rng.randrange(10**6):06d}Z",
            "data": {
                "url": url,
                "user_id": f"u-{rng.randrange(50_000)}",
                "session_id": f"s-{rng.randrange(200_000)}",
                "ip": f"203.0.113.{rng.randrange(256)}",
                "referrer": "https://shop.example/",
                "user_agent": rng.choice(AGENTS),
            },
        }
        recent.append(json.dumps(event, separators=(",", ":")).encode() + b"\n")
        yield recent[-1]


def half_spoilt(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Spoil every second line, in four ways in turn: cut off, another URL, another time, another type."""
    for number, line in enumerate(lines):
        if number % 2 == 0:
            yield line
        elif number % 8 == 1:
            yield line[: len(line) // 2] + b"\n"
        elif number % 8 == 3:  # noqa: PLR2004 - the second of four
            yield line.replace(b'"url":"https', b'"url":"ftp')
        elif number % 8 == 5:  # noqa: PLR2004 - the third
            yield line.replace(b'"time":"2026-', b'"time":"2026/')
        else:
            yield line.replace(b"web.page_view.v1", b"web.page_view.v9")
