"""Erasing from Cloud Storage: files of the archive are written again without rows, payloads of rejects are found."""

from collections.abc import Iterator

from pipeline.endpoints.bigquery_dead_letters import FOLDER as PAYLOADS
from pipeline.endpoints.gs_files import Folder
from pipeline.erasing.findings import Erased
from pipeline.errors import InputError
from transforms.core.archive_rows import BadArchiveError
from transforms.core.archiving import ArchiveFile, without
from transforms.core.mentions import Mentions

_ARCHIVE = "dt="
_PARQUET = "application/vnd.apache.parquet"


def erase_from_archive(folder: Folder, path: str, mentions: Mentions, *, dry_run: bool) -> Iterator[Erased]:
    """Write files that mention a person again without those rows, and remove the old ones.

    A file is named by its content. The new one is there before the old one goes, and readers take a row of two files
    once: an interruption loses nothing, and the same command finishes.

    Args:
        folder: the output directory of the job.
        path: names it.
        mentions: of the person.
        dry_run: whether to look only.

    Raises:
        InputError: a file is damaged, or none of the archive's.
    """
    for name in folder.names(_ARCHIVE):
        file = ArchiveFile(name, folder.get(name))
        try:
            rest, rows = without(file, mentions)
        except BadArchiveError as error:
            raise InputError(f"{path}{name}: {error}; what came before it is done") from error
        if rows:
            if not dry_run:
                if rest:
                    folder.put(rest.path, rest.content, _PARQUET)
                folder.remove(name)
            yield Erased(path + name, rows)


def mentioning_payloads(folder: Folder, mentions: Mentions) -> list[str]:
    """Give the names of the files beside the archive, with payloads and rows of rejects, that mention a person."""
    return [name for name in folder.names(PAYLOADS) if folder.get(name) in mentions]
