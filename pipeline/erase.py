"""Erasing a person: ``python -m pipeline.erase --person NAME --output_directory gs://BUCKET/FOLDER/ ...``."""

import sys
from collections.abc import Sequence

from options.erase import HELP, read_erase
from pipeline.report.printing import print_text
from pipeline.starting import prepare_process, start, uncollected

INTERRUPTED = "millrace: interrupted; what was erased is erased, and the same command finishes"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status (--help lists them)."""
    return start(argv, HELP.render, _run, INTERRUPTED)


def _run(arguments: list[str]) -> int:
    asked = read_erase(arguments)
    prepare_process()
    with uncollected():
        from pipeline.erasing.everything import erase  # noqa: PLC0415 - help comes without Google's libraries
    from pipeline.report.erase import conclusion, line_of  # noqa: PLC0415 - as above

    dry_run = not asked.pop("yes")
    found = []
    for erased in erase({**asked, "dry_run": dry_run}):
        found.append(erased)
        print_text(line_of(erased, dry_run=dry_run), sys.stdout)
    print_text(conclusion(found, dry_run=dry_run), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
