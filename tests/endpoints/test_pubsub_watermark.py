"""The watermark of a subscription: never beyond what may still come, and not held up for ever by nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.endpoints.pubsub_watermark import BACKLOG, CAUGHT_UP, IDLE_PULLS, SKEW, SubscriptionClock
from transforms.core.times import SECOND

NOW = 1_000_000 * SECOND


def idle(clock: SubscriptionClock) -> None:
    for _ in range(IDLE_PULLS):
        clock.pulled_in_vain()


def test_nothing_is_known_before_a_pull():
    clock = SubscriptionClock()
    assert clock.watermark(NOW, None) is None
    clock.pulled_in_vain()
    assert clock.watermark(NOW, None) is None


def test_an_idle_subscription_moves_on_with_the_clock():
    clock = SubscriptionClock()
    idle(clock)
    assert clock.watermark(NOW, None) == NOW - SKEW
    assert clock.watermark(NOW + SECOND, None) == NOW + SECOND - SKEW


def test_one_pull_in_vain_means_little():
    clock = SubscriptionClock()
    clock.pulled(NOW, NOW - SECOND, was_full=False)
    clock.pulled_in_vain()
    assert clock.watermark(NOW + CAUGHT_UP + 1, None) is None


@pytest.mark.parametrize(("was_full", "told"), [(False, CAUGHT_UP), (True, BACKLOG)])
def test_a_pull_tells_of_what_is_to_come_for_a_while(was_full, told):
    clock = SubscriptionClock()
    clock.pulled(NOW, NOW - 3600 * SECOND, was_full=was_full)
    idle(clock)
    assert clock.watermark(NOW + told, None) == NOW - 3600 * SECOND - SKEW
    assert clock.watermark(NOW + told + 1, None) == NOW + told + 1 - SKEW


def test_what_is_held_holds_the_watermark():
    clock = SubscriptionClock()
    idle(clock)
    assert clock.watermark(NOW, NOW - 60 * SECOND) == NOW - 60 * SECOND - SKEW


@given(
    st.lists(st.tuples(st.integers(0, 2 * BACKLOG), st.integers(0, 3 * 3600 * SECOND), st.booleans()), max_size=30),
    st.none() | st.integers(0, 3 * 3600 * SECOND),
)
def test_it_is_before_all_that_was_pulled_lately_or_is_held(pulls, held_age):
    """Whatever came: no message of the last moments, none that is held, and no time to come, is behind it."""
    clock, now = SubscriptionClock(), NOW
    pulled = []
    for pause, age, was_full in pulls:
        now += pause
        clock.pulled(now, now - age, was_full=was_full)
        pulled.append((now, now - age, BACKLOG if was_full else CAUGHT_UP))
    held = None if held_age is None else now - held_age
    told = clock.watermark(now, held)
    lately = [oldest for at, oldest, kept in pulled if now - at <= kept]
    if told is not None:
        assert all(told <= oldest - SKEW for oldest in lately)
        assert told <= now - SKEW
        assert held is None or told <= held - SKEW
    else:
        assert not lately
