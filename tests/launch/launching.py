"""Launches on Dataflow: the command, what was sent, and what was staged."""

import json
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, NamedTuple

from google.cloud import dataflow_v1beta3

from tests.launch.fake_google import PROJECT, FakeGoogle
from tests.launch.graph import Graph
from tests.launch.places import run

REGION = "europe-west1"
IMAGE = f"{REGION}-docker.pkg.dev/{PROJECT}/millrace/millrace@sha256:{'0' * 64}"
KEY = f"projects/{PROJECT}/locations/{REGION}/keyRings/millrace/cryptoKeys/millrace-data"
WORKER = f"millrace-worker@{PROJECT}.iam.gserviceaccount.com"
SUBNETWORK = f"regions/{REGION}/subnetworks/millrace-workers"
STAGING, TEMP = "gs://my-staging/staging", "gs://my-temp/temp"
JOB_OBJECT = "gs://my-staging/job_object"

PARAMETERS = {
    "inputSubscription": f"projects/{PROJECT}/subscriptions/millrace-events",
    "outputDataset": f"{PROJECT}:millrace",
    "outputBigtable": f"projects/{PROJECT}/instances/millrace-serving/tables/page_views",
    "outputDirectory": "gs://my-archive/events/",
    "alertsTopic": f"projects/{PROJECT}/topics/millrace-alerts",
    "deadLetterTopic": f"projects/{PROJECT}/topics/millrace-dead-letters",
    "windowDuration": "60s",
    "timestampAttribute": "event_time",
    "idAttribute": "event_id",
}
"""What Terraform gives the job, in the spelling of the template."""

OF_BEAM = (
    "--runner=DataflowRunner",
    f"--project={PROJECT}",
    f"--region={REGION}",
    "--job_name=millrace",
    f"--staging_location={STAGING}",
    f"--temp_location={TEMP}",
    f"--service_account_email={WORKER}",
    f"--dataflow_kms_key={KEY}",
    f"--subnetwork={SUBNETWORK}",
    "--no_use_public_ips",
    "--labels=team=data",
    "--labels=env=prod",
    "--num_workers=1",
    "--max_num_workers=5",
    "--machine_type=n2-standard-2",
)


class Launch(NamedTuple):
    """A launch that was made: how the command ended, the job as sent (JSON), and its pipeline."""

    done: CompletedProcess[str]
    job: dict[str, Any]
    pipeline: bytes
    google: FakeGoogle

    @property
    def graph(self) -> Graph:
        return Graph.of(self.pipeline)

    @property
    def message(self) -> Any:
        """Give the job as the message of Dataflow's public API; raises where it does not fit."""
        return dataflow_v1beta3.Job.from_json(json.dumps(self.job), ignore_unknown_fields=False)

    @property
    def pool(self) -> dict[str, Any]:
        (pool,) = self.job["environment"]["workerPools"]
        return dict(pool)

    def staged(self) -> dict[str, bytes]:
        """Give the packages of the job, by name; raises where one was not uploaded."""
        prefix = "storage.googleapis.com/"
        places = {one["name"]: one["location"] for one in self.pool.get("packages", ())}
        return {name: self.google.storage.read("gs://" + place.removeprefix(prefix)) for name, place in places.items()}


def launch(google: FakeGoogle, folder: Path, *more: str, python: str = sys.executable, checkout: Path) -> Launch:
    """Launch as a person does, ``python -m pipeline --runner DataflowRunner ...``, from a checkout."""
    parameters = [f"--{name}={value}" for name, value in PARAMETERS.items()]
    command = [python, "-m", "pipeline", *OF_BEAM, *parameters, *more]
    done = run(command, checkout, {**google.environment(folder), **google.proxy()})
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return launched(google, done)


def launched(google: FakeGoogle, done: CompletedProcess[str], job_object: str = JOB_OBJECT) -> Launch:
    """Take what a launch sent: to the service, or into the file of the job."""
    job = google.jobs[-1] if google.jobs else json.loads(google.storage.read(job_object))
    options = job["environment"]["sdkPipelineOptions"]["options"]
    return Launch(done, job, google.storage.read(options["pipelineUrl"]), google)
