"""Flex Templates played: the service checks parameters, a launcher in a clean environment runs the image's program."""

import json
import re
from pathlib import Path
from typing import Any

from templates.generate import FOLDER
from tests.launch.exchange import Response, answer, refuse
from tests.launch.fake_google import FakeGoogle
from tests.launch.places import run

BY_FIELD = {
    "numWorkers": "num_workers",
    "maxWorkers": "max_num_workers",
    "serviceAccountEmail": "service_account_email",
    "tempLocation": "temp_location",
    "stagingLocation": "staging_location",
    "machineType": "worker_machine_type",
    "subnetwork": "subnetwork",
    "kmsKeyName": "dataflow_kms_key",
    "sdkContainerImage": "sdk_container_image",
}
"""The option of Beam by the field of the launch's environment."""


def faults(parameters: list[dict[str, Any]], given: dict[str, str]) -> list[str]:
    """Judge parameters by the template's metadata, as the service does before it starts anything."""
    known = {parameter["name"]: parameter for parameter in parameters}
    found = [f"{name}: missing" for name, one in known.items() if not one["isOptional"] and name not in given]
    found += [f"{name}: unrecognized" for name in given if name not in known]
    for name in given.keys() & known.keys():
        found += [f"{name}: not {one}" for one in known[name].get("regexes", ()) if not re.fullmatch(one, given[name])]
    return found


class Launcher:
    """Answers flexTemplates:launch by running the program that the Dockerfile names.

    Args:
        google: the fake that the launch happens in.
        python: the interpreter of an environment with the wheel, which stands for the image.
        folder: a folder of its own; the launch works in it, as in any folder that is not the checkout.
    """

    def __init__(self, google: FakeGoogle, python: Path, folder: Path) -> None:
        self._google = google
        self._python = python
        self._folder = folder
        self.runs: list[Any] = []
        self.job_object = ""

    def __call__(self, project: str, region: str, body: dict[str, Any]) -> Response:
        launch = body["launchParameter"]
        spec = json.loads(self._google.storage.read(launch["containerSpecGcsPath"]))
        if found := faults(spec["metadata"]["parameters"], launch.get("parameters", {})):
            return refuse(400, f"The template parameters are invalid. Details: {'; '.join(found)}", "INVALID_ARGUMENT")
        environment = {**spec.get("defaultEnvironment", {}), **launch.get("environment", {})}
        number = f"2026-01-01_00_00_00-{len(self.runs)}"
        self.job_object = f"{environment['stagingLocation']}/template_launches/{number}/job_object"
        command = [str(self._python), str(self._program()), "--runner=DataflowRunner", f"--project={project}"]
        command += [f"--region={region}", f"--job_name={launch['jobName']}", f"--template_location={self.job_object}"]
        command += list(options(environment))
        command += [f"--{name}={value}" for name, value in launch.get("parameters", {}).items()]
        variables = {**self._google.environment(self._folder), **self._google.proxy()}
        self.runs.append(run(command, self._folder, variables))
        state = "JOB_STATE_FAILED" if self.runs[-1].returncode else "JOB_STATE_QUEUED"
        job = {"id": number, "name": launch["jobName"], "projectId": project, "location": region}
        return answer({"job": {**job, "currentState": state}})

    def _program(self) -> Path:
        """Copy the program of the image, by the line of the Dockerfile that says where it comes from."""
        dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
        (told,) = re.findall(r"^ENV FLEX_TEMPLATE_PYTHON_PY_FILE=(\S+)$", dockerfile, re.MULTILINE)
        (source,) = re.findall(rf"^COPY templates/(\S+) {re.escape(told)}$", dockerfile, re.MULTILINE)
        program = self._folder / "template" / Path(told).name
        program.parent.mkdir(exist_ok=True)
        program.write_text((FOLDER / source).read_text(encoding="utf-8"), encoding="utf-8")
        return program


def options(environment: dict[str, Any]) -> list[str]:
    """Write the environment of a launch as options of Beam."""
    given = [f"--{option}={environment[field]}" for field, option in BY_FIELD.items() if field in environment]
    given += ["--no_use_public_ips"] if environment.get("ipConfiguration") == "WORKER_IP_PRIVATE" else []
    given += ["--enable_streaming_engine"] if environment.get("enableStreamingEngine") else []
    given += [f"--experiments={name}" for name in environment.get("additionalExperiments", ())]
    return given + [f"--labels={name}={value}" for name, value in environment.get("additionalUserLabels", {}).items()]
