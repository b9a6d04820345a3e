"""Logins and account changes: what they say about their entities."""

from struct import Struct

import numpy as np

from transforms.core.fraud.facts import Fact
from transforms.core.fraud.rowing import COMMON, Columns, Said, early, late, mixed

LOGINS = np.dtype([*COMMON, ("success", "?"), ("place", "<u8"), ("position", "<i8")])
login_row = Struct("<6QqQI?Qq").pack
"""A login as its columns, in their order; ``place`` is the hash of its place, 0 where that is not known."""
CHANGED = np.dtype([*COMMON, ("change", "<i8")])
change_row = Struct("<6QqQIq").pack
"""An account change as its columns; ``change`` is the number of its type."""


def said_by_logins(logins: Columns) -> dict[Fact, Said]:
    """Say what logins say."""
    success, event, account = logins["success"], logins["event"], logins["account"]
    failed, known, device = ~success, account != 0, logins["device"]
    return {
        Fact.SUCCESS: Said(success, event),
        Fact.FAILURE: Said(failed, event),
        Fact.ACCOUNT_OK: Said(success & known, account),
        Fact.ACCOUNT_FAILED: Said(failed & known, account),
        Fact.FAILED_FIRST: Said(failed, early(logins)),
        Fact.FAILED_LAST: Said(failed, late(logins)),
        Fact.DEVICE_OK: Said(success, mixed(logins["ip"], device), logins["ip"] >> np.uint64(1), device),
        Fact.PLACE_OK: Said(
            success & (logins["place"] != 0), mixed(logins["place"], device), logins["position"], device
        ),
    }


def said_by_changes(changes: Columns) -> dict[Fact, Said]:
    """Say what account changes say."""
    always = np.ones(len(changes), bool)
    return {
        Fact.CHANGE_FIRST: Said(always, early(changes), changes["change"]),
        Fact.CHANGE_LAST: Said(always, late(changes), changes["change"]),
    }
