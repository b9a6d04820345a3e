"""The steps of the job by name, with their states: ``python -m tests.launch.steps`` writes what tests compare with.

A running job is updated in place only while these stay: what was taken in and not yet given out is found by them.
"""

import json
import re
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.architecture.sources import ROOT
from tests.launch.graph import Graph

STEPS = Path(__file__).with_name("steps.json")
_OF_BEAM = re.compile(r"<lambda at [\w.]+:\d+>")
"""Lines of Beam's own source, in the names that it gives to its own steps."""


def described(graph: Graph) -> dict[str, Any]:
    return {_OF_BEAM.sub("<lambda>", name): kept for name, kept in graph.described().items()}


def fingerprint(steps: dict[str, Any]) -> str:
    """What CHANGELOG.md names: it changes with any name, any state and any coder."""
    return f"steps {sha256(json.dumps(steps, sort_keys=True).encode()).hexdigest()[:12]}"


def main() -> int:
    """Launch, and write the steps; gives the exit status."""
    from tests.launch.fake_google import FakeGoogle  # noqa: PLC0415 - tests need neither
    from tests.launch.launching import IMAGE, JOB_OBJECT, launch  # noqa: PLC0415

    with FakeGoogle() as google, tempfile.TemporaryDirectory() as folder:
        more = (f"--template_location={JOB_OBJECT}", f"--sdk_container_image={IMAGE}")
        steps = described(launch(google, Path(folder), *more, checkout=ROOT).graph)
    STEPS.write_text(json.dumps(steps, indent=1) + "\n", encoding="utf-8")
    print(f"CHANGELOG.md has to say what changed for running jobs, with these words: {fingerprint(steps)}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
