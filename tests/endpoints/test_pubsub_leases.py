"""Leases: what is acknowledged in time is never leased; what is held longer is, again and again, and nothing else."""

from types import SimpleNamespace

import pytest
from google.api_core.exceptions import ServiceUnavailable

from pipeline.endpoints import pubsub_leases
from pipeline.endpoints.pubsub_leases import FIRST_SECONDS, LEASE_SECONDS, RENEW_SECONDS, Leases, Taken

SUBSCRIPTION = "projects/local-dev/subscriptions/s"


class Subscriber:
    """Notes what it is asked, at the time of its clock."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked: list[tuple[float, int | str, list[str]]] = []
        self.is_away = False

    def modify_ack_deadline(self, request, timeout):
        self._note(request["ack_deadline_seconds"], request["ack_ids"], timeout)

    def acknowledge(self, request, timeout):
        self._note("acknowledged", request["ack_ids"], timeout)

    def _note(self, what, ids, timeout):
        assert timeout > 0
        if self.is_away:
            raise ServiceUnavailable("away")
        self.asked.append((self.now, what, list(ids)))


@pytest.fixture
def service(monkeypatch):
    made = Subscriber()
    monkeypatch.setattr(pubsub_leases, "subscriber", lambda: made)
    monkeypatch.setattr(f"{pubsub_leases.__name__}.time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def taken(*ids: str) -> dict[str, Taken]:
    return {ack_id: Taken(int(ack_id[1:]), 10) for ack_id in ids}


def test_what_is_acknowledged_soon_is_never_leased(service):
    leases = Leases(SUBSCRIPTION)
    leases.take(taken("m1", "m2"))
    leases.acknowledge(["m1", "m2"])
    service.now += FIRST_SECONDS + 1
    leases.renew()
    assert service.asked == [(100.0, "acknowledged", ["m1", "m2"])]
    assert leases.held() == (0, 0)
    assert leases.oldest() is None


def test_what_is_held_is_leased_before_ten_seconds_and_then_before_its_lease_ends(service):
    leases = Leases(SUBSCRIPTION)
    leases.take(taken("m1", "m2"))
    leases.take(taken("m3"))
    for _ in range(200):
        leases.renew()
        service.now += 1.0
    first, second = 100.0 + FIRST_SECONDS, 100.0 + FIRST_SECONDS + RENEW_SECONDS
    assert [at for at, _, _ in service.asked[:2]] == [first, second]
    assert all((seconds, ids) == (LEASE_SECONDS, ["m1", "m2", "m3"]) for _, seconds, ids in service.asked)
    assert first - 100.0 < 10
    assert second - first < LEASE_SECONDS


def test_the_oldest_is_of_those_that_are_held(service):
    leases = Leases(SUBSCRIPTION)
    leases.take(taken("m7", "m5"))
    leases.take(taken("m9"))
    assert (leases.oldest(), leases.held()) == (5, (3, 30))
    leases.acknowledge(["m5"])
    assert leases.oldest() == 7
    leases.give_back(["m7"])
    assert (leases.oldest(), leases.held()) == (9, (1, 10))
    assert service.asked[-1] == (100.0, 0, ["m7"])


def test_what_cannot_be_acknowledged_comes_again_and_is_no_longer_held(service):
    leases = Leases(SUBSCRIPTION)
    leases.take(taken("m1"))
    service.is_away = True
    leases.acknowledge(["m1"])
    assert leases.held() == (0, 0)


def test_a_request_has_a_thousand_ids_at_most(service):
    leases = Leases(SUBSCRIPTION)
    ids = [f"m{number}" for number in range(2500)]
    leases.take(taken(*ids))
    leases.acknowledge(ids)
    assert [len(some) for _, _, some in service.asked] == [1000, 1000, 500]
    assert [ack_id for _, _, some in service.asked for ack_id in some] == ids
