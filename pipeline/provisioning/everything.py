"""All resources that a command line names, one service after the other."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import GoogleAuthError
from requests.exceptions import RequestException

from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.cloud_errors import told
from pipeline.errors import MillraceError
from pipeline.provisioning.bigquery import provision_bigquery
from pipeline.provisioning.bigtable import provision_bigtable
from pipeline.provisioning.findings import Finding
from pipeline.provisioning.pubsub import provision_subscription, provision_topic
from pipeline.provisioning.storage import provision_bucket


def provision(resources: Mapping[str, Any]) -> Iterator[Finding]:
    """Make what is missing, and give what was done and what differs, as it happens.

    Args:
        resources: names by option, as ``options.provision`` reads them; with ``location`` and ``dry_run``.

    Raises:
        MillraceError: a service cannot be reached, or refuses; what was done before stays.
    """
    dry_run = resources["dry_run"]
    try:
        for name in ("input_topic", "alerts_topic", "dead_letter_topic"):
            if topic := resources[name]:
                yield from provision_topic(topic, dry_run=dry_run)
        if subscription := resources["input_subscription"]:
            yield from provision_subscription(subscription, resources["input_topic"], dry_run=dry_run)
        if dataset := resources["output_dataset"]:
            with closing(connect(dataset.rpartition(".")[0])) as client:
                yield from provision_bigquery(client, dataset, location=resources["location"], dry_run=dry_run)
        if table := resources["output_bigtable"]:
            yield from provision_bigtable(table, dry_run=dry_run)
        if folder := resources["output_directory"]:
            yield from provision_bucket(folder)
    except (GoogleAPICallError, GoogleAuthError, RequestException) as error:
        raise MillraceError(f"cannot provision: {told(error)}") from error
