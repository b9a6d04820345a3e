"""What provisioning did, for a person: a line a resource."""

from collections.abc import Sequence

from pipeline.provisioning.findings import Act, Finding

DRIFT_STATUS = 3
_WOULD = {Act.MADE: "would make", Act.CHANGED: "would change", Act.DRIFT: "differs"}


def line_of(finding: Finding, *, dry_run: bool) -> str:
    """Write a finding: what was done, to which resource, and what it is now."""
    act = _WOULD[finding.act] if dry_run else finding.act
    return f"{act:12} {finding.resource}" + (f": {finding.what}" if finding.what else "")


def conclusion(findings: Sequence[Finding], *, dry_run: bool) -> str:
    """Say in a sentence what it comes to."""
    done = sum(finding.act is not Act.DRIFT for finding in findings)
    differing = len(findings) - done
    if not findings:
        return "All is there; nothing to do."
    changes = f"{done} {'to do' if dry_run else 'done'}" if done else "nothing to do"
    return f"{changes}; {differing} to be decided by a person." if differing else f"{changes}."


def status_of(findings: Sequence[Finding]) -> int:
    """Give the exit status: 3 where something is left that a person has to decide."""
    return DRIFT_STATUS if any(finding.act is Act.DRIFT for finding in findings) else 0
