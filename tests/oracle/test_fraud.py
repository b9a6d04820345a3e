"""The fraud oracle on cases worked by hand: what counts, how much in a window, episodes and lists."""

from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from tests.oracle.fraud import episodes
from tests.oracle.fraud_acts import IP, approved, at, declined, failure, failures, success
from tests.oracle.fraud_history import history_of
from tests.oracle.fraud_measures import counts, sights_of
from tests.oracle.fraud_records import Episode

RULES = yaml.safe_load((Path(__file__).parents[2] / "transforms/contracts/fraud_rules.yaml").read_text("utf-8"))
DEVICE = {"device_id": "d1"}


def found(events, rule: str, rules=RULES) -> list[Episode]:
    """The alerts of one rule, named without its pattern."""
    return [episode for episode in episodes(events, rules) if episode.rule_id.partition(".")[2] == rule]


def told(events, rule: str, rules=RULES) -> list[tuple[float, str]]:
    return [(episode.observed, episode.severity) for episode in found(events, rule, rules)]


def cards(number: int, bad: int, **changes):
    """Payments with so many cards, the first of them declined."""
    return [declined(card, **changes) for card in range(bad)] + [
        approved(card, **changes) for card in range(bad, number)
    ]


def spread(number: int, bad: int):
    """As many payments with one card, each at a merchant of its own."""
    return [(declined if turn < bad else approved)(merchant_id=f"m{turn}") for turn in range(number)]


def test_nothing():
    assert episodes([], RULES) == []


@pytest.mark.parametrize(
    ("rule", "events", "wanted"),
    [
        ("cards_per_ip", cards(4, 4), []),
        ("cards_per_ip", cards(5, 5), [(5, "review")]),
        ("cards_per_ip", cards(9, 9), [(9, "review")]),
        ("cards_per_ip", cards(10, 10), [(10, "high")]),
        ("cards_per_ip", cards(8, 2), [(8, "review")]),
        ("cards_per_ip", cards(9, 2), []),
        ("cards_per_device", cards(3, 3, **DEVICE), []),
        ("cards_per_device", cards(4, 1, **DEVICE), [(4, "review")]),
        ("cards_per_device", cards(5, 1, **DEVICE), []),
        ("cards_per_device", cards(8, 2, **DEVICE), [(8, "high")]),
        ("declines_per_ip", spread(5, 5), []),
        ("declines_per_ip", spread(24, 6), [(6, "review")]),
        ("declines_per_ip", spread(25, 6), []),
        ("declines_per_ip", spread(15, 15), [(15, "high")]),
        ("attempts", spread(10, 10), []),
        ("attempts", spread(11, 3), [(11, "review")]),
        ("attempts", spread(12, 3), [(12, "review")]),
        ("attempts", spread(13, 3), []),
        ("attempts", spread(30, 30), [(30, "high")]),
        ("decline_ratio", spread(9, 9), []),
        ("decline_ratio", spread(10, 3), []),
        ("decline_ratio", spread(10, 4), [(40, "review")]),
        ("decline_ratio", spread(12, 7), [(700 / 12, "review")]),
        ("decline_ratio", spread(10, 8), [(80, "high")]),
        ("card_retries", [declined(ip=f"192.0.2.{turn}") for turn in range(9)], []),
        ("card_retries", [declined() for _ in range(10)] + [approved() for _ in range(90)], [(10, "review")]),
        ("card_retries", [declined() for _ in range(99)], [(99, "review")]),
        ("bin_attack", cards(9, 9), []),
        ("bin_attack", cards(10, 4), []),
        ("bin_attack", cards(10, 5), [(10, "review")]),
        ("bin_attack", cards(25, 25), [(25, "high")]),
        ("bin_attack", [*cards(9, 9), declined(9, bin="510000")], []),
        ("credential_stuffing", failures(range(15)), []),
        ("credential_stuffing", failures(range(16)), [(16, "review")]),
        ("credential_stuffing", failures(range(50)), [(50, "high")]),
        ("credential_stuffing_slow", failures(range(24)), []),
        ("credential_stuffing_slow", failures(range(25)), [(25, "review")]),
        ("credential_stuffing_slow", failures(range(100)), [(100, "high")]),
    ],
)
def test_thresholds(rule, events, wanted):
    assert told(events, rule) == wanted


def test_a_card_counts_once_and_as_declined_once_declined():
    again = [approved(card) for card in range(5)]
    assert told([*cards(5, 2), *again], "cards_per_ip") == [(5, "review")]


@pytest.mark.parametrize("device", [{"device_id": ""}, {"device_id": None}, {}])
def test_a_missing_value_is_no_entity(device):
    found_types = {episode.entity_type for episode in episodes(cards(30, 30, **device), RULES)}
    assert found_types == {"ip", "merchant|bin"}


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": "recurring"},
        {"response_code": "91"},
        {"response_code": "96"},
        {"status": "error"},
    ],
)
def test_what_is_no_attempt(changes):
    assert told([*cards(4, 4), *(declined(5, **changes) for _ in range(50))], "cards_per_ip") == []
    assert episodes([declined(card, **changes) for card in range(50)], RULES) == []


def test_an_approval_counts_whatever_its_code():
    assert told([*cards(4, 4), approved(5, response_code="91")], "cards_per_ip") == [(5, "review")]


def test_a_flash_sale():
    sale = [approved(card, at(card / 10), account_id=f"a{card}", **DEVICE) for card in range(2, 40)]
    assert episodes([*sale, declined(0), declined(1)], RULES) == []


def test_joined_values_are_escaped():
    events = [declined(merchant_id="a|b\\c") for _ in range(10)]
    assert [episode.entity for episode in found(events, "card_retries")] == ["fp_1|a\\|b\\\\c"]
    events = [declined(ip="a|b\\c") for _ in range(10)]
    assert [episode.entity for episode in found(events, "declines_per_ip")] == ["a|b\\c"]


@pytest.mark.parametrize(
    ("last", "is_found"),
    [(at(60, micros=59_999_999), True), (at(61), False)],
)
def test_an_hour_is_61_buckets_of_a_minute(last, is_found):
    assert bool(found([*cards(4, 4), declined(9, last)], "cards_per_ip")) == is_found


@pytest.mark.parametrize(
    ("last", "is_found"),
    [(at(59, hours=24, micros=59_999_999), True), (at(hours=25), False)],
)
def test_a_day_is_25_buckets_of_an_hour(last, is_found):
    events = [*(declined() for _ in range(9)), declined(time=last)]
    assert bool(found(events, "card_retries")) == is_found


def test_the_bucket_after_a_window_is_not_in_it():
    events = [*cards(3, 3), declined(8, at(60)), declined(9, at(61))]
    assert not found(events, "cards_per_ip")


def test_a_burst_across_a_border():
    events = [declined(card, at(micros=card - 3)) for card in range(6)]
    (episode,) = found(events, "cards_per_ip")
    assert episode == ("card_testing.cards_per_ip", "ip", IP, at(-60), at(1), 6, "review")


def test_a_window_is_looked_at_where_an_event_is():
    """The window that ends with the approval, which is about declines as well, is the episode's last one."""
    (episode,) = found([*spread(7, 7), approved(time=at(20))], "declines_per_ip")
    assert (episode.window_start, episode.window_end) == (at(-60), at(21))
    (episode,) = found([*spread(7, 7), declined(time=at(20), response_code="91")], "declines_per_ip")
    assert episode.window_end == at(1)


@pytest.mark.parametrize(("minutes", "number"), [(21, 1), (22, 2)])
def test_episodes_merge_up_to_the_gap(minutes, number):
    """The first window ends at 12:01, and 12:11 is the last start of one that belongs with it."""
    later = [declined(time=at(minutes), merchant_id=f"m{turn}") for turn in range(12)]
    alerts = found([*spread(11, 11), *later], "attempts")
    assert [alert.window_end for alert in alerts] == [at(1), at(minutes + 1)][-number:]
    assert [alert.observed for alert in alerts] == [11, 12][-number:]
    assert alerts[0].window_start == at(-10)


def test_the_order_and_repeats_change_nothing():
    events = cards(12, 12, **DEVICE)
    assert episodes([*reversed(events), *events[3:]], RULES) == episodes(events, RULES)


def test_of_one_identity_the_first_counts():
    events = cards(4, 4)
    early, late = declined(9, at(-90)), declined(9)
    assert found([*events, late], "cards_per_ip")
    assert not found([*events, late, early._replace(identity=late.identity)], "cards_per_ip")


def test_the_account_at_home_is_left_out():
    assert told([*failures(range(16)), success("a3", at(-30))], "credential_stuffing") == []
    assert told([*failures(range(17)), success("a3", at(-30))], "credential_stuffing") == [(16, "review")]
    assert told([*failures(range(16)), success("a3", at(-30), ip="192.0.2.2")], "credential_stuffing") == [
        (16, "review")
    ]


@pytest.mark.parametrize(
    ("time", "is_at_home"),
    [
        (at(hours=-24, micros=-1), False),
        (at(hours=-24), True),
        (at(59), True),
        (at(120, micros=-1), True),
        (at(120), False),
    ],
)
def test_the_hours_of_being_at_home(time, is_at_home):
    """All fail between 12:00 and 12:59:59."""
    events = [*failures(range(16), at(30)), success("a3", time)]
    assert bool(found(events, "credential_stuffing")) != is_at_home


def test_failures_are_a_measure_too():
    events = history_of([failure(), failure(), success(), failure("b")])
    (count,) = counts(sights_of("failures", events, "account")["a"], timedelta(hours=1), counts_all=False)
    assert (count.measured, count.all, count.bad) == (2, 3, 2)


@pytest.mark.parametrize(
    ("observed", "normal", "severity"),
    [(10, 9, "high"), (10, 10, "review"), (12, 10, "high"), (12, 11, "high"), (12, 12, "review")],
)
def test_a_shared_ip_is_not_high(observed, normal, severity):
    """Half of the honest accounts pay (with one card of those seen), the others sign in; all of them twice."""
    honest = [approved(0, account_id=f"h{turn}") for turn in range(normal // 2)] * 2
    honest += [success(f"h{turn}", at(-59)) for turn in range(normal // 2 - 1, normal)]
    assert told([*cards(observed, observed), *honest], "cards_per_ip") == [(observed, severity)]


@pytest.mark.parametrize("time", [at(-60, micros=-1), at(1)])
def test_who_was_normal_at_another_time_does_not_matter(time):
    honest = [success(f"h{turn}", time) for turn in range(20)]
    assert told([*cards(10, 10), *honest], "cards_per_ip") == [(10, "high")]


@pytest.mark.parametrize("time", [at(-60), at(1, micros=-1), at(30)])
def test_who_was_normal_at_any_time_of_the_alert_matters(time):
    """The alert is 11:00 to 12:41: the windows that end at 12:01 and at 12:41."""
    honest = [success(f"h{turn}", time) for turn in range(20)]
    assert told([*cards(10, 10), declined(1, at(40)), *honest], "cards_per_ip") == [(10, "review")]


@pytest.mark.parametrize(("normal", "severity"), [(79, "high"), (80, "review")])
def test_a_share_is_as_many_as_its_per_cent(normal, severity):
    honest = [success(f"h{turn}") for turn in range(normal)]
    assert told([*spread(10, 8), *honest], "decline_ratio") == [(80, severity)]


@pytest.mark.parametrize("normal", [0, 20])
def test_a_blocked_entity_is_always_high(normal):
    rules = RULES | {"block": [{"entity_type": "ip", "entity": IP, "reason": "known"}]}
    honest = [success(f"h{turn}") for turn in range(normal)]
    assert told([*cards(5, 5), *honest], "cards_per_ip", rules) == [(5, "high")]
    assert told(cards(10, 10), "bin_attack", rules) == [(10, "review")]


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ({}, False),
        ({"until": date(2026, 9, 17)}, False),
        ({"until": date(2026, 9, 16)}, True),
        ({"entity": "192.0.2.2"}, True),
        ({"entity_type": "account"}, True),
    ],
)
def test_an_allowed_entity_gives_no_alert(changes, is_found):
    rules = RULES | {"allow": [{"entity_type": "ip", "entity": IP, "reason": "ours", **changes}]}
    assert bool(found(cards(5, 5), "cards_per_ip", rules)) == is_found
    assert found(cards(10, 10), "bin_attack", rules)


@pytest.mark.parametrize(("day", "is_found"), [(16, True), (17, False), (18, False)])
def test_an_entry_holds_for_an_episode_that_begins_on_its_last_day(day, is_found):
    """Noon is that of the 17th: one episode is of two bursts, before and after midnight, the other of one across it."""
    rules = RULES | {"allow": [{"entity_type": "ip", "entity": IP, "until": date(2026, 9, day)}]}
    two = [declined(card, at(minutes, hours=12)) for minutes in (-2, 70) for card in range(5)]
    one = [declined(card, at(card - 3, hours=12)) for card in range(5)]
    assert [bool(found(events, "cards_per_ip", rules)) for events in (two, one)] == [is_found] * 2
    late = [declined(card, at(hours=12)) for card in range(5)]
    assert bool(found(late, "cards_per_ip", rules)) == (day < 18)


@pytest.mark.parametrize(("state", "is_hit"), [("ACTIVE", True), ("SHADOW", True), ("PAUSED", False)])
def test_states(state, is_hit):
    rules = deepcopy(RULES)
    for rule in rules["rules"]:
        if rule["id"].startswith("takeover.credential_stuffing"):
            rule["state"] = state
    events = [*failures(range(16)), success("hit")]
    assert bool(found(events, "credential_stuffing", rules)) == (state == "ACTIVE")
    assert bool(found(events, "stuffing_hit", rules)) == is_hit


def test_alerts_are_sorted():
    events = [declined(card, ip=ip) for ip in ("192.0.2.2", IP) for card in range(6)]
    alerts = [(alert.rule_id.partition(".")[2], alert.entity) for alert in episodes(events, RULES)]
    assert alerts == [
        ("cards_per_ip", IP),
        ("cards_per_ip", "192.0.2.2"),
        ("declines_per_ip", IP),
        ("declines_per_ip", "192.0.2.2"),
    ]
