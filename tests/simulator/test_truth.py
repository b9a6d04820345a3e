"""The labels are the truth: a run of the pipeline over simulated files arrives at what they say, event by event."""

import json
from collections import Counter

import pytest

from pipeline.simulate import main
from pipeline.simulator.scenarios.catalogue import ATTACKS, HARD_NEGATIVES
from tests.program import added_up, ledger, run_here, select
from transforms.core.reasons import Reason

EVERYTHING = ("--duplicates", "0.1", "--late", "0.05", "--in_future", "0.03", "--malformed", "0.15")
IN_FILES = {
    "too_large",
    "bad_envelope",
    "not_utf8",
    "not_json",
    "too_deep",
    "too_many_events",
    "not_an_event",
    "unknown_contract",
    "contract_violated",
    "bad_time",
}
IN_MESSAGES = IN_FILES | {"not_decompressible", "decompressed_too_large", "too_late", "in_future"}
OF_OTHER_FILES = {"bad_log_line", "bad_archive"}
"""The reasons that only access logs and archives can have."""


def test_every_reason_is_simulated():
    assert set(Reason) - OF_OTHER_FILES == IN_MESSAGES


def simulated(folder, *arguments):
    """Simulate into a folder and read the labels back."""
    events, truth = folder / "events.jsonl", folder / "truth.jsonl"
    assert main([*arguments, "--quiet", "--output", str(events), "--labels", str(truth)]) == 0
    return events, [json.loads(line) for line in truth.read_text().splitlines()]


def told(labels):
    """Sum labels up as the ledger does: received, counted, duplicate, rejected by reason, masked."""
    outcomes = Counter(label["outcome"] for label in labels)
    del outcomes["redelivered"]
    received = outcomes.total()
    counted, duplicate = outcomes.pop("counted"), outcomes.pop("duplicate", 0)
    return [received, counted, duplicate, dict(sorted(outcomes.items())), 0]


def refused(labels):
    """Give message id, position and reason of all that is refused; without a message the position is the offset."""
    for label in labels:
        if label["outcome"] not in ("counted", "duplicate", "redelivered"):
            position = label["position"] if label["message_id"] else label["offset"]
            yield label["message_id"] or "", "" if position is None else str(position), label["outcome"]


def views(labels):
    counted = [label for label in labels if label["outcome"] == "counted" and label["type"].endswith("page_view.v1")]
    return [[len(counted), sum(label["bot"] for label in counted)]]


def compare(folder, events, labels):
    out = folder / "out"
    assert run_here(out, "--input", str(events)) == 0
    assert added_up(ledger(out)) == told(labels)
    assert select(out, "SELECT sum(views), sum(bot_views) FROM page_views") == views(labels)
    ids = {label["message_id"] for label in labels}
    letters = select(out, "SELECT message_id, position, reason FROM dead_letters")
    assert sorted([id_ if id_ in ids else "", *rest] for id_, *rest in letters) == sorted(map(list, refused(labels)))


@pytest.mark.parametrize("seed", ["1", "2", "3"])
@pytest.mark.parametrize("form", [(), ("--envelope",)], ids=["lines", "messages"])
def test_a_run_arrives_at_what_the_labels_say(tmp_path, seed, form):
    events, labels = simulated(tmp_path, "--events", "4000", "--seed", seed, *EVERYTHING, *form)
    assert told(labels)[0] == 4_000
    compare(tmp_path, events, labels)


@pytest.mark.parametrize(
    ("form", "reasons"), [((), IN_FILES), (("--envelope",), IN_MESSAGES)], ids=["lines", "messages"]
)
def test_every_reason_that_a_file_of_events_can_have(tmp_path, form, reasons):
    events, labels = simulated(tmp_path, "--events", "1500", *EVERYTHING, "--bulky_every", "800", *form)
    assert told(labels)[3].keys() == reasons
    compare(tmp_path, events, labels)


@pytest.mark.parametrize(
    "history",
    [
        ("--events", "300", "--duration", "30d"),
        ("--events", "2000", "--duration", "1s"),
        ("--events", "1500", "--events_per_message", "70"),
        ("--events", "2000", "--redelivered", "0.5"),
        ("--events", "1"),
    ],
    ids=" ".join,
)
def test_sparse_crowded_and_batched_histories(tmp_path, history):
    events, labels = simulated(tmp_path, *history, *EVERYTHING, "--envelope")
    compare(tmp_path, events, labels)


@pytest.mark.parametrize("form", [(), ("--envelope",)], ids=["lines", "messages"])
def test_a_run_arrives_at_it_with_scenarios_too(tmp_path, form):
    scenarios = ("--attacks", "8", "--hard_negatives", "8", "--duration", "3d", "--seed", "4")
    events, labels = simulated(tmp_path, "--events", "1500", *scenarios, *EVERYTHING, *form)
    played = [label for label in labels if label["scenario"] != "normal"]
    assert {label["scenario"] for label in played} == {*ATTACKS, *HARD_NEGATIVES}
    assert {label["outcome"] for label in played if label["outcome"] != "redelivered"} == {"counted", "duplicate"}
    compare(tmp_path, events, labels)


def test_a_run_admits_all_events_of_scenarios(tmp_path):
    """Where nothing is meant to go wrong nothing is refused, masked or taken for another."""
    right = ("--malformed", "0", "--late", "0", "--in_future", "0", "--duplicates", "0")
    scenarios = ("--attacks", "16", "--hard_negatives", "8", "--duration", "14d", "--seed", "5")
    events, labels = simulated(tmp_path, "--events", "100", *scenarios, *right)
    out = tmp_path / "out"
    assert run_here(out, "--input", str(events)) == 0
    assert added_up(ledger(out)) == [len(labels), len(labels), 0, {}, 0]


def test_a_compressed_file_comes_to_the_same(tmp_path):
    events, labels = simulated(tmp_path, "--events", "1000", *EVERYTHING)
    zipped = tmp_path / "events.jsonl.gz"
    assert main(["--events", "1000", *EVERYTHING, "--quiet", "--output", str(zipped)]) == 0
    assert zipped.stat().st_size < events.stat().st_size / 4
    compare(tmp_path, zipped, labels)
