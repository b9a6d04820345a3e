"""Judging: what becomes of each event of some runs, and what the tables must hold."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from tests.oracle import ledger, times, views
from tests.oracle.contracts import contract_of, faults
from tests.oracle.events import parsed, time_of
from tests.oracle.files import found_in
from tests.oracle.records import (
    Admitted,
    Event,
    File,
    Letter,
    Options,
    Outcome,
    Place,
    Raw,
    Refused,
    Rejected,
    Tables,
)


def judge(runs: Sequence[Iterable[File]], options: Options) -> Tables:
    """Judge runs into one output."""
    accounts = [outcomes_of(files, options) for files in runs]
    together = {place: outcome for account in accounts for place, outcome in account.items()}
    admitted = [outcome for outcome in together.values() if isinstance(outcome, Admitted)]
    letters = Counter(outcome.letter for outcome in together.values() if isinstance(outcome, Rejected))
    ledgers = [ledger.rows_of(list(account.values()), options) for account in accounts]
    return Tables(views.rows_of(admitted, options), letters, ledgers)


def outcomes_of(files: Iterable[File], options: Options) -> dict[Place, Outcome]:
    """Judge what the files of one run hold, each place once."""
    outcomes: dict[Place, Outcome] = {}
    for file in files:
        for raw, fault in found_in(file, options):
            outcomes[raw.carrier.identity, raw.position, raw.content] = outcome_of(raw, fault, options)
    return outcomes


def outcome_of(raw: Raw, fault: Refused | None, options: Options) -> Outcome:
    """Judge one event, or what could not be opened."""
    if fault:
        return _rejected("open", raw, fault)
    try:
        event = parsed(raw, options)
    except Refused as refused:
        return _rejected("parse", raw, refused)
    try:
        return _admitted(event, raw, options)
    except Refused as refused:
        contract, minute = _known(event, refused, raw.carrier.published, options)
        return _rejected("validate", raw, refused, event.type)._replace(contract=contract, minute=minute)


def _admitted(event: Event, raw: Raw, options: Options) -> Admitted:
    """Admit an event.

    Raises:
        Refused: unknown_contract, contract_violated, bad_time, too_late, in_future.
    """
    contract = contract_of(event.type)
    if not contract:
        raise Refused("unknown_contract", "/type")
    if pointers := faults(contract, event.data):
        try:
            time_of(event)
        except Refused as late:
            pointers |= late.pointers
        raise Refused("contract_violated", *pointers)
    time = time_of(event)
    if misfit := _outside(time, raw.carrier.published, options):
        raise Refused(misfit, "/time")
    return Admitted((event.source, event.id), contract, time, event.data, raw.was_masked)


def _outside(time: datetime, published: datetime | None, options: Options) -> str:
    """Say on which side of the time policy a time lies; on neither is empty."""
    if published and time < published - options.allowed_lateness:
        return "too_late"
    return "in_future" if published and time > published + options.max_clock_skew else ""


def _known(event: Event, refused: Refused, published: datetime | None, options: Options) -> tuple[str, str]:
    """Give contract and minute for the ledger, as far as known; outside the time policy nothing is believed."""
    if refused.reason not in ("contract_violated", "bad_time"):
        return "", ""
    contract = contract_of(event.type)
    try:
        time = time_of(event)
    except Refused:
        return contract, ""
    is_outside = _outside(time, published, options)
    return ("", "") if is_outside else (contract, times.shown(times.floored(time, times.MINUTE)))


def _rejected(stage: str, raw: Raw, fault: Refused, event_type: str = "") -> Rejected:
    carrier = raw.carrier
    letter = Letter(
        stage,
        fault.reason,
        carrier.message_id,
        raw.position,
        raw.text,
        event_type,
        times.shown(carrier.published),
        tuple(sorted(carrier.attributes.items())),
        tuple(sorted(fault.pointers)),
    )
    return Rejected(letter, "", "", raw.was_masked)
