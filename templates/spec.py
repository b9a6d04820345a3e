"""The template's spec file: which image to run, and what may be set.

``python -m templates.spec --image IMAGE --output gs://BUCKET/millrace.json`` writes what ``gcloud dataflow
flex-template build`` writes, and the fields that it drops.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apache_beam.io.filesystems import FileSystems

METADATA = Path(__file__).with_name("metadata.json")


def spec(image: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """Write the content of the spec file. Launcher and workers run the same image."""
    return {
        "image": image,
        "metadata": metadata,
        "sdkInfo": {"language": "PYTHON"},
        "defaultEnvironment": {
            "sdkContainerImage": image,
            "ipConfiguration": "WORKER_IP_PRIVATE",
            "enableStreamingEngine": True,
        },
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m templates.spec", description="Write the Flex Template's spec file."
    )
    parser.add_argument("--image", required=True, help="the image, with its tag or digest")
    parser.add_argument("--output", required=True, help="where the file goes: a path, gs:// too")
    given = parser.parse_args(argv)
    text = json.dumps(spec(given.image, json.loads(METADATA.read_text(encoding="utf-8"))), indent=2) + "\n"
    with FileSystems.create(given.output, mime_type="application/json") as file:
        file.write(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
