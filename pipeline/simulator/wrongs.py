"""What is wrong with malformed input: texts that are no JSON, types without a contract, data that breaks one."""

from typing import Any

NOT_JSON = (
    b"user=17&page=%2Foffers",
    b"<event/>",
    b"heartbeat",
    b'{"specversion":"1.0","id":"x-1","source":',
    b"{'id': 7}",
)
UNKNOWN_TYPES = ("shop.stock_level.v1", "web.page_view.v9", "com.acme.web.click.v1", "payment.refund.v1", "test")
VIOLATIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "web.page_view.v1": ({"url": "offers", "user_id": 17}, {"url": None, "ip": ["192.0.2.7"], "session_id": 5}),
    "http.request.v1": ({"status": 999, "bytes": -1, "ip": ""}, {"status": "200", "ip": None}),
    "payment.authorization.v1": ({"amount": -5, "currency": "eur", "cvv": "123"}, {"amount": 19.99, "status": "ok"}),
    "account.login.v1": ({"outcome": "maybe", "ip": None},),
    "account.change.v1": ({"change_type": "name", "account_id": ""},),
    "fraud.review.v1": ({"verdict": "fraud", "decided_at": "yesterday", "reviewer": ""},),
}
"""Changes to a good event's data; each breaks the contract in two or three places."""
