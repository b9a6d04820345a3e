"""Real logins over SSH, ten days of 2017, through the real command: what the fraud rules find, and what they do not.

What they do not find is stated, too: docs/fraud-evaluation.md judges it, and a rule that finds it has to change this.
"""

import json

import pytest

from tests.program import ROOT, added_up, ledger, run_here, select

REAL = ROOT.parent / "shared" / "data" / "logins" / "sshd_march.jsonl"
STUFFING = "takeover.credential_stuffing"
GUESSED, GUESSING = "takeover.failures_then_success", "takeover.guessing"
SCANNER = "91.197.232.109"


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="the real logins are not beside this repository")
def test_real_logins(tmp_path):
    assert run_here(tmp_path, "--input", REAL, "--no_archive") == 0
    assert added_up(ledger(tmp_path))[:4] == [534, 534, 0, {}]
    names = "rule_id, severity, entity_type, entity, first_event_time, last_event_time, event_ids"
    query = f"SELECT {names} FROM fraud_alerts WHERE status = 'open'"  # noqa: S608
    alerts = select(tmp_path, query)
    *alerts, slow = alerts
    # More failures an hour than evidence keeps: which of them are kept, and so the first, is the seed's choice.
    assert slow[:4] == [f"{GUESSING}_slow", "review", "account", "elastic_user_0"]
    assert "2017-03-30T15:54:19Z" <= slow[4] < slow[5] <= "2017-03-30T16:01:36Z"
    assert [alert[:-1] for alert in alerts] == [
        [STUFFING, "review", "ip", SCANNER, "2017-03-28T06:29:51Z", "2017-03-28T06:30:29Z"],
        [STUFFING, "review", "ip", SCANNER, "2017-03-28T18:05:43Z", "2017-03-28T18:06:31Z"],
        [GUESSED, "high", "account", "elastic_user_0", "2017-03-30T15:54:19Z", "2017-03-30T16:01:36Z"],
        [GUESSING, "review", "account", "elastic_user_0", "2017-03-30T15:54:19Z", "2017-03-30T16:01:35Z"],
        [GUESSING, "review", "account", "root", "2017-04-05T07:11:17Z", "2017-04-05T07:27:49Z"],
    ]
    told = [json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()]
    for *_, first, last, event_ids in alerts[:2]:
        seen = {event["id"] for event in told if event["data"]["ip"] == SCANNER and first <= event["time"] <= last}
        assert seen >= set(json.loads(event_ids))
