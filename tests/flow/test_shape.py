"""The wired flow as a graph: its types, its labels."""

from typing import Any

import apache_beam as beam
import pytest
from apache_beam.pipeline import AppliedPTransform, PipelineVisitor
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from options.command_line import read_command_line
from pipeline.endpoints import resolve
from pipeline.endpoints.sqlite_notebook import LocalNotebook
from pipeline.flow import build

OURS = ("pipeline.", "transforms.")
LABELS = """
Read messages
Read messages/Files
Read messages/Split
Read messages/Spread
Read messages/Read
Open messages
Open messages/ParDo(_Open)
Parse events
Parse events/ParDo(_Parse)
Validate events
Validate events/ParDo(_Validate)
Count page views
Count page views/Sets
Count page views/Sets/Collect
Count page views/UniteSets
Count page views/UniteSets/Group by slot
Count page views/UniteSets/Unite
Count page views/Count
Gather evidence
Gather evidence/Facts
Gather evidence/Facts/Collect
Gather evidence/Group by slot
Gather evidence/Unite
Flag fraud
Flag fraud/Flag
Take reviews
Take reviews/ParDo(_Take)
Keep ledger
Keep ledger/Received
Keep ledger/Received/Collect
Keep ledger/Admitted
Keep ledger/Admitted/Collect
Keep ledger/Unopened
Keep ledger/Unopened/Collect
Keep ledger/Unparsed
Keep ledger/Unparsed/Collect
Keep ledger/Invalid
Keep ledger/Invalid/Collect
Keep ledger/What happened
Keep ledger/UniteSets
Keep ledger/UniteSets/Group by slot
Keep ledger/UniteSets/Unite
Keep ledger/Count
Keep ledger/Views
Keep ledger/All counts
Keep ledger/By type and minute
Keep ledger/Rate
Keep ledger/Group
Keep ledger/Rows
Store page views
Store page views/Join
Store page views/All
Store page views/Receipt
Store fraud alerts
Store fraud alerts/Evidence
Store fraud alerts/Evidence/Join
Store fraud alerts/Evidence/All
Store fraud alerts/Evidence/Receipt
Store reviews
Store reviews/Join
Store reviews/All
Store reviews/Receipt
Store dead letters
Store dead letters/Unopened
Store dead letters/Unopened/Join
Store dead letters/Unopened/All
Store dead letters/Unopened/Receipt
Store dead letters/Unparsed
Store dead letters/Unparsed/Join
Store dead letters/Unparsed/All
Store dead letters/Unparsed/Receipt
Store dead letters/Invalid
Store dead letters/Invalid/Join
Store dead letters/Invalid/All
Store dead letters/Invalid/Receipt
Store dead letters/Stored
Store ledger
Store ledger/Join
Store ledger/All
Store ledger/Receipt
Keep archive
Keep archive/Admitted
Keep archive/Admitted/Make files
Keep archive/Admitted/Store
Keep archive/Admitted/Store/ParDo(_Store)
Keep archive/Unopened
Keep archive/Unopened/Make files
Keep archive/Unopened/Store
Keep archive/Unopened/Store/ParDo(_Store)
Keep archive/Unparsed
Keep archive/Unparsed/Make files
Keep archive/Unparsed/Store
Keep archive/Unparsed/Store/ParDo(_Store)
Keep archive/Invalid
Keep archive/Invalid/Make files
Keep archive/Invalid/Store
Keep archive/Invalid/Store/ParDo(_Store)
Keep archive/Files
Keep mark
Keep mark/_OnlyItsWatermark
Keep mark/_OnlyItsWatermark/Nothing
"""
LIVE_LABELS = (
    "Count page views/UniteSets/Key by window",
    "Count page views/UniteSets/Rate",
    "Gather evidence/Rate",
    "Keep archive/Admitted/By hour",
    "Keep archive/Admitted/Group",
    "Keep archive/Admitted/Merge",
    "Keep archive/Admitted/Rate",
    "Keep archive/Invalid/By hour",
    "Keep archive/Invalid/Group",
    "Keep archive/Invalid/Merge",
    "Keep archive/Invalid/Rate",
    "Keep archive/Unopened/By hour",
    "Keep archive/Unopened/Group",
    "Keep archive/Unopened/Merge",
    "Keep archive/Unopened/Rate",
    "Keep archive/Unparsed/By hour",
    "Keep archive/Unparsed/Group",
    "Keep archive/Unparsed/Merge",
    "Keep archive/Unparsed/Rate",
    "Keep ledger/UniteSets/Key by window",
    "Keep ledger/UniteSets/Rate",
    "Keep mark/All homes",
    "Keep mark/Begin",
    "Keep mark/Impulse",
    "Keep mark/Home 0",
    "Keep mark/Home 0/Nothing",
    "Keep mark/Home 1",
    "Keep mark/Home 1/Nothing",
    "Keep mark/Home 2",
    "Keep mark/Home 2/Nothing",
    "Keep mark/Home 3",
    "Keep mark/Home 3/Nothing",
    "Keep mark/Home 4",
    "Keep mark/Home 4/Nothing",
    "Keep mark/Home 5",
    "Keep mark/Home 5/Global",
    "Keep mark/Home 5/Nothing",
    "Keep mark/Watch",
    "Read messages/Pull",
    "Read messages/Subscription",
    "Store fraud alerts/Evidence/Global",
    "Store ledger/Global",
    "Store page views/Global",
)


class _Walk(PipelineVisitor):
    """Notes the type of every collection and the label of every step that our own code applies."""

    def __init__(self) -> None:
        self.types: dict[str, Any] = {}
        self.labels: list[str] = []

    def enter_composite_transform(self, transform_node: AppliedPTransform) -> None:
        self._note(transform_node)

    def visit_transform(self, transform_node: AppliedPTransform) -> None:
        self._note(transform_node)

    def visit_value(self, value: Any, producer_node: AppliedPTransform) -> None:
        self.types[f"{producer_node.full_label} {value.tag or ''}"] = value.element_type

    def _note(self, node: AppliedPTransform) -> None:
        applied_by = node.parent.transform if node.parent else None
        if node.full_label and (applied_by is None or type(applied_by).__module__.startswith(OURS)):
            self.labels.append(node.full_label)


LIVE_INPUT = ("--input_subscription", "projects/my-shop/subscriptions/events")


def walk(*argv: str, output: str = "out", seed: int = 1) -> _Walk:
    _, settings = read_command_line([*(argv or ("--input", "x")), "--output", output])
    run = resolve.Run(f"run {seed}", "attempt", [], LocalNotebook(output), seed, {})
    root = beam.Pipeline(runner=FnApiRunner())
    build(root, resolve.endpoints(settings, run), resolve.steps(settings, run))
    walked = _Walk()
    root.visit(walked)
    return walked


@pytest.mark.parametrize("argv", [(), LIVE_INPUT], ids=["bounded", "live"])
def test_no_element_is_of_any_type(argv):
    types = walk(*argv).types
    assert len(types) > 30
    untyped = {label: kind for label, kind in types.items() if kind is None or "Any" in str(kind)}
    assert untyped == {}


def test_labels():
    """Jobs are updated in place by their steps' labels: one that is renamed loses its state."""
    assert walk().labels == LABELS.strip().split("\n")


def test_labels_of_a_live_run():
    live = set(walk(*LIVE_INPUT).labels)
    kept = {
        label for label in LABELS.strip().split("\n") if not label.endswith(("All", "Receipt")) and "_Only" not in label
    }
    assert live == {label for label in kept if not label.startswith("Read messages/")} | set(LIVE_LABELS)


def test_labels_depend_on_no_setting():
    assert walk(output="elsewhere", seed=99).labels == walk().labels
