"""Where Prism is, the runner of live input on one machine."""

import os
import shutil
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions, PrismRunnerOptions
from apache_beam.version import __version__ as beam_version

QUIET = "error"


def prism_path() -> Path:
    """Name the place where `make prism` builds it: a cache that checkouts share."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "millrace" / f"prism-{beam_version}" / "prism"


def find_prism(options: PipelineOptions) -> None:
    """Fill in --prism_location where it is not given and Prism is found; Beam fetches it from GitHub otherwise."""
    prism = options.view_as(PrismRunnerOptions)
    built = prism_path()
    if not prism.prism_location:
        prism.prism_location = str(built) if built.is_file() else shutil.which("prism")
    if "prism_log_level" not in options.get_all_options(drop_default=True):
        prism.prism_log_level = QUIET


if __name__ == "__main__":
    print(prism_path())  # noqa: T201 - for the Makefile
