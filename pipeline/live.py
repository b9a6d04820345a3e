"""Google Cloud on one machine, and the pipeline live in it: ``python -m pipeline.live --rate 500``."""

import sys
from collections.abc import Sequence
from shutil import get_terminal_size

from options.help_page import wants_help
from options.live_demo import HELP, read_live_demo
from pipeline.distribution import check_distribution
from pipeline.report.exits import fail
from pipeline.report.printing import escape_unprintable, print_text
from pipeline.starting import prepare_process, run_guarded

INTERRUPTED = "millrace: interrupted; nothing is left behind"


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
    values = read_live_demo(arguments)
    prepare_process()
    from pipeline.local_cloud.stage import play  # noqa: PLC0415 - help comes without Google's libraries

    return play(values["rate"], values["events_per_message"], values["seconds"], values["folder"])


if __name__ == "__main__":
    sys.exit(main())
