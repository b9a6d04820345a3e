"""The spec file is what gcloud writes, and what it drops."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from google.cloud import dataflow_v1beta3

from templates.metadata import SERVICE_FIELDS
from templates.spec import METADATA, main

IMAGE = "europe-docker.pkg.dev/my-shop/millrace/millrace@sha256:" + "0" * 64


def built(folder: Path) -> dict[str, Any]:
    output = folder / "millrace.json"
    assert main(["--image", IMAGE, "--output", str(output)]) == 0
    content: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return content


def by_gcloud(folder: Path) -> dict[str, Any]:
    """What gcloud writes of the same metadata; it needs neither a project nor a network for this."""
    command = ["gcloud", "dataflow", "flex-template", "build", "gs://bucket/millrace.json", f"--image={IMAGE}"]
    command += ["--sdk-language=PYTHON", f"--metadata-file={METADATA}", "--disable-public-ips"]
    command += ["--enable-streaming-engine", "--print-only", "--format=value(.)"]
    environment = {**os.environ, "CLOUDSDK_CONFIG": str(folder / "gcloud"), "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def as_gcloud_writes(content: dict[str, Any]) -> dict[str, Any]:
    """Take out what gcloud has no flag for, or drops: the fields of the service, and the image of the workers."""
    metadata = {name: value for name, value in content["metadata"].items() if name not in SERVICE_FIELDS}
    default = {name: value for name, value in content["defaultEnvironment"].items() if name != "sdkContainerImage"}
    return {**content, "metadata": metadata, "defaultEnvironment": default}


def test_the_spec_is_in_googles_form(tmp_path: Path) -> None:
    content = built(tmp_path)
    spec = dataflow_v1beta3.ContainerSpec.from_json(json.dumps(content), ignore_unknown_fields=False)
    assert spec.image == IMAGE
    assert spec.default_environment.sdk_container_image == IMAGE
    assert spec.metadata.streaming
    assert spec.sdk_info.language == dataflow_v1beta3.SDKInfo.Language.PYTHON


def test_the_spec_has_what_gcloud_writes_and_what_it_drops(tmp_path: Path) -> None:
    """Where gcloud is not installed, the form above is all that can be asked."""
    content = built(tmp_path)
    assert SERVICE_FIELDS.items() <= content["metadata"].items()
    if shutil.which("gcloud"):
        assert as_gcloud_writes(content) == by_gcloud(tmp_path)
