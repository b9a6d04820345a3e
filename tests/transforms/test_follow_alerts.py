"""Alerts followed in a pipeline are those that the local store settles, whatever came first."""

import json
from itertools import permutations

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.transforms.window import FixedWindows, GlobalWindows, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from options.fraud_rules import read_fraud_rules
from tests.flow.frauds import run
from tests.flow.test_reviews import EVENING, MORNING, review
from tests.program import select
from tests.transforms.alone import Write, elements, outputs_of, read_seen, values_of
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.evidence import NOTHING, pack
from transforms.core.fraud.flagging import Found
from transforms.core.fraud.reviews import Review
from transforms.core.fraud.rules import Severity
from transforms.core.fraud.settling import AlertRow
from transforms.core.records import Event, EventBatch, Origin
from transforms.core.times import SECOND, parse_time
from transforms.flag_fraud import FlagFraud, Flagged
from transforms.follow_alerts import FollowAlerts, Followed
from transforms.gather_evidence import KEPT, GatherEvidence
from transforms.panes import FINAL, LIVE
from transforms.take_reviews import TakeReviews

OPEN = f"SELECT {', '.join(AlertRow._fields)} FROM fraud_alerts WHERE status = 'open'"  # noqa: S608 - our names


def batch(events):
    made = [
        Event(one["id"], one["source"], one["type"], parse_time(one["time"]), one["data"], number)
        for number, one in enumerate(events)
    ]
    return EventBatch(Origin("m"), made)


def followed(batches, windows, panes, folder):
    rules = read_fraud_rules("")

    def wire(root):
        told = root | elements(batches, windows, EventBatch)
        flagged = told | GatherEvidence(rules) | FlagFraud(rules)
        return Followed(flagged, told | TakeReviews()) | FollowAlerts(panes)

    outputs = outputs_of(wire, folder)
    return values_of(outputs["rows"]), values_of(outputs["changes"])


def shown(rows):
    """The last row of each alert, as the view of BigQuery shows it, of those that are open."""
    last = {}
    for row in sorted(rows, key=lambda row: (row.evidence_seen, row.updated_at)):
        last[row.alert_id] = row
    return sorted(row._replace(updated_at="") for row in last.values() if row.status == "open")


@pytest.mark.parametrize(
    ("windows", "panes"), [(GlobalWindows(), FINAL), (FixedWindows(10), LIVE)], ids=["bounded", "live"]
)
def test_the_same_rows_are_open_as_in_the_store(windows, panes, tmp_path):
    run(tmp_path / "elsewhere", MORNING)
    ((first,),) = select(
        tmp_path / "elsewhere", "SELECT alert_id FROM fraud_alerts WHERE rule_id = 'card_testing.cards_per_ip'"
    )
    verdict = [review(1, first, "false_positive", "2026-09-17T12:00:00Z")]
    run(tmp_path / "store", [*MORNING, *EVENING, *verdict])
    wanted = sorted(AlertRow(*row)._replace(updated_at="") for row in select(tmp_path / "store", OPEN))
    assert len(wanted) > 1
    for number, order in enumerate(permutations((MORNING, EVENING, verdict))):
        folder = tmp_path / str(number)
        folder.mkdir()
        rows, changes = followed([batch(events) for events in order], windows, panes, folder)
        assert shown(rows) == wanted
        assert len({(row.alert_id, row.updated_at) for row in rows}) == len(rows)
        told = [json.loads(change.event()) for change in changes]
        opened = {one["subject"] for one in told if one["data"]["change"] == "opened"}
        assert opened >= {row.alert_id for row in wanted}


def test_its_outputs_are_typed():
    root = beam.Pipeline()
    told = root | beam.Create([batch([])]).with_output_types(EventBatch)
    rules = read_fraud_rules("")
    alerts = Followed(told | GatherEvidence(rules) | FlagFraud(rules), told | TakeReviews()) | FollowAlerts()
    assert alerts.rows.element_type.__name__ == "AlertRow"
    assert alerts.changes.element_type.__name__ == "Change"


def test_an_entity_is_forgotten_a_month_after_its_last_alert(tmp_path):
    """Told again before that, nothing changes; told after it, it is opened anew, under the same id."""
    end = parse_time("2026-09-17T10:10:00Z")
    times = (end - 600 * SECOND, end, end - 500 * SECOND, end - 400 * SECOND)
    alert = Alert("a1", "p", "cards", "1", Severity.REVIEW, 60, "ip", "192.0.2.7", *times, [{"a": 1}], ["e1"], 5)
    told = TimestampedValue(Flagged(0, pack(NOTHING), [Found(alert, "alerted", 7)]), Timestamp(micros=end))
    stream = Stream().advance_watermark_to(Timestamp(micros=end)).add_elements([told])
    stream.advance_watermark_to(Timestamp(micros=end + KEPT - SECOND)).add_elements([told])
    stream.advance_watermark_to(Timestamp(micros=end + KEPT + SECOND)).add_elements([told])
    with Pipeline(options=PipelineOptions(streaming=True)) as root:
        flagged = root | stream | "Typed" >> beam.Map(lambda one: one).with_output_types(Flagged)
        reviews = flagged | "No reviews" >> beam.FlatMap(lambda _: ()).with_output_types(Review)
        alerts = Followed(flagged, reviews) | FollowAlerts()
        alerts.changes | beam.ParDo(Write(tmp_path / "changes"))
    changes = values_of(list(read_seen(tmp_path / "changes")))
    assert [change.change for change in changes] == ["opened", "opened"]
    assert len({change.event_id for change in changes}) == 1
