"""The flow of a backtest: the steps of the pipeline's own flow, once over the input, for two sets of rules."""

from typing import NamedTuple

import apache_beam as beam

from pipeline.backtesting.keeping import Admitted, KeepFindings, KeepRead
from pipeline.flow import Steps
from transforms.outputs import Refused


class Ends(NamedTuple):
    """Where messages come from, and where results are kept."""

    messages: beam.PTransform
    read: KeepRead
    new: KeepFindings
    old: KeepFindings


def build(root: beam.Pipeline, ends: Ends, new: Steps, old: Steps) -> None:
    """Wire the flow; of the steps for the old rules only those are used that judge by them."""
    messages = root | "Read messages" >> ends.messages
    opened = messages | "Open messages" >> new.open_messages
    parsed = opened.events | "Parse events" >> new.parse_events
    valid = parsed.events | "Validate events" >> new.validate_events
    new_evidence = valid.batches | "Gather evidence" >> new.gather_evidence
    new_flagged = new_evidence | "Flag fraud" >> new.flag_fraud
    old_evidence = valid.batches | "Gather evidence for the old rules" >> old.gather_evidence
    old_flagged = old_evidence | "Flag fraud by the old rules" >> old.flag_fraud
    admitted = Admitted(valid.batches, Refused(opened.rejects, parsed.rejects, valid.rejects))

    admitted | "Keep what was read" >> ends.read
    new_flagged | "Keep findings" >> ends.new
    old_flagged | "Keep findings of the old rules" >> ends.old
