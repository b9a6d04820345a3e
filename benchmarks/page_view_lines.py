"""Page-view events for benchmarks: seeded JSON lines with Zipf-weighted URLs over ten minutes."""

import json
import random
from collections.abc import Iterator

URLS = [f"https://shop.example/products/item-{number:04d}" for number in range(2000)]
AGENTS = [
    *(
        f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{version}.0 Safari/537.36"
        for version in range(100, 140)
    ),
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
]
SPAN_SECONDS = 600


def page_view_lines(count: int, seed: int = 7) -> Iterator[bytes]:
    """Make ``count`` CloudEvents in order of time, each a line of about 400 bytes."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    urls = rng.choices(URLS, [1 / (rank + 1) for rank in range(len(URLS))], k=count)
    for number, url in enumerate(urls):
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
        yield json.dumps(event, separators=(",", ":")).encode() + b"\n"
