"""All places that hold what a person did: the archive, the payloads of rejects, the tables."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from typing import Any

from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import GoogleAuthError
from requests.exceptions import RequestException

from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.cloud_errors import told
from pipeline.endpoints.gs_files import Folder
from pipeline.erasing.archive import erase_from_archive, mentioning_payloads
from pipeline.erasing.bigquery import erase_rows
from pipeline.erasing.findings import Erased
from pipeline.errors import MillraceError
from transforms.core.mentions import Mentions
from transforms.pii_key import read_pii_key


def erase(asked: Mapping[str, Any]) -> Iterator[Erased]:
    """Take a person out of everything that a command line names, and give what was taken out, as it happens.

    Rows go before the files that they name: found again, they are found whole.

    Args:
        asked: values by option, as ``options.erase`` reads them.

    Raises:
        MillraceError: a service cannot be reached, or refuses; what was done before stays.
    """
    mentions = Mentions(asked["person"], _key(asked["pii_key_file"]))
    dry_run = asked["dry_run"]
    with ExitStack() as stack:
        try:
            payloads: list[str] = []
            if path := asked["output_directory"]:
                folder = stack.enter_context(closing(Folder(path, is_live=False)))
                yield from erase_from_archive(folder, path, mentions, dry_run=dry_run)
                payloads = mentioning_payloads(folder, mentions)
            if dataset := asked["output_dataset"]:
                client = stack.enter_context(closing(connect(dataset.rpartition(".")[0])))
                yield from erase_rows(client, dataset, mentions, [path + name for name in payloads], dry_run=dry_run)
            for name in payloads:
                if not dry_run:
                    folder.remove(name)
                yield Erased(path + name, 1)
        except (GoogleAPICallError, GoogleAuthError, RequestException) as error:
            raise MillraceError(f"cannot erase: {told(error)}") from error


def _key(path: str) -> bytes:
    try:
        return read_pii_key(path)
    except (ValueError, OSError) as error:
        raise MillraceError(f"--pii_key_file {path}: {error}") from error
