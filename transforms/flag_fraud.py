"""FlagFraud: card testing and account takeover, as alerts for a human, from gathered evidence."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import apache_beam as beam

from transforms.core.fraud.evidence import unpack
from transforms.core.fraud.flagging import ALERTED, Flagger, Found
from transforms.core.fraud.pseudonyms import Pseudonyms
from transforms.core.fraud.rules import FraudRules
from transforms.metrics import ALERTS
from transforms.pii_key import read_pii_key


class Flagged(NamedTuple):
    """What the rules find in one slot, beside the evidence itself: a home that keeps it can unite it."""

    slot: int
    evidence: bytes
    found: Sequence[Found]


class FlagFraud(beam.PTransform):
    """Judge evidence by the rules; ``docs/fraud.md`` defines them.

    Input: (slot, packed evidence), as of GatherEvidence. Output: Flagged, one a slot.

    Args:
        rules: the rules that the evidence was gathered for.
        fraud_from: microseconds; rules built on absence are silent before it.
        pii_key_file: as of GatherEvidence.
    """

    def __init__(self, rules: FraudRules, fraud_from: int | None = None, pii_key_file: str = "") -> None:
        super().__init__()
        self._flag = _Flag(rules, fraud_from, pii_key_file)

    def expand(self, evidence: beam.PCollection[tuple[int, bytes]]) -> beam.PCollection[Flagged]:
        """Judge each slot by itself."""
        return evidence | "Flag" >> beam.ParDo(self._flag).with_output_types(Flagged)


class _Flag(beam.DoFn):
    def __init__(self, rules: FraudRules, fraud_from: int | None, pii_key_file: str) -> None:
        self._rules = rules
        self._fraud_from = fraud_from
        self._pii_key_file = pii_key_file

    def setup(self) -> None:
        self._flagger = Flagger(self._rules, self._fraud_from, Pseudonyms(read_pii_key(self._pii_key_file)))

    def process(self, element: tuple[int, bytes]) -> Iterator[Flagged]:
        slot, evidence = element
        found = self._flagger.flag(unpack(evidence))
        ALERTS.inc(sum(one.outcome == ALERTED for one in found))
        yield Flagged(slot, evidence, found)
