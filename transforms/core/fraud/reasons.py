"""Reasons of an alert in words, for the person who reviews it."""

from collections.abc import Callable, Mapping

from transforms.core.fraud.rules import Rule, RuleKind
from transforms.core.fraud.seen import Firing
from transforms.core.times import DAY, HOUR, MINUTE

_MEASURES = {
    "attempts": "payments tried",
    "declines": "payments declined",
    "cards": "different cards",
    "small_cards": "different cards with a small amount",
    "failed_accounts": "different accounts with a failed login",
    "failures": "failed logins",
}
_SHARES = {
    "attempts": "of the payments were declined",
    "declines": "of the payments were declined",
    "cards": "of the cards were declined",
    "small_cards": "of the cards had a small amount",
    "failed_accounts": "of the accounts failed",
    "failures": "of the logins failed",
}
_ENTITIES = {
    "ip": "from one IP",
    "device": "from one device",
    "card": "with one card",
    "account": "at one account",
    "card|merchant": "with one card at one merchant",
    "merchant|bin": "with one BIN at one merchant",
}
_CHANGES = {
    "password": "the password",
    "email": "the e-mail address",
    "phone": "the phone number",
    "address": "the address",
    "mfa": "the second factor",
    "payout": "the payout account",
    "device_added": "the devices",
}
Reason = dict[str, float | str]


def span(micros: int) -> str:
    """Write a span of time as people do."""
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if micros % unit == 0 and (unit != DAY or micros > DAY):
            return f"{micros // unit} {name}"
    return f"{micros / 1_000_000:g} s"


def number(value: float) -> str:
    """Write a number as people do."""
    return f"{value:,.2f}" if value % 1 and value < 1000 else f"{value:,.0f}"  # noqa: PLR2004 - above, cents say nothing


def reasons(rule: Rule, entity_type: str, firing: Firing) -> list[Reason]:
    """Give what was observed against the thresholds."""
    return _KINDS[rule.kind](rule, entity_type, firing, dict(firing.detail))


Detail = Mapping[str, float | str]


def _measure(rule: Rule, entity_type: str, firing: Firing, detail: Detail) -> list[Reason]:
    urgent = f", from {number(rule.high)} on urgent" if rule.high else ""
    text = (
        f"{number(firing.observed)} {_MEASURES[rule.measure]} within {span(rule.window)} {_ENTITIES[entity_type]};"
        f" from {number(rule.review)} on it is reviewed{urgent}"
    )
    found: list[Reason] = [
        {"measure": rule.measure, "observed": firing.observed, "threshold": rule.review, "text": text}
    ]
    if rule.min_share:
        share, least = float(detail["share"]), 100 * rule.min_share
        text = f"{share:.0f} % {_SHARES[rule.measure]}; below {least:g} % this is not looked at"
        found.append(
            {"measure": f"{rule.measure} share", "observed": round(share, 1), "threshold": least, "text": text}
        )
    return found


def _share(rule: Rule, entity_type: str, firing: Firing, detail: Detail) -> list[Reason]:
    text = (
        f"{detail['bad']} of {detail['of']} ({firing.observed:.0f} %) {_SHARES[rule.measure]}"
        f" within {span(rule.window)} {_ENTITIES[entity_type]};"
        f" from {100 * rule.review:g} % of {rule.at_least} on it is reviewed"
    )
    share = round(firing.observed, 1)
    return [{"measure": f"{rule.measure} share", "observed": share, "threshold": 100 * rule.review, "text": text}]


def _amounts(rule: Rule, _: str, firing: Firing, detail: Detail) -> list[Reason]:
    where = ", both where it was not seen before" if rule.history else ""
    text = (
        f"{number(float(detail['probe']))} {detail['probe_currency']} was tried, and within {span(rule.window)}"
        f" {number(firing.observed)} {detail['currency']} on the same card{where}; less than"
        f" {number(float(rule.below))} and then more than {number(float(rule.above))} is reviewed"
    )
    return [{"measure": "amount", "observed": firing.observed, "threshold": float(rule.above), "text": text}]


def _failures(rule: Rule, _: str, firing: Firing, detail: Detail) -> list[Reason]:
    where = f"; from {number(rule.high or 0)} failures on it is urgent on any device"
    if detail["device"] == "new":
        where = f" on a device that the account was not seen on; from {number(rule.review)} failures on it is reviewed"
    text = f"{number(firing.observed)} failed logins within {span(rule.window)}, then a success{where}"
    return [{"measure": "failures", "observed": firing.observed, "threshold": rule.review, "text": text}]


def _hits(_: Rule, entity_type: str, firing: Firing, __: Detail) -> list[Reason]:
    if entity_type == "ip":
        text = f"{number(firing.observed)} accounts were entered from an IP that tries many accounts"
    else:
        text = "entered from an IP that was trying many accounts at the time"
    return [{"measure": "accounts entered", "observed": firing.observed, "threshold": 1, "text": text}]


def _travel(rule: Rule, _: str, firing: Firing, detail: Detail) -> list[Reason]:
    text = (
        f"two logins {number(round(float(detail['km'])))} km apart ask for {number(round(firing.observed))} km/h or"
        f" more; more than {number(rule.kmh)} km/h over more than {number(rule.km)} km is reviewed"
    )
    return [{"measure": "km/h", "observed": round(firing.observed, 1), "threshold": rule.kmh, "text": text}]


def _chain(rule: Rule, _: str, firing: Firing, detail: Detail) -> list[Reason]:
    usual, limit = float(detail["usual"]), firing.observed / firing.ratio
    text = (
        f"a login on a new device, then {_CHANGES[str(detail['change'])]} was changed, then"
        f" {number(firing.observed)} {detail['currency']} were paid; from {number(limit)} on it is reviewed"
        + (f", from {number(rule.high * limit)} on urgent" if rule.high else "")
        + (f", since the account usually pays {number(usual)}" if usual else "")
    )
    return [{"measure": "amount", "observed": firing.observed, "threshold": round(limit, 2), "text": text}]


def _changed(rule: Rule, __: str, firing: Firing, detail: Detail) -> list[Reason]:
    made = " and ".join(_CHANGES[name] for name in str(detail["changes"]).split(","))
    verb = "were" if firing.observed > 1 else "was"
    text = f"a login on a new device, then {made} {verb} changed within {span(rule.window)}"
    return [{"measure": "changes", "observed": firing.observed, "threshold": 1, "text": text}]


_KINDS: dict[RuleKind, Callable[[Rule, str, Firing, Detail], list[Reason]]] = {
    RuleKind.MEASURE: _measure,
    RuleKind.SHARE: _share,
    RuleKind.AMOUNTS: _amounts,
    RuleKind.FAILURES_THEN_SUCCESS: _failures,
    RuleKind.SUCCESS_WHILE: _hits,
    RuleKind.TRAVEL: _travel,
    RuleKind.CHAIN: _chain,
    RuleKind.CHANGED: _changed,
}
