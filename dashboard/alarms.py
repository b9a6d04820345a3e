"""What a person should be told of the pipeline's results, in plain words. No I/O, no clock."""

from collections.abc import Iterator, Sequence

from dashboard.records import Alarm, Freshness, RejectReason, RunAccount

RED, AMBER, GREEN = "red", "amber", "green"
MOST_REJECTS = 0.1
"""The part of a run that may be rejected, as --max_reject_ratio has it by default."""
STALE_SECONDS = 600
_DAY = 24 * 3600


def alarms(runs: Sequence[RunAccount], rejects: Sequence[RejectReason], fresh: Freshness, cut_off: int) -> list[Alarm]:
    """List what is wrong, the gravest first.

    Args:
        runs: the ledger of every run.
        rejects: by reason, the commonest first.
        fresh: how old the newest results are.
        cut_off: how many runs began and never came to their end.
    """
    found = [*_accounts(runs), *_refused(runs, rejects), *_interrupted(cut_off), *_stale(fresh)]
    return sorted(found, key=lambda alarm: alarm.level != RED)


def level(found: Sequence[Alarm]) -> str:
    """Give the gravest level."""
    levels = {alarm.level for alarm in found}
    return RED if RED in levels else AMBER if AMBER in levels else GREEN


def _accounts(runs: Sequence[RunAccount]) -> Iterator[Alarm]:
    for run in runs:
        if run.missing and not run.being_written:
            gone = (
                f"{run.missing:,} events are unaccounted for" if run.missing > 0 else f"{-run.missing:,} are too many"
            )
            text = (
                f"Run {run.run[:12]} received {run.received:,} events, and {gone}: results are incomplete."
                " Run the same command again; report this if it stays."
            )
            yield Alarm(RED, "The ledger does not add up", text)


def _refused(runs: Sequence[RunAccount], rejects: Sequence[RejectReason]) -> Iterator[Alarm]:
    for run in runs:
        if not run.received or run.rejected <= MOST_REJECTS * run.received:
            continue
        nothing = run.counted + run.duplicate == 0
        title = "Nothing was admitted" if nothing else "Too many events were rejected"
        text = f"Run {run.run[:12]} rejected {run.rejected:,} of {run.received:,} events."
        if rejects:
            text += f" The commonest reason of all runs is {rejects[0].reason}: {rejects[0].remedy}"
        yield Alarm(RED, title, text)


def _interrupted(cut_off: int) -> Iterator[Alarm]:
    if cut_off:
        runs = "A run" if cut_off == 1 else f"{cut_off} runs"
        text = (
            f"{runs} began and did not come to an end. What is stored is valid; run the same command again to finish."
        )
        yield Alarm(AMBER, "A run was cut off", text)


def _stale(fresh: Freshness) -> Iterator[Alarm]:
    """Tell of a pipeline that has stopped; one that stores old windows is catching up."""
    if not fresh.is_history and min(fresh.lag_seconds, fresh.quiet_seconds) > STALE_SECONDS:
        text = f"The newest window ended {fresh.lag_seconds // 60} minutes ago. Is the pipeline running, and its input?"
        yield Alarm(AMBER, "Nothing new is coming", text)


def is_history(lag_seconds: int) -> bool:
    """Tell a history that was stored from traffic that should be coming in."""
    return lag_seconds > _DAY
