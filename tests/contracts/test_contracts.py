"""The bundled contracts: valid schemas, plain patterns, bounded strings, and what each refuses, and where."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import transforms.contracts

FOLDER = Path(transforms.contracts.__file__).parent
SCHEMAS: dict[str, Any] = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name, schema in SCHEMAS.items()
    for number, example in enumerate(schema["examples"])
]
REAL_LOGINS = Path(__file__).parents[3] / "shared" / "data" / "logins" / "sshd_march.jsonl"
# A card number's last resort: a field nobody thought of, at each level that a payment has.
LEVELS = ("", "/card", "/checks", "/geo")
FORBIDDEN = ("cvv", "cvc2", "track1", "track2", "pan", "card_number", "number", "pin_block")


def violations(name: str, data: Any) -> list[str]:
    """Give the JSON pointers of what breaks a contract, each once."""
    validator = jsonschema_rs.validator_for(SCHEMAS[name], validate_formats=True)
    return sorted({"".join(f"/{part}" for part in error.instance_path) for error in validator.iter_errors(data)})


def example(name: str) -> Any:
    return deepcopy(SCHEMAS[name]["examples"][0])


def changed(name: str, pointer: str, value: Any) -> Any:
    data = node = example(name)
    *parents, last = pointer.removeprefix("/").split("/")
    for parent in parents:
        node = node[parent]
    node[last] = value
    return data


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in schema.get("properties", {}).items():
        yield f"{path}/{key}", value
        yield from properties(value, f"{path}/{key}")


def every_property() -> list[Any]:
    return [pytest.param(p, id=f"{name}{path}") for name, schema in SCHEMAS.items() for path, p in properties(schema)]


def test_the_six_contracts_of_the_design_are_bundled() -> None:
    assert list(SCHEMAS) == [
        "account.change.v1",
        "account.login.v1",
        "fraud.review.v1",
        "http.request.v1",
        "payment.authorization.v1",
        "web.page_view.v1",
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_contract_is_a_valid_described_schema_of_draft_2020_12(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:millrace:contract:{name}"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_patterns_are_plain_and_nothing_is_referred_to(name: str) -> None:
    # Rust's regex engine runs in linear time and refuses look-around and back-references.
    jsonschema_rs.validator_for(SCHEMAS[name], pattern_options=jsonschema_rs.RegexOptions(), offline=True)
    assert "$ref" not in (FOLDER / f"{name}.json").read_text("utf-8")


@pytest.mark.parametrize("schema", every_property())
def test_a_property_is_described_and_a_string_bounded(schema: Any) -> None:
    assert schema["description"].endswith(".")
    assert "enum" in schema or "type" in schema
    if "string" in schema.get("type", ()):
        assert 0 < schema["maxLength"] <= 8192


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_required_is_not_null_and_what_is_not_may_be(name: str) -> None:
    for path, schema in properties(SCHEMAS[name]):
        parent = SCHEMAS[name]
        for part in path.split("/")[1:-1]:
            parent = parent["properties"][part]
        takes_null = None in schema["enum"] if "enum" in schema else "null" in schema["type"]
        assert takes_null == (path.rpartition("/")[2] not in parent.get("required", [])), path


@pytest.mark.parametrize(("name", "data"), EXAMPLES)
def test_an_example_is_valid(name: str, data: Any) -> None:
    assert violations(name, data) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_only_payments_forbid_unknown_fields(name: str) -> None:
    expected = [""] if name == "payment.authorization.v1" else []
    assert violations(name, example(name) | {"campaign": "autumn"}) == expected


@pytest.mark.parametrize("field", FORBIDDEN)
@pytest.mark.parametrize("level", LEVELS)
def test_a_payment_refuses_card_data_at_every_level(level: str, field: str) -> None:
    name = "payment.authorization.v1"
    assert violations(name, changed(name, f"{level}/{field}", "123")) == [level]


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/a b/ü?x=1#y",
        "//cdn.example/x",
        "http://shop.example",
        "HTTPS://SHOP.EXAMPLE:443/a",
        "https://user:secret@shop.example?x",
        "http://192.0.2.7#top",
        "https://[2001:db8::7]:8443/",
        "https://bücher.example/",
        "/" + "x" * 2047,
    ],
)
def test_a_page_view_takes_paths_and_absolute_urls(url: str) -> None:
    assert violations("web.page_view.v1", {"url": url}) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "products/1",
        "shop.example/",
        "ftp://shop.example/",
        "javascript:alert(1)",
        "http:/shop.example",
        "http://",
        "https:///products",
        "https://@/",
        "https://:443/",
        "https://shop .example/",
        "https://shop.example:https/",
        "https://shop.example:443000/",
        "https://[2001:db8::7/",
        "https://shop.example\\@evil.example/",
        "https://shop.example\n",
        " https://shop.example/",
        "/" + "x" * 2048,
        None,
        7,
    ],
)
def test_a_page_view_refuses_other_urls(url: Any) -> None:
    assert violations("web.page_view.v1", {"url": url}) == ["/url"]


@pytest.mark.parametrize(
    "fingerprint",
    ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", " 378282246310005 ", "0" * 12, "0" * 19],
)
def test_a_fingerprint_is_never_a_card_number(fingerprint: str) -> None:
    name = "payment.authorization.v1"
    assert violations(name, changed(name, "/card/fingerprint", fingerprint)) == ["/card/fingerprint"]


@pytest.mark.parametrize("fingerprint", ["fp_4111111111111111", "0" * 11, "0" * 20, "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"])
def test_a_fingerprint_is_any_other_token(fingerprint: str) -> None:
    name = "payment.authorization.v1"
    assert violations(name, changed(name, "/card/fingerprint", fingerprint)) == []


BAD_VALUES: dict[str, dict[str, list[Any]]] = {
    "web.page_view.v1": {
        "/user_id": [7, "x" * 257],
        "/session_id": [{}],
        "/ip": [True],
        "/referrer": [["/"]],
        "/user_agent": [0, "x" * 8193],
    },
    "http.request.v1": {
        "/method": [1, "x" * 65],
        "/url": [7, "x" * 8193],
        "/status": [99, 600, "200", 200.5, None],
        "/bytes": [-1, "0"],
        "/ip": ["", None],
    },
    "payment.authorization.v1": {
        "/transaction_id": ["", None, 7],
        "/merchant_id": [""],
        "/mcc": ["573", "57320"],
        "/amount": [-1, 19.99, "1999", None],
        "/currency": ["eur", "EURO", "€", None],
        "/status": ["refused", None],
        "/response_code": [0],
        "/channel": ["web"],
        "/card": [None, "4111"],
        "/card/bin": ["41111", "411111111", "41111x", 411111],
        "/card/last4": ["111", "11111", "111x", 1111],
        "/card/issuer_country": ["de", "DEU"],
        "/card/exp_month": [0, 13, "11"],
        "/card/exp_year": [29, 2200],
        "/checks": ["pass"],
        "/checks/cvc": ["123", "code 1234", 123, "x" * 33],
        "/checks/avs_postal": [12345],
        "/ip": ["", None],
        "/geo/lat": [90.1, -90.1, "52"],
        "/geo/lon": [180.1, -180.1],
        "/geo/country": ["D", "Germany"],
        "/geo/asn": [-1, 1.5, 1 << 32],
    },
    "account.login.v1": {
        "/account_id": ["", None],
        "/outcome": ["ok", None],
        "/failure_reason": [1],
        "/ip": ["", None],
        "/geo": [[52.5, 13.4]],
        "/geo/lat": [91],
    },
    "account.change.v1": {"/account_id": [""], "/change_type": ["name", None], "/actor": ["admin"]},
    "fraud.review.v1": {
        "/review_id": [""],
        "/entity": ["", "x" * 1025],
        "/verdict": ["fraud", None],
        "/note": ["x" * 4097],
        "/decided_at": ["2026-09-17T10:40:00", "2026-13-17T10:40:00Z", "yesterday", 1789641600],
    },
}
BAD_CASES = [
    pytest.param(name, pointer, value, id=f"{name}{pointer}-{str(value)[:24]}")
    for name, pointers in BAD_VALUES.items()
    for pointer, values in pointers.items()
    for value in values
]


@pytest.mark.parametrize(("name", "pointer", "value"), BAD_CASES)
def test_a_bad_value_is_refused_where_it_stands(name: str, pointer: str, value: Any) -> None:
    assert violations(name, changed(name, pointer, value)) == [pointer]


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, schema in SCHEMAS.items() for field in schema["required"]]
)
def test_a_missing_field_is_refused_at_its_parent(name: str, field: str) -> None:
    data = example(name)
    del data[field]
    assert violations(name, data) == [""]


@pytest.mark.parametrize("field", ["fingerprint", "bin", "last4"])
def test_a_card_lacking_a_field_is_refused_at_the_card(field: str) -> None:
    payment = example("payment.authorization.v1")
    del payment["card"][field]
    assert violations("payment.authorization.v1", payment) == ["/card"]


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("data", [None, [], "", 0], ids=repr)
def test_data_that_is_no_object_is_refused_as_a_whole(name: str, data: Any) -> None:
    assert violations(name, data) == [""]


def test_every_violation_is_reported() -> None:
    payment = example("payment.authorization.v1") | {"amount": -1, "currency": "eur", "cvv": "123"}
    assert violations("payment.authorization.v1", payment) == ["", "/amount", "/currency"]


@pytest.mark.real_data
@pytest.mark.skipif(not REAL_LOGINS.exists(), reason=f"no {REAL_LOGINS}")
def test_real_logins_keep_the_contract() -> None:
    events = [json.loads(line) for line in REAL_LOGINS.read_text("utf-8").splitlines()]
    assert {event["type"] for event in events} == {"account.login.v1"}
    assert [event["id"] for event in events if violations("account.login.v1", event["data"])] == []
