"""All scenarios by name, in the order in which they take turns."""

from collections.abc import Callable, Mapping

from pipeline.simulator.scenarios.card_testing import bin_attack, burst, probe_then_spend, slow_and_low
from pipeline.simulator.scenarios.crowds import flash_sale, issuer_outage, nat_office, password_reset_day, renewals
from pipeline.simulator.scenarios.households import family_card, second_device, traveller
from pipeline.simulator.scenarios.scene import Scene
from pipeline.simulator.scenarios.takeover import (
    brute_force,
    credential_stuffing,
    impossible_travel,
    takeover_chain,
)

Play = Callable[[Scene], None]

ATTACKS: Mapping[str, Play] = {
    "card_testing_burst": burst,
    "takeover_chain": takeover_chain,
    "slow_and_low": slow_and_low,
    "credential_stuffing": credential_stuffing,
    "bin_attack": bin_attack,
    "impossible_travel": impossible_travel,
    "probe_then_spend": probe_then_spend,
    "brute_force": brute_force,
}
HARD_NEGATIVES: Mapping[str, Play] = {
    "flash_sale": flash_sale,
    "traveller": traveller,
    "issuer_outage": issuer_outage,
    "family_card": family_card,
    "nat_office": nat_office,
    "second_device": second_device,
    "password_reset_day": password_reset_day,
    "recurring_payments": renewals,
}
