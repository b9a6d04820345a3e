"""Terraform's variables for the template's parameters, from the same metadata."""

import re
from collections.abc import Mapping
from typing import Any

from templates.metadata import metadata

WIRED: Mapping[str, str] = {
    "inputSubscription": "module.pubsub.events_subscription",
    "outputDataset": "module.bigquery.dataset",
    "outputBigtable": "module.bigtable.table",
    "outputDirectory": "module.storage.archive_folder",
    "alertsTopic": "module.pubsub.alerts_topic",
    "deadLetterTopic": "module.pubsub.dead_letters_topic",
}
"""The parameters whose values are resources that Terraform makes."""
NOT_USED = ("inputTopic",)
"""The subscription keeps what is published while no job runs."""
_RESERVED = {"source": "source_name"}
"""Names that Terraform keeps to itself."""

_HEAD = """# Made from the table of options by `python -m templates.generate`; tests fail on any difference.
"""


def parameters_tf() -> str:
    """Write parameters.tf: a variable for each parameter that a person sets, and the map that the job takes."""
    own = [one for one in metadata()["parameters"] if one["name"] not in (*WIRED, *NOT_USED)]
    names = {one["name"]: variable_name(one["name"]) for one in own}
    wide = max(map(len, (*names, *WIRED)))
    lines = [f"    {name:{wide}} = {value}" for name, value in WIRED.items()]
    lines += [f"    {name:{wide}} = var.{variable}" for name, variable in names.items()]
    variables = "\n".join(_variable(one) for one in own)
    entries = "\n".join(lines)
    return f"{_HEAD}\n{variables}\nlocals {{\n  given = {{\n{entries}\n  }}\n}}\n"


def _variable(parameter: Mapping[str, Any]) -> str:
    name = variable_name(parameter["name"])
    lines = [
        f'variable "{name}" {{',
        "  type        = string",
        "  default     = null",
        f"  description = {_quoted(_description(parameter))}",
    ]
    for regex in parameter.get("regexes", ()):
        lines += [
            "",
            "  validation {",
            f"    condition     = var.{name} == null || can(regex({_quoted(regex)}, var.{name}))",
            f"    error_message = {_quoted(parameter['helpText'])}",
            "  }",
        ]
    return "\n".join([*lines, "}", ""])


def _description(parameter: Mapping[str, Any]) -> str:
    default = parameter.get("defaultValue")
    return f"{parameter['helpText']} Default: {default}." if default else str(parameter["helpText"])


def variable_name(parameter: str) -> str:
    """Spell a parameter's name as Terraform and the command line do."""
    name = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", parameter)
    return _RESERVED.get(name, name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'
