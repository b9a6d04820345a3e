"""Contracts as files: the bundled ones, and a user's folder on any file system."""

import re
from pathlib import PurePosixPath

from apache_beam.io.filesystems import FileSystems

from pipeline.endpoints.file_bytes import open_file
from pipeline.errors import InputError
from transforms.contracts import bundled_contracts
from transforms.core.contracts import BadContractError, compile_contract

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.v[0-9]+")


def load_contracts(folder: str) -> dict[str, str]:
    """Read the bundled contracts and those of ``folder`` (or none where it is empty); a user's wins over a bundled one.

    Raises:
        InputError: the folder cannot be read or holds no contract, or files are no contracts; all are named.
    """
    bundled = bundled_contracts()
    if not folder:
        return bundled
    own: dict[str, str] = {}
    faults: list[str] = []
    for path in _paths(folder):
        name = PurePosixPath(path).name.removesuffix(".json")
        try:
            own[name] = _read(name, path)
        except BadContractError as fault:
            faults.append(f"{path}: {fault}")
    if faults or not own:
        raise InputError(
            "cannot use --contracts:" + "".join(f"\n  {fault}" for fault in faults or [f"{folder}: no *.json file"])
        )
    return bundled | own


def _paths(folder: str) -> list[str]:
    try:
        (result,) = FileSystems.match([folder.rstrip("/") + "/*.json"])
    except Exception as error:
        raise InputError(f"cannot read --contracts {folder}: {error}") from error
    return sorted(match.path for match in result.metadata_list)


def _read(name: str, path: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadContractError(f"{name!r} is no contract's name; expected like shop.order.v1.json")
    with open_file(path) as file:
        text = file.read().decode("utf-8", "replace")
    compile_contract(name, text)
    return text
