"""The fraud oracle on cases worked by hand: rules about an order of events."""

from datetime import timedelta
from fractions import Fraction

import pytest

from tests.oracle.fraud import merged
from tests.oracle.fraud_acts import IP, NOON, approved, at, declined, failure, failures, success
from tests.oracle.fraud_records import Firing
from tests.oracle.test_fraud import found, told

OTHER = "192.0.2.2"


@pytest.mark.parametrize(
    ("probe", "spend", "currency", "observed"),
    [
        (99, 50_001, "EUR", [500.01]),
        (100, 50_001, "EUR", []),
        (99, 50_000, "EUR", []),
        (0, 501, "JPY", [501]),
        (1, 501, "JPY", []),
        (0, 50_000, "JPY", [50_000]),
        (999, 500_001, "KWD", [500.001]),
        (1000, 500_001, "KWD", []),
        (999, 500_000, "KWD", []),
        (9999, 5_000_001, "CLF", [500.0001]),
    ],
)
def test_amounts(probe, spend, currency, observed):
    events = [declined(amount=probe, currency=currency), approved(1, at(5), amount=spend, currency=currency)]
    assert [alert.observed for alert in found(events, "probe_then_spend")] == observed


def test_amounts_are_each_of_their_currency():
    events = [approved(amount=99), approved(1, at(5), amount=600, currency="JPY")]
    assert told(events, "probe_then_spend") == [(600, "review")]


@pytest.mark.parametrize(
    ("time", "is_found"),
    [(NOON, False), (at(micros=1), True), (at(60), True), (at(60, micros=1), False), (at(micros=-1), False)],
)
def test_the_large_payment_is_later_and_within_the_window(time, is_found):
    assert bool(found([approved(amount=1), approved(1, time, amount=60_000)], "probe_then_spend")) == is_found


@pytest.mark.parametrize("changes", [{"response_code": "91"}, {"channel": "recurring"}])
def test_a_probe_is_an_attempt_with_the_same_card(changes):
    assert not found([declined(amount=1, **changes), approved(1, at(5), amount=60_000)], "probe_then_spend")
    assert not found([declined(2, amount=1), approved(1, at(5), amount=60_000)], "probe_then_spend")


def test_the_window_of_an_order():
    """From the minute of the first probe to the end of that of the last large payment; the largest is told."""
    events = [approved(time=time, amount=1) for time in (at(0.5), at(3))]
    events += [approved(time=at(minutes), amount=amount) for minutes, amount in ((5, 70_000), (40.5, 60_000))]
    (alert,) = found(events, "probe_then_spend")
    assert alert == ("card_testing.probe_then_spend", "card", "fp_1", NOON, at(41), 700, "review")


@pytest.mark.parametrize(("minutes", "number"), [(66, 1), (67, 2)])
def test_orders_merge_up_to_the_gap(minutes, number):
    events = [approved(time=at(start + step), amount=60_000 * step or 1) for start in (0, minutes) for step in (0, 5)]
    assert len(found(events, "probe_then_spend")) == number


@pytest.mark.parametrize(("start", "number"), [(110, 1), (111, 2)])
def test_a_short_window_does_not_end_the_episode_of_a_long_one(start, number):
    """One is 12:00 to 12:50, one within it; the gap is an hour after the later end."""
    spans = [(0, 50), (5, 10), (start, start + 1)]
    windows = [Firing("ip", IP, at(first), at(end), at(first), Fraction(1)) for first, end in spans]
    assert len(merged(windows, timedelta(hours=1))) == number


def guesses(number, **changes):
    return [failure(time=at(micros=turn), **changes) for turn in range(number)]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [(4, []), (5, [(5, "review")]), (19, [(19, "review")]), (20, [(20, "high")])],
)
def test_failures_then_success(number, wanted):
    assert told([*guesses(number), success(time=at(1))], "failures_then_success") == wanted


@pytest.mark.parametrize(
    ("time", "is_found"),
    [(NOON, False), (at(micros=1), True), (at(10), True), (at(10, micros=1), False), (at(-1), False)],
)
def test_the_failures_are_in_the_window_before(time, is_found):
    assert bool(found([*(failure() for _ in range(5)), success(time=time)], "failures_then_success")) == is_found


@pytest.mark.parametrize(
    ("earlier", "device", "is_found"),
    [
        (success(time=at(-1), device_id="d1", ip=OTHER), "d1", False),
        (success(time=at(-1), device_id="d2"), "d1", True),
        (success(time=at(-1), device_id="d2"), None, False),
        (success(time=at(-1), device_id="d2"), "", False),
        (success(time=at(-1), ip=OTHER), None, True),
        (success(time=at(hours=-720), device_id="d1"), "d1", False),
        (success(time=at(hours=-720, micros=-1), device_id="d1"), "d1", True),
        (success(time=NOON, device_id="d1"), "d1", True),
        (success("b", time=at(-1), device_id="d1"), "d1", True),
        (failure(time=at(-15), device_id="d1"), "d1", True),
    ],
)
def test_who_was_there_before_is_the_owner(earlier, device, is_found):
    events = [earlier, *guesses(5), success(time=at(1), device_id=device)]
    assert bool(found(events, "failures_then_success")) == is_found


def test_successes_among_the_failures_are_one_episode():
    events = [*guesses(5), success(time=at(1)), failure(time=at(2)), success(time=at(3.5))]
    (alert,) = found(events, "failures_then_success")
    assert (alert.window_start, alert.window_end, alert.observed) == (NOON, at(4), 6)


def hits(*logins):
    """The stuffing's window is 11:55 to 12:01."""
    alerts = found([*failures(range(16)), *logins], "stuffing_hit")
    return [(alert.entity_type, alert.entity, alert.observed, alert.severity) for alert in alerts]


@pytest.mark.parametrize(
    ("time", "is_found"),
    [
        (at(-30, micros=-1), False),
        (at(-5, micros=-1), False),
        (at(-5), True),
        (NOON, True),
        (at(31), True),
        (at(31, micros=1), False),
    ],
)
def test_a_success_while_an_address_is_stuffed(time, is_found):
    both = [("account", "hit", 1, "high"), ("ip", IP, 1, "high")]
    assert hits(success("hit", time)) == (both if is_found else [])


def test_hits_are_counted_by_account():
    strangers = [success(account, at(minutes)) for account, minutes in (("b", 1), ("b", 2), ("c", 7))]
    assert hits(*strangers) == [("account", "b", 1, "high"), ("account", "c", 1, "high"), ("ip", IP, 2, "high")]


def test_what_is_no_hit():
    """Another address; and an account whose success takes its failure, the sixteenth, away."""
    assert hits(success("c", ip=OTHER)) == []
    assert hits(success("a1")) == []


def test_the_window_of_a_hit():
    """From the start of the firing window, though it goes on after the success."""
    alerts = found([*failures(range(16)), success("b", at(-4)), success("c", at(8))], "stuffing_hit")
    windows = [(alert.entity, alert.window_start, alert.window_end) for alert in alerts]
    assert windows == [("b", at(-5), at(-3)), ("c", at(-5), at(9)), (IP, at(-5), at(9))]


@pytest.mark.parametrize(
    ("earlier", "end"),
    [
        (at(hours=-24), None),
        (at(hours=-24, micros=-1), at(7)),
        (at(5, micros=-1), at(5)),
        (at(6, micros=-1), at(6)),
        (at(6), at(7)),
    ],
)
def test_who_was_at_home_before_is_no_hit(earlier, end):
    """A success at 12:06, and an earlier one of the same account, which may be a hit itself."""
    alerts = found([*failures(range(16)), success("b", at(6)), success("b", earlier)], "stuffing_hit")
    assert {alert.window_end for alert in alerts} == ({end} if end else set())


@pytest.mark.parametrize(("normal", "severity"), [(9, "high"), (10, "review")])
def test_a_hit_on_a_shared_ip(normal, severity):
    """The account that was hit has a success, too: it is one of those that behaved normally."""
    honest = [approved(account_id=f"h{turn}") for turn in range(normal - 1)]
    assert hits(success("hit"), *honest) == [("account", "hit", 1, "high"), ("ip", IP, 1, severity)]
