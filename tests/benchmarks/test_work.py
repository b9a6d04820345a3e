"""The guard: a step that runs a sixth more Python per event than it did fails here, on any machine, however busy."""

import pytest

from benchmarks.work import PYTHON, measure, read_baselines, rewritten, worse
from transforms.core import page_views, parsing, validation
from transforms.core.identity import visitor_identities
from transforms.core.time_columns import parse_times


@pytest.fixture(scope="module")
def figures():
    return measure()


def test_no_step_does_more_than_it_did(figures):
    """If it must, say why in the commit: .venv/bin/python -m benchmarks.work --write."""
    assert worse(figures, read_baselines()[PYTHON]) == []


def test_figures_are_the_same_each_time(figures):
    assert measure() == pytest.approx(figures, rel=0.01)


def test_each_python_has_its_figures(figures):
    baselines = read_baselines()
    assert sorted(baselines) == ["3.11", "3.12", "3.13"]
    assert all(held.keys() == figures.keys() for held in baselines.values())


def test_a_slower_loop_is_caught(figures, monkeypatch):
    def one_by_one(data, seed):
        hashes = []
        for fields in data:
            (number,) = visitor_identities([fields], seed)
            hashes.append(number)
        return hashes

    monkeypatch.setattr(page_views, "visitor_identities", one_by_one)
    found = worse(measure(), figures)
    assert [line.split(" per event")[0].rsplit(" ", 1)[0] for line in found] == [
        "page views: count:",
        "every second spoilt: count:",
        "access log: count:",
    ]


def test_a_parser_that_looks_at_each_event_is_caught(figures, monkeypatch):
    monkeypatch.setattr(parsing, "_decoded_all", lambda raws: [parsing._decoded(raw) for raw in raws])
    assert [line.split(":")[1] for line in worse(measure(), figures)] == [" parse"]


def test_times_read_one_by_one_are_caught(figures, monkeypatch):
    monkeypatch.setattr(validation, "parse_times", lambda texts: [parse_times([text])[0] for text in texts])
    assert [line.split(": ")[:2] for line in worse(measure(), figures)] == [
        ["page views", "validate"],
        ["every second spoilt", "validate"],
    ]


def test_what_is_worse_and_what_is_new():
    assert worse({"a": 11.5, "b": 11.51, "c": 1.0, "d": 1.0}, {"a": 10.0, "b": 10.0, "c": 9.0, "e": 1.0}) == [
        "b: 11.51 per event, was 10.00 (115%)",
        "d: in one only",
        "e: in one only",
    ]


def test_writing_changes_the_figures_of_other_pythons_as_much():
    held = {"3.11": {"a": 10.0, "gone": 1.0}, "3.13": {"a": 8.0, "gone": 2.0}}
    assert rewritten(held, {"a": 5.0, "new": 3.0}, "3.11") == {
        "3.11": {"a": 5.0, "new": 3.0},
        "3.13": {"a": 4.0, "new": 3.0},
    }
    assert rewritten({}, {"a": 5.0}, "3.12") == {"3.12": {"a": 5.0}}
