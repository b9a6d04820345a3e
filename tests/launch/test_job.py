"""A job of Dataflow as it is submitted from a checkout, by the real runner with its real checks of options."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import __version__
from tests.architecture.sources import ROOT
from tests.launch.fake_google import FakeGoogle
from tests.launch.launching import (
    IMAGE,
    JOB_OBJECT,
    KEY,
    PARAMETERS,
    SUBNETWORK,
    TEMP,
    WORKER,
    Launch,
    launch,
)
from tests.launch.places import copy_of_the_repository, environment, run
from tests.launch.steps import STEPS, described, fingerprint

AT_LEAST_ONCE = "streaming_mode_at_least_once"


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """With an image: nothing of ours is staged. In at-least-once mode, written to a file, as the launcher does it."""
    with FakeGoogle() as google:
        folder = tmp_path_factory.mktemp("submitted")
        more = (f"--template_location={JOB_OBJECT}", f"--sdk_container_image={IMAGE}")
        yield launch(google, folder, *more, f"--dataflow_service_options={AT_LEAST_ONCE}", checkout=ROOT)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Without an image: our package is staged. In exactly-once mode, sent to the service; input forgets."""
    with FakeGoogle() as google:
        google.pubsub.retains = False
        folder = tmp_path_factory.mktemp("staged")
        checkout = copy_of_the_repository(folder / "checkout")
        more = ("--dataflow_endpoint=http://dataflow-sandbox.googleapis.com", "--setup_file=./setup.py")
        yield launch(google, folder, *more, checkout=checkout)


def test_the_job_fits_dataflows_public_message(submitted: Launch) -> None:
    job = submitted.message
    assert (job.name, job.type_.name, dict(job.labels)) == (
        "millrace",
        "JOB_TYPE_STREAMING",
        {"team": "data", "env": "prod"},
    )


def test_the_environment_is_the_one_asked_for(submitted: Launch) -> None:
    given = submitted.job["environment"]
    assert given["serviceAccountEmail"] == WORKER
    assert given["serviceKmsKeyName"] == KEY
    assert given["tempStoragePrefix"].startswith(TEMP.replace("gs://", "storage.googleapis.com/"))
    assert {"use_runner_v2", "enable_streaming_engine", "enable_windmill_service"} <= {*given["experiments"]}


def test_workers_are_private_and_of_the_image(submitted: Launch) -> None:
    pool = submitted.pool
    assert (pool["ipConfiguration"], pool["subnetwork"]) == ("WORKER_IP_PRIVATE", SUBNETWORK)
    assert (pool["machineType"], pool["numWorkers"]) == ("n2-standard-2", 1)
    assert pool["autoscalingSettings"]["maxNumWorkers"] == 5
    assert pool["workerHarnessContainerImage"] == IMAGE
    assert [one["containerImage"] for one in pool["sdkHarnessContainerImages"]] == [IMAGE]


def test_at_least_once_is_asked_of_the_service(submitted: Launch, staged: Launch) -> None:
    assert submitted.job["environment"]["serviceOptions"] == [AT_LEAST_ONCE]
    assert "serviceOptions" not in staged.job["environment"]


def test_no_session_is_pickled(submitted: Launch, staged: Launch) -> None:
    assert submitted.staged().keys() == {"submission_environment_dependencies.txt"}
    assert staged.staged().keys() == {"submission_environment_dependencies.txt", "workflow.tar.gz"}


def test_what_was_submitted_is_told(submitted: Launch, staged: Launch) -> None:
    assert "was written" in submitted.done.stdout
    assert "Job 2026-01-01_00_00_00-1 was submitted: https://console.cloud.google.com/" in staged.done.stdout


def test_logs_of_a_launch_are_json_lines(staged: Launch) -> None:
    ours = staged.done.stderr.partition("No module named build")[0]  # then setuptools speaks, which makes the package
    lines = [json.loads(line) for line in ours.splitlines() if line.startswith("{")]
    assert "millrace:" not in ours
    told = {(line["severity"], line["stage"]): line["message"] for line in lines}
    assert "keeps no acknowledged messages" in told["WARNING", "pubsub_seek"]


def test_input_is_gone_back_on_and_the_dataset_asked(submitted: Launch) -> None:
    google = submitted.google
    assert google.pubsub.looks == [PARAMETERS["inputSubscription"]]
    assert [words for words in google.statements if words.startswith("SELECT name, value FROM")]


def test_pubsub_is_the_services_own_source(submitted: Launch) -> None:
    urns = submitted.graph.urns()
    assert [name for name, urn in urns.items() if urn == "beam:transform:pubsub_read:v1"] == ["Read messages/Read/Read"]
    read = submitted.graph.source()
    assert (read.subscription, read.id_attribute, read.timestamp_attribute, read.with_attributes) == (
        PARAMETERS["inputSubscription"],
        "event_id",
        "event_time",
        True,
    )


def test_nothing_is_asked_of_dataflow_that_it_does_not_have(submitted: Launch, staged: Launch) -> None:
    assert list(submitted.graph.refusals()) == []
    assert list(staged.graph.refusals()) == []


def test_both_launches_make_the_same_steps(submitted: Launch, staged: Launch) -> None:
    assert submitted.graph.described() == staged.graph.described()


def test_every_step_of_the_flow_is_there(submitted: Launch) -> None:
    flow = (ROOT / "pipeline/flow.py").read_text(encoding="utf-8")
    labels = set(re.findall(r'\| "([^"]+)" >> ', flow))
    assert {name.partition("/")[0] for name in submitted.graph.names()} == labels


def test_steps_and_states_are_those_that_a_running_job_has(submitted: Launch) -> None:
    """An update in place finds its states by these names and coders."""
    held = json.loads(STEPS.read_text(encoding="utf-8"))
    assert described(submitted.graph) == held, "python -m tests.launch.steps writes them again; say so in CHANGELOG.md"


def test_the_changelog_speaks_of_the_steps_as_they_are() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert fingerprint(json.loads(STEPS.read_text(encoding="utf-8"))) in changelog


def test_workers_load_everything_from_the_staged_package(staged: Launch, tmp_path: Path) -> None:
    package = tmp_path / f"millrace-{__version__}.tar.gz"
    package.write_bytes(staged.staged()["workflow.tar.gz"])
    (tmp_path / "pipeline.pb").write_bytes(staged.pipeline)
    python = environment(tmp_path / "worker", package)
    done = run([str(python), "-P", str(ROOT / "tests/launch/worker.py"), "pipeline.pb"], tmp_path, {})
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.split()[-1]) > 50


def test_a_package_missing_from_setup_is_found(staged: Launch, tmp_path: Path) -> None:
    checkout = copy_of_the_repository(tmp_path / "checkout")
    setup = (checkout / "setup.py").read_text(encoding="utf-8")
    spoilt = setup.replace('("", ".*")', '("",)')
    assert spoilt != setup
    (checkout / "setup.py").write_text(spoilt, encoding="utf-8")
    (tmp_path / "pipeline.pb").write_bytes(staged.pipeline)
    python = environment(tmp_path / "worker", checkout)
    done = run([str(python), "-P", str(ROOT / "tests/launch/worker.py"), "pipeline.pb"], tmp_path, {})
    assert done.returncode == 1
    assert "No module named 'transforms.core'" in done.stdout
