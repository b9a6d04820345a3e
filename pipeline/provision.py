"""Making what is needed in Google Cloud: ``python -m pipeline.provision --output_dataset PROJECT:DATASET ...``."""

import sys
from collections.abc import Sequence

from options.provision import HELP, read_provision
from pipeline.report.printing import print_text
from pipeline.starting import prepare_process, start, uncollected

INTERRUPTED = "millrace: interrupted; what was made stays, and the same command makes the rest"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status (--help lists them)."""
    return start(argv, HELP.render, _run, INTERRUPTED)


def _run(arguments: list[str]) -> int:
    resources = read_provision(arguments)
    prepare_process()
    with uncollected():
        from pipeline.provisioning.everything import provision  # noqa: PLC0415 - help comes without Google's libraries
    from pipeline.report.provision import conclusion, line_of, status_of  # noqa: PLC0415 - as above

    findings = []
    for finding in provision(resources):
        findings.append(finding)
        print_text(line_of(finding, dry_run=resources["dry_run"]), sys.stdout)
    print_text(conclusion(findings, dry_run=resources["dry_run"]), sys.stdout)
    return status_of(findings)


if __name__ == "__main__":
    sys.exit(main())
