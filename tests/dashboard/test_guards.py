"""Who may ask, who may write, and what every answer bears."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.guards import Trust, host_names
from dashboard.live import Watcher
from dashboard.local.store import LocalStore
from tests.browser.stores import burst, run, value

HOST = "127.0.0.1:8080"
PROXY = {"X-Email": "accounts.example:kim@example.com"}


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    output = tmp_path_factory.mktemp("guards") / "out"
    run(output, burst(0))
    return output


@contextmanager
def client(output, header: str = "", proxies: tuple[str, ...] = (), peer: str = "127.0.0.1") -> Iterator[TestClient]:
    store = LocalStore(str(output))
    trust = Trust(host_names("127.0.0.1", 8080, ["millrace.example.com"]), header, frozenset(proxies))
    app = create_app(store, Watcher(store), trust, 8080)
    with TestClient(app, base_url=f"http://{HOST}", client=(peer, 50_000)) as asking:
        yield asking


def action(output, **changes: Any) -> dict[str, Any]:
    version = value(output, "SELECT count(*) FROM case_actions WHERE case_key = 'ip|192.0.2.7'")
    return {
        "action_id": f"{version:032x}",
        "entity_type": "ip",
        "entity": "192.0.2.7",
        "action": "claim",
        "expected_version": version,
        "reviewer": "kim",
    } | changes


def token(asking: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": asking.get("/api/session").json()["token"]}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (HOST, 200),
        ("localhost:8080", 200),
        ("[::1]:8080", 200),
        ("LOCALHOST:8080", 200),
        ("millrace.example.com", 200),
        ("evil.example:8080", 421),
        ("127.0.0.1:9999", 421),
        ("127.0.0.1", 421),
        ("127.0.0.1.evil.example:8080", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/now"])
def test_the_service_goes_by_its_names_only(output, host, status, path):
    """A page of another site that has its name resolve to this machine (DNS rebinding) bears its own Host."""
    with client(output) as asking:
        assert asking.get(path, headers={"Host": host}).status_code == status


@pytest.mark.parametrize("path", ["/", "/js/app.js", "/api/now", "/api/nothing", "/api/now?hours=7"])
def test_every_answer_bears_a_strict_policy(output, path):
    with client(output) as asking:
        headers = asking.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-CSRF-Token": ""}, 403),
        ({"X-CSRF-Token": "0" * 64}, 403),
        ({"X-CSRF-Token": "\xe9"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Length": "70000"}, 413),
    ],
)
def test_a_write_from_elsewhere_is_refused(output, headers, status):
    with client(output) as asking:
        body, sent = json.dumps(action(output)), token(asking) | {"Content-Type": "application/json"}
        encoded = [(k.encode(), v.encode("latin-1")) for k, v in (sent | headers).items()]
        answer = asking.post("/api/case/actions", content=body, headers=encoded)
    assert answer.status_code == status
    assert value(output, "SELECT count(*) FROM case_actions WHERE reviewer = 'kim'") == 0


def test_a_token_is_of_one_session(output):
    with client(output) as one, client(output) as other:
        foreign = token(other)
        token(one)
        assert one.post("/api/case/actions", json=action(output), headers=foreign).status_code == 403


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("10.0.0.7", PROXY, 200),
        ("10.0.0.8", PROXY, 403),
        ("127.0.0.1", PROXY, 403),
        ("10.0.0.7", {}, 403),
        ("10.0.0.7", {"X-Email": ""}, 403),
        ("10.0.0.8", PROXY | {"X-Forwarded-For": "10.0.0.7"}, 403),
    ],
)
def test_a_header_is_believed_from_the_proxy_only(output, peer, headers, status):
    with client(output, "x-email", ("10.0.0.7",), peer) as asking:
        assert asking.get("/api/cases", headers=headers).status_code == status


def test_who_decided_is_whom_the_proxy_vouches_for(tmp_path):
    output = tmp_path / "out"
    run(output, burst(0))
    with client(output, "x-email", ("10.0.0.7",), "10.0.0.7") as asking:
        asking.headers.update(PROXY)
        assert asking.get("/api/session").json()["reviewer"] == "kim@example.com"
        answer = asking.post("/api/case/actions", json=action(output, reviewer="noor"), headers=token(asking))
    assert answer.json()["case"]["claimed_by"] == "kim@example.com"
    assert value(output, "SELECT reviewer FROM case_actions") == "kim@example.com"


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "delete"},
        {"expected_version": -1},
        {"action_id": "x"},
        {"reviewer": ""},
        {"reviewer": "a\nb"},
        {"action": "close"},
        {"verdict": "confirmed_fraud"},
        {"note": "x" * 5000},
        {"more": 1},
    ],
)
def test_a_malformed_action_is_told_and_not_recorded(output, wrong):
    with client(output) as asking:
        answer = asking.post("/api/case/actions", json=action(output, **wrong), headers=token(asking))
    assert answer.status_code == 422
    assert answer.json()["text"]
    assert value(output, "SELECT count(*) FROM case_actions WHERE action <> 'claim'") == 0
