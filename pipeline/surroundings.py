"""What a run finds around it: the files and contracts that the command line names, before anything is written."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any, NamedTuple

from options.faults import Fault, closest
from pipeline.endpoints.alert_log import REVIEWS_NAME
from pipeline.endpoints.contract_files import load_contracts
from pipeline.endpoints.files import InputFile
from pipeline.endpoints.finding import STDIN, find_inputs
from pipeline.errors import InputError, MisfitError
from transforms.core.contracts import PAGE_VIEW, named_contract
from transforms.pii_key import read_pii_key

SAMPLE = str(Path(__file__).parent / "sample" / "data")


class Surroundings(NamedTuple):
    """What was found, and what is wrong with it."""

    files: list[InputFile]
    contracts: dict[str, str]
    faults: list[Fault]


def look_around(
    inputs: tuple[str, ...], contracts_folder: str, event_type: str, spool: Path, *, with_files: bool = True
) -> Surroundings:
    """Find the input files (the bundled sample where none are named) and read the contracts.

    Args:
        inputs: patterns (``finding.find_inputs``).
        contracts_folder: more contracts than the bundled ones; or "".
        event_type: what a mapping names as contract; or "".
        spool: a folder for what can be read only once.
        with_files: whether files are the input at all.

    Raises:
        InputError: an input is there and cannot be read, and nothing else is wrong.
    """
    found = Surroundings([], {}, [])
    try:
        found.contracts.update(load_contracts(contracts_folder))
        found.faults.extend(_unknown_type(event_type, found.contracts))
    except MisfitError as error:
        found.faults.extend(Fault(*misfit) for misfit in error.misfits)
    try:
        found.files.extend(find_inputs(inputs or (SAMPLE,), spool) if with_files else ())
    except MisfitError as error:
        found.faults.extend(Fault(*misfit) for misfit in error.misfits)
    except InputError:
        if not found.faults:
            raise
    return found


def with_reviews(files: list[InputFile], output: str) -> list[InputFile]:
    """Add the verdicts that reviewers left in the output, where there are any: every run into it reads them."""
    path = Path(output) / REVIEWS_NAME
    if "://" in output or not path.is_file():
        return files
    found = [file._replace(input_format="json") for file in find_inputs([str(path)], Path())]
    return sorted([*(file for file in files if "://" in file.path or not path.samefile(file.path)), *found])


def key_faults(path: str) -> Iterator[Fault]:
    """Say what is wrong with the file of --pii_key_file, if one is given."""
    try:
        read_pii_key(path)
    except ValueError as error:
        yield Fault("--pii_key_file", path, str(error), "head -c 32 /dev/urandom > pii.key")
    except Exception as error:  # noqa: BLE001 - each store's client raises its own, and all mean the same here
        expected = f"a file that can be read ({shorten(str(error), 200)})"
        yield Fault("--pii_key_file", path, expected, "head -c 32 /dev/urandom > pii.key")


def more_faults(values: Mapping[str, Any], known: tuple[Fault, ...]) -> list[Fault]:
    """Look around for a command line that is wrong already, so that all its faults are told at once.

    Standard input is not read for it.
    """
    inputs = tuple(pattern for pattern in values.get("input") or () if pattern != STDIN)
    with tempfile.TemporaryDirectory(prefix="millrace-") as spool:
        try:
            found = look_around(inputs, values.get("contracts") or "", values.get("event_type") or "", Path(spool))
        except InputError:
            return []
    found.faults.extend(key_faults(values.get("pii_key_file") or ""))
    told = {(fault.option, fault.given) for fault in known}
    return [fault for fault in found.faults if (fault.option, fault.given) not in told]


def _unknown_type(given: str, contracts: dict[str, str]) -> Iterator[Fault]:
    if given and not named_contract(given, contracts):
        meant = closest(given, contracts) or PAGE_VIEW
        expected = f"a contract: {', '.join(sorted(contracts))}; --contracts adds more"
        yield Fault("--event_type", given, expected, f"--event_type {meant}")
