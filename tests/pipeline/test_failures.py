"""What goes wrong is told in a sentence, with the exit status of the README: rejects, contracts, bugs of our own."""

import json

import pytest

from tests.pipeline.runs import ended, is_sound, no_stack_trace, page_view, run, start, views_file
from tests.program import select


def test_nothing_but_rejects(tmp_path, capsys):
    (tmp_path / "plain.jsonl").write_text('{"page": "/\\u001b[31m"}\n' * 3 + "{\n")
    seen = run(capsys, "--input", tmp_path / "plain.jsonl", "--output", tmp_path / "out")
    assert seen.status == 3
    alarm = seen.out.partition("\n\n")[0]
    assert alarm.splitlines()[0] == "NOTHING WAS ADMITTED: 4 of 4 events were rejected (100%)."
    assert "The commonest reason is not_an_event (3): The JSON is not a CloudEvent" in alarm
    assert '{"page": "/\\u001b[31m"}' in alarm
    assert "/id: is required" in alarm
    assert alarm.splitlines()[-2:] == ["The option that probably helps:", "  --event_type web.page_view.v1"]
    assert "\x1b" not in seen.out


def test_too_many_rejects_even_when_quiet(tmp_path, capsys):
    (tmp_path / "mixed.jsonl").write_text(page_view(1) + "\n" + page_view(2) + "\nnot json\n")
    seen = run(capsys, "--input", tmp_path / "mixed.jsonl", "--output", tmp_path / "out", "--quiet")
    assert (seen.status, seen.out) == (3, "")
    assert seen.err.startswith("TOO MANY REJECTS: 1 of 3 events were rejected (33%).\nThe commonest reason is not_json")
    assert "received" not in seen.err


def test_quiet_prints_nothing_on_success(tmp_path, views, capsys):
    assert run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet") == (0, "", "")
    assert ended(start("--input", views, "--output", tmp_path / "out", "--quiet")) == (0, "", "")


def order(event_id: str, **data: object) -> str:
    event = {"specversion": "1.0", "id": event_id, "source": "s", "time": "2026-09-17T10:40:05Z"}
    return json.dumps(event | {"type": "com.acme.shop.order.v1", "data": data}) + "\n"


def test_a_users_contract_needs_no_code(tmp_path, capsys):
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    schema = {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer"}}}
    (contracts / "shop.order.v1.json").write_text(json.dumps(schema))
    (tmp_path / "orders.jsonl").write_text(order("1", total=5) + order("2", total=7) + order("3", total="seven"))
    options = ["--input", tmp_path / "orders.jsonl", "--output", tmp_path / "out", "--quiet"]
    assert run(capsys, *options, "--contracts", contracts, "--max_reject_ratio", "0.5").status == 0
    ledger = "SELECT event_type, received, counted, rejected FROM ledger WHERE counted > 0"
    assert select(tmp_path / "out", ledger) == [["shop.order.v1", 0, 2, '{"contract_violated": 1}']]


def test_bad_contracts_are_all_named(tmp_path, views, capsys):
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "shop.order.v1.json").write_text("{")
    (contracts / "shop.cart.v1.json").write_text('{"type": "nothing"}')
    (contracts / "Order.json").write_text("{}")
    (contracts / "shop.basket.v2.json").write_bytes(b"\xff")
    (contracts / "shop.fine.v1.json").write_text("{}")
    seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--contracts", contracts)
    assert seen.status == 2
    assert seen.err.startswith("The command line has 4 faults; nothing was run.\n")
    for name in ("shop.order.v1", "shop.cart.v1", "Order", "shop.basket.v2"):
        assert f"--contracts\n    given     {contracts}/{name}.json\n    expected  a contract; " in seen.err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_contracts_that_is_missing_or_empty(tmp_path, views, capsys):
    (tmp_path / "empty").mkdir()
    for name in ("missing", "empty"):
        seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--contracts", tmp_path / name)
        assert (seen.status, no_stack_trace(seen)) == (2, True)
        assert f"--contracts\n    given     {tmp_path / name}\n" in seen.err


def test_an_event_type_that_names_no_contract_beside_other_faults(tmp_path, capsys):
    options = ["--event_type", "web.pageview.v1", "--input", tmp_path / "missing"]
    seen = run(capsys, *options, "--output", tmp_path / "out")
    assert seen.status == 2
    assert seen.err.startswith("The command line has 2 faults; nothing was run.\n")
    assert "--event_type\n    given     web.pageview.v1\n    expected  a contract: account.change.v1, " in seen.err
    assert "http.request.v1" in seen.err
    assert "example   --event_type web.page_view.v1\n" in seen.err


def test_an_event_type_may_have_a_prefix(tmp_path, capsys):
    (tmp_path / "plain.jsonl").write_text('{"url": "/a", "at": "2026-09-17T10:40:05Z"}\n')
    options = ["--event_type", "com.acme.web.page_view.v1", "--time_field", "at", "--quiet"]
    assert run(capsys, "--input", tmp_path / "plain.jsonl", "--output", tmp_path / "out", *options).status == 0


def test_packages_from_different_places(monkeypatch, capsys):
    from pipeline import distribution  # noqa: PLC0415

    monkeypatch.setattr(distribution, "_folder", {"pipeline": "a", "options": "a", "transforms": ""}.get)
    seen = run(capsys, "--quiet")
    assert seen.status == 1
    assert "transforms: not found" in seen.err
    assert "Install millrace in a virtual environment of its own." in seen.err


def test_a_bug_is_not_hidden(tmp_path, views, monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pipeline.endpoints.sqlite_joins.unite", broken)
    assert run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet").status == 0
    views_file(tmp_path / "more.jsonl", range(500))
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run(capsys, "--input", tmp_path / "more.jsonl", "--output", tmp_path / "out", "--quiet")
    assert is_sound(tmp_path / "out")
