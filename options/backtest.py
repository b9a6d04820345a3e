"""Reading the backtest's command line."""

import os.path
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from options.backtest_table import OPTIONS, OWN
from options.faults import Fault, UsageError
from options.fraud_rules import read_fraud_rules
from options.plain_line import read_plain_line
from options.settings import Settings, complete
from options.table import BEAM_OPTIONS
from options.table import OPTIONS as OF_THE_PIPELINE
from transforms.core.fraud.rules import FraudRules


class Backtest(NamedTuple):
    """What was asked for. The rules to try are in ``settings``, those to compare with are ``against``.

    ``against_name`` is the file's name, empty for the bundled rules; so are ``labels`` where there are none.
    """

    settings: Settings
    rules_name: str
    against: FraudRules
    against_name: str
    labels: str
    examples: int
    as_json: bool


def read_backtest(argv: Sequence[str]) -> Backtest:
    """Read a command line, without the program's name.

    Raises:
        UsageError: with all faults, of the words, of the values, and of the files of --mapping and of both sets of
            rules; what else is named is not looked at.
    """
    given, faults = read_plain_line(argv, OPTIONS)
    values = complete(_with_defaults(given), faults)
    against = _read_against(given, faults)
    if faults or against is None:
        raise UsageError(faults, {**values, "labels": given["labels"]})
    ours = {option.name for option in OWN}
    settings = Settings.from_values({name: value for name, value in values.items() if name not in ours})
    new_name, old_name = (os.path.basename(given[name]) for name in ("fraud_rules", "against"))  # noqa: PTH119 - may be gs://
    return Backtest(settings, new_name, against, old_name, given["labels"], given["examples"], given["json"])


def _with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give options of the pipeline that are none here the values that they have where they are not given."""
    rest = {
        option.name: option.kind.parse(option.default) if option.default else option.kind.absent
        for option in (*OF_THE_PIPELINE, *BEAM_OPTIONS)
        if option.name not in given
    }
    return {**rest, "output": "", "no_archive": True, **given}


def _read_against(given: Mapping[str, Any], faults: list[Fault]) -> FraudRules | None:
    if given["against"] is None:
        return None
    try:
        return read_fraud_rules(given["against"], "--against")
    except UsageError as error:
        faults += error.faults
        return None
