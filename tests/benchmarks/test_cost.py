"""The document of costs has the tables of the formula, and the formula moves as it should."""

from pathlib import Path

import pytest

from benchmarks.cost import EVENT_BYTES, LOADS, SINGLE, bill, functions, functions_table, state_read, table

DOCUMENT = (Path(__file__).parents[2] / "docs/cost.md").read_text(encoding="utf-8")


def test_the_document_has_the_tables() -> None:
    assert table() in DOCUMENT
    assert functions_table() in DOCUMENT


@pytest.mark.parametrize("service", ["Pub/Sub", "Dataflow, Streaming Engine", "kept messages, 7 days"])
def test_batches_and_gzip_save(service: str) -> None:
    single, batched, packed = (
        bill(LOADS[name])[service] for name in ("one event a message", "100 a message", "100, gzip")
    )
    assert single > batched > packed


def test_twice_the_events_cost_at_most_twice() -> None:
    once, twice = bill(SINGLE), bill(SINGLE._replace(events=2 * SINGLE.events))
    assert all(once[name] <= twice[name] <= 2 * once[name] * 1.001 for name in once)


def test_late_events_make_panes_read_more_and_nothing_else_less() -> None:
    none, some, many = (state_read(SINGLE._replace(late=late)) for late in (0.0, 0.01, 0.1))
    assert none < some < many
    assert many < 59 * 21.2 * 6 * SINGLE.total * 1.02


def test_a_message_is_billed_by_its_bytes_or_the_least() -> None:
    assert SINGLE.published == 1000 * SINGLE.total
    large = SINGLE._replace(batch=100)
    assert large.published == large.stored == large.total / 100 * (100 * EVENT_BYTES + 60)


def test_a_function_per_event_costs_more_than_the_same_load_here() -> None:
    assert sum(functions(SINGLE).values()) > sum(bill(SINGLE).values())
