"""The settings of a run: plain values, checked, with all faults at once."""

from dataclasses import dataclass
from typing import Any, Self

from apache_beam.options.pipeline_options import StandardOptions

from options.conflicts import find_conflicts
from options.faults import Fault, UsageError
from options.fraud_rules import read_fraud_rules
from options.mapping_file import merge_pairs, read_mapping_file
from options.pipeline_options import MillraceOptions
from options.scanning import read_value
from options.table import BEAM_OPTIONS, OPTIONS
from transforms.core.fraud.rules import FraudRules
from transforms.core.mapping import FieldMapping

_RESHAPED = ("input", "mapping", "event_type", "id_field", "time_field", "rename")
"""The options that are no fields of Settings under their own name."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run was asked to do. Durations are microseconds, sizes bytes; fields are named as their options.

    ``inputs`` is empty for the bundled sample; ``mapping`` is None where the input is CloudEvents or access logs;
    ``retention`` is None where nothing is removed, ``fraud_from`` where no rule is silent. Names of Google Cloud's
    resources are empty where there is none.
    """

    inputs: tuple[str, ...]
    input_format: str
    source: str
    mapping: FieldMapping | None
    contracts: str
    window_duration: int
    keep_query: bool
    fraud_rules: FraudRules
    fraud_from: int | None
    pii_key_file: str
    allowed_lateness: int
    max_clock_skew: int
    max_message_bytes: int
    max_decompressed_bytes: int
    max_nesting: int
    max_events_per_message: int
    keep_opaque_payloads: bool
    output: str
    no_archive: bool
    input_subscription: str
    input_topic: str
    id_attribute: str
    timestamp_attribute: str
    max_unwritten: int
    output_dataset: str
    output_bigtable: str
    output_directory: str
    alerts_topic: str
    dead_letter_topic: str
    retention: int | None
    max_reject_ratio: float
    url_shards: int
    quiet: bool
    runner: str
    streaming: bool

    @property
    def is_local(self) -> bool:
        """Tell whether results go to the store in ``output``, not to homes in Google Cloud."""
        return not self.output_dataset

    @classmethod
    def from_options(cls, options: Any) -> Self:
        """Make settings of Beam's options, whatever view of them.

        Raises:
            UsageError: with the faults of all values, those in the files of --mapping and --fraud_rules included.
        """
        values, faults = read_values(options)
        if faults:
            raise UsageError(faults, values)
        return cls.from_values(values)

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Self:
        """Make settings of the values of all options, which are without fault."""
        names = (values["event_type"], values["id_field"] or None, values["time_field"] or None)
        mapping = FieldMapping(*names, source=values["source"], rename=values["rename"]) if names[0] else None
        rest = {name: value for name, value in values.items() if name not in _RESHAPED}
        return cls(inputs=values["input"], mapping=mapping, **rest)


def read_values(options: Any) -> tuple[dict[str, Any], list[Fault]]:
    """Read every option of the table, of Beam's options, whatever view of them; a value with a fault is None."""
    faults: list[Fault] = []
    return complete(_read_table(options, faults), faults), faults


def complete(values: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Read the files that values name, and judge all values together; adds what is wrong to the faults."""
    values |= _read_mapping(values, faults)
    values |= _read_fraud_rules(values, faults)
    values["streaming"] = bool(values["streaming"] or values["input_subscription"] or values["input_topic"])
    faults += find_conflicts(values)
    return values


def _read_table(options: Any, faults: list[Fault]) -> dict[str, Any]:
    ours, beams = options.view_as(MillraceOptions), options.view_as(StandardOptions)
    given = [(option, getattr(ours, option.name)) for option in OPTIONS]
    given += [(option, getattr(beams, option.name)) for option in BEAM_OPTIONS]
    return {option.name: read_value(option, value, faults) for option, value in given}


def _read_mapping(values: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Read the mapping file, if there is one, for what the command line leaves open."""
    try:
        file = read_mapping_file(values["mapping"]) if values["mapping"] else {}
    except UsageError as error:
        faults += error.faults
        return {"event_type": values["event_type"] or None}
    merged = {name: values[name] or file.get(name, "") for name in ("event_type", "id_field", "time_field", "source")}
    return merged | {"rename": merge_pairs(values["rename"], file.get("rename", ()))}


def _read_fraud_rules(values: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    try:
        return {"fraud_rules": read_fraud_rules(values["fraud_rules"] or "")}
    except UsageError as error:
        faults += error.faults
        return {"fraud_rules": None}
