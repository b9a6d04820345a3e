"""Contracts as files: the bundled ones, and a user's folder on any file system."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from apache_beam.io.filesystems import FileSystems

from pipeline.endpoints.file_bytes import open_file
from pipeline.errors import Misfit, MisfitError
from transforms.contracts import bundled_contracts
from transforms.core.contracts import BadContractError, compile_contract

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.v[0-9]+")
_EXAMPLE = "--contracts contracts"


def load_contracts(folder: str) -> dict[str, str]:
    """Read the bundled contracts and those of ``folder`` (or none where it is empty).

    A bundled contract cannot be replaced: steps rely on what it promises, CountPageViews on a URL for one.

    Raises:
        MisfitError: the folder cannot be read or holds no contract, or files are no contracts; all are named.
    """
    bundled = bundled_contracts()
    if not folder:
        return bundled
    own: dict[str, str] = {}
    misfits: list[Misfit] = []
    paths = _paths(folder)
    for path in paths:
        name = PurePosixPath(path).name.removesuffix(".json")
        try:
            own[name] = _read(name, path, taken=bundled)
        except BadContractError as fault:
            misfits.append(Misfit("--contracts", path, f"a contract; {fault}", _EXAMPLE))
    if not paths:
        misfits.append(Misfit("--contracts", folder, "a folder with JSON Schemas: shop.order.v1.json", _EXAMPLE))
    if misfits:
        raise MisfitError(misfits)
    return bundled | own


def _paths(folder: str) -> list[str]:
    try:
        (result,) = FileSystems.match([folder.rstrip("/") + "/*.json"])
    except Exception as error:  # each store's client raises its own, and all mean the same here
        raise MisfitError([Misfit("--contracts", folder, f"a folder that can be read: {error}", _EXAMPLE)]) from error
    return sorted(match.path for match in result.metadata_list)


def _read(name: str, path: str, taken: Collection[str]) -> str:
    if name in taken:
        raise BadContractError(f"{name} is bundled, and steps rely on it; give this one a name of its own")
    if not _NAME.fullmatch(name):
        raise BadContractError("its file is named by type and version, as shop.order.v1.json")
    try:
        with open_file(path) as file:
            text: str = file.read().decode()
    except UnicodeDecodeError as error:
        raise BadContractError(f"not UTF-8 (byte {error.start})") from error
    except Exception as error:  # as above
        raise BadContractError(f"cannot be read ({error})") from error
    compile_contract(name, text)
    return text
