"""The Flex Template from its spec file to workers that load the pipeline, by the real gcloud where it is installed."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from templates.spec import METADATA, spec
from tests.architecture.sources import ROOT
from tests.launch.fake_google import PROJECT, FakeGoogle
from tests.launch.flex import Launcher
from tests.launch.launching import IMAGE, KEY, PARAMETERS, REGION, STAGING, SUBNETWORK, TEMP, WORKER, Launch, launched
from tests.launch.places import build_wheel, copy_of_the_repository, environment, run
from tests.launch.steps import STEPS, described

SPEC = "gs://my-staging/templates/millrace.json"
ENVIRONMENT = {
    "serviceAccountEmail": WORKER,
    "kmsKeyName": KEY,
    "subnetwork": SUBNETWORK,
    "stagingLocation": STAGING,
    "tempLocation": TEMP,
    "maxWorkers": 5,
    "machineType": "n2-standard-2",
    "additionalExperiments": ["streaming_mode_at_least_once"],
    "additionalUserLabels": {"team": "data", "env": "prod"},
}


class Template(NamedTuple):
    """A template in the bucket of a fake, and what launches it."""

    google: FakeGoogle
    launcher: Launcher
    folder: Path
    wheel: Path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("flex")
    wheel = build_wheel(copy_of_the_repository(folder / "checkout"))
    (folder / "elsewhere").mkdir()
    python = environment(folder / "image", wheel)
    with FakeGoogle() as google:
        content = json.dumps(spec(IMAGE, json.loads(METADATA.read_text(encoding="utf-8"))))
        google.storage.put("my-staging", SPEC.removeprefix("gs://my-staging/"), content.encode())
        google.launch_flex = launcher = Launcher(google, python, folder / "elsewhere")
        yield Template(google, launcher, folder, wheel)


@pytest.fixture(scope="module")
def flex(template: Template) -> Launch:
    """A launch with all parameters that Terraform gives."""
    answered = ask(template, PARAMETERS)
    (done,) = template.launcher.runs
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert answered["job"]["currentState"] == "JOB_STATE_QUEUED"
    return launched(template.google, done, template.launcher.job_object)


def ask(template: Template, parameters: dict[str, str]) -> dict[str, Any]:
    """Ask the service to launch, as Terraform's provider does."""
    parts = {"jobName": "millrace", "containerSpecGcsPath": SPEC, "parameters": parameters, "environment": ENVIRONMENT}
    url = f"{template.google.url}/v1b3/projects/{PROJECT}/locations/{REGION}/flexTemplates:launch"
    request = Request(url, json.dumps({"launchParameter": parts}).encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own server
    with urlopen(request) as response:  # noqa: S310 - as above
        content: dict[str, Any] = json.load(response)
        return content


def test_the_launcher_needs_nothing_but_the_image(flex: Launch) -> None:
    assert "was written" in flex.done.stdout
    assert flex.message.type_.name == "JOB_TYPE_STREAMING"


def test_the_job_is_as_the_launch_says(flex: Launch) -> None:
    given, pool = flex.job["environment"], flex.pool
    assert (given["serviceAccountEmail"], given["serviceKmsKeyName"]) == (WORKER, KEY)
    assert {"streaming_mode_at_least_once", "enable_streaming_engine"} <= {*given["experiments"]}
    assert (pool["ipConfiguration"], pool["subnetwork"]) == ("WORKER_IP_PRIVATE", SUBNETWORK)
    assert pool["workerHarnessContainerImage"] == IMAGE
    assert flex.job["labels"] == {"team": "data", "env": "prod"}


def test_nothing_of_ours_is_staged_and_no_session_pickled(flex: Launch) -> None:
    assert flex.staged().keys() == {"submission_environment_dependencies.txt"}


def test_the_steps_are_those_of_a_launch_from_a_checkout(flex: Launch) -> None:
    assert described(flex.graph) == json.loads(STEPS.read_text(encoding="utf-8"))
    assert list(flex.graph.refusals()) == []


def test_parameters_in_the_spelling_of_templates_arrive(flex: Launch) -> None:
    source = flex.graph.source()
    assert (source.subscription, source.id_attribute) == (PARAMETERS["inputSubscription"], "event_id")


def test_workers_of_the_image_load_everything(template: Template, flex: Launch) -> None:
    (template.folder / "pipeline.pb").write_bytes(flex.pipeline)
    python = environment(template.folder / "worker", template.wheel)
    done = run([str(python), "-P", str(ROOT / "tests/launch/worker.py"), "pipeline.pb"], template.folder, {})
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ({**PARAMETERS, "input_subscription": "x"}, "input_subscription: unrecognized"),
        ({**PARAMETERS, "windowDuration": "1 minute"}, "windowDuration: not"),
        ({**PARAMETERS, "inputSubscription": "millrace-events"}, "inputSubscription: not"),
    ],
)
def test_the_service_refuses_what_does_not_fit(template: Template, parameters: dict[str, str], fault: str) -> None:
    before = len(template.launcher.runs)
    with pytest.raises(HTTPError) as refused:
        ask(template, parameters)
    assert fault in refused.value.read().decode()
    assert len(template.launcher.runs) == before


def test_faults_that_no_pattern_finds_are_told_by_the_launcher(template: Template) -> None:
    both = {"inputSubscription": PARAMETERS["inputSubscription"], "inputTopic": PARAMETERS["alertsTopic"]}
    answered = ask(template, {**both, "windowDuration": "7m"})
    done = template.launcher.runs[-1]
    assert (answered["job"]["currentState"], done.returncode) == ("JOB_STATE_FAILED", 2)
    for option in ("--window_duration", "--input_topic", "--output_dataset"):
        assert option in done.stderr


def gcloud(template: Template, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the real gcloud, with its own settings out of the way and its services at the fake."""
    token = template.folder / "token"
    token.write_text("fake", encoding="utf-8")
    variables = {
        **os.environ,
        "CLOUDSDK_CONFIG": str(template.folder / "gcloud"),
        "CLOUDSDK_CORE_PROJECT": PROJECT,
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(token),
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW": f"{template.google.url}/",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE": f"{template.google.url}/storage/v1/",
    }
    command = ["gcloud", "dataflow", "flex-template", *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_gcloud_launches_the_template(template: Template, flex: Launch) -> None:
    """Where it is not installed, the launches above, by the same request, have to do."""
    if not shutil.which("gcloud"):
        assert flex.job["name"] == "millrace"
        return
    parameters = ",".join(f"{name}={value}" for name, value in PARAMETERS.items())
    done = gcloud(
        template,
        *("run", "by-gcloud", f"--template-file-gcs-location={SPEC}", f"--region={REGION}"),
        *(f"--parameters={parameters}", f"--staging-location={STAGING}", f"--temp-location={TEMP}"),
        *(f"--service-account-email={WORKER}", f"--dataflow-kms-key={KEY}", f"--subnetwork={SUBNETWORK}"),
        *("--disable-public-ips", "--max-workers=5", "--additional-user-labels=team=data,env=prod"),
    )
    assert done.returncode == 0, done.stderr
    assert template.launcher.runs[-1].returncode == 0, template.launcher.runs[-1].stderr
    mine = launched(template.google, template.launcher.runs[-1], template.launcher.job_object)
    assert (mine.job["name"], mine.job["environment"]["serviceAccountEmail"]) == ("by-gcloud", WORKER)
    assert described(mine.graph) == described(flex.graph)


def test_gcloud_tells_which_parameter_is_wrong(template: Template) -> None:
    if shutil.which("gcloud"):
        wrong = (
            "run",
            "wrong",
            f"--template-file-gcs-location={SPEC}",
            f"--region={REGION}",
            "--parameters=windowSize=60s",
        )
        done = gcloud(template, *wrong, f"--staging-location={STAGING}")
        assert done.returncode != 0
        assert "windowSize: unrecognized" in done.stderr
