"""Making what is needed in Google Cloud: ``python -m pipeline.provision --output_dataset PROJECT:DATASET ...``."""

import sys
from collections.abc import Sequence
from shutil import get_terminal_size

from options.help_page import wants_help
from options.provision import HELP, read_provision
from pipeline.distribution import check_distribution
from pipeline.report.exits import fail
from pipeline.report.printing import escape_unprintable, print_text
from pipeline.starting import prepare_process, run_guarded, uncollected

INTERRUPTED = "millrace: interrupted; what was made stays, and the same command makes the rest"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status (--help lists them)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unprintable()
    return run_guarded(lambda: _run(arguments), INTERRUPTED)


def _run(arguments: list[str]) -> int:
    if wants_help(arguments):
        print_text(HELP.render(get_terminal_size().columns), sys.stdout)
        return 0
    if fault := check_distribution():
        return fail(fault)
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
