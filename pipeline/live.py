"""Google Cloud on one machine, and the pipeline live in it: ``python -m pipeline.live --rate 500``."""

import sys
from collections.abc import Sequence

from options.live_demo import HELP, read_live_demo
from pipeline.starting import prepare_process, start

INTERRUPTED = "millrace: interrupted; nothing is left behind"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status (--help lists them)."""
    return start(argv, HELP.render, _run, INTERRUPTED)


def _run(arguments: list[str]) -> int:
    values = read_live_demo(arguments)
    prepare_process()
    from pipeline.local_cloud.stage import play  # noqa: PLC0415 - help comes without Google's libraries

    return play(values["rate"], values["events_per_message"], values["seconds"], values["folder"])


if __name__ == "__main__":
    sys.exit(main())
