"""Customers: made of a number, none twice alike, at addresses that belong to nobody."""

from collections import Counter
from ipaddress import ip_address, ip_network
from itertools import islice

from pipeline.simulator.people import People, mixed
from tests.simulator.plans import plan
from transforms.core.times import DAY, HOUR

RESERVED = [ip_network("198.18.0.0/15"), ip_network("2001:db8::/32")]


def everybody(**changes):
    people = People(plan(100_000, **changes), 2026)
    return list(islice(people.in_turn(), 16_384))


def test_all_have_their_turn_before_anybody_has_the_second():
    accounts = [customer.account_id for customer in everybody()]
    assert len(set(accounts[:8_192])) == 8_192
    assert accounts[:8_192] == accounts[8_192:]


def test_a_long_history_needs_fewer_people():
    accounts = {customer.account_id for customer in everybody(duration=14 * DAY)}
    assert len(accounts) == 1_024


def test_people_are_enough_for_a_long_rest():
    """6,000 logins in a day, of them at most 4,000 in any 8 hours: each of 4,096 then rests so long."""
    assert len({customer.account_id for customer in everybody(duration=24 * HOUR)}) == 4_096


def test_tokens_tell_people_apart_and_two_share_a_home():
    people = everybody()[:8_192]
    assert len({customer.device_id for customer in people}) == 8_192
    assert len({customer.card.fingerprint for customer in people}) == 8_192
    assert set(Counter(customer.ip for customer in people).values()) == {2}


def test_addresses_belong_to_nobody():
    addresses = [ip_address(customer.ip) for customer in everybody()]
    assert all(any(address in network for network in RESERVED) for address in addresses)
    assert Counter(address.version for address in addresses) == {4: 12_288, 6: 4_096}


def test_another_seed_has_other_people():
    assert everybody()[0]._replace(account_id="") != everybody(seed=2)[0]._replace(account_id="")


def test_cards_do_not_expire_within_the_history():
    assert {customer.card.exp_year for customer in everybody()} == {2027, 2028, 2029, 2030}


def test_mixing_is_known_for_good():
    """The first number of SplitMix64 with seed 0, as its authors' code gives it."""
    assert mixed(0) == 0xE220A8397B1DCDAF
