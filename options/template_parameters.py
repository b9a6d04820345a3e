"""The options of the table as parameters of the Flex Template, in Google's form; pure, without Beam."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from options.cloud_table import BIGTABLE, SUBSCRIPTION, TOPIC
from options.kinds import Count, Duration, Flag, Kind, Pair, Size, Text, Time, WindowWidth
from options.option import Option, camel_case
from options.resource_kinds import BucketFolder, Dataset, Resource

LEFT_OUT: Mapping[str, str] = {
    "input": "the template reads live input; bounded runs are launched directly",
    "input_format": "as --input",
    "max_unwritten": "Dataflow's own source holds back by itself",
    "output": "a folder of one machine, which workers do not share",
    "no_archive": "without outputDirectory there is no archive",
    "retention": "tables and buckets expire by the rules that they were made with",
    "max_reject_ratio": "a run without an end has no exit status; an alert policy watches the rate",
    "quiet": "it quietens a terminal",
    "runner": "the template is Dataflow's",
    "streaming": "the template says so itself",
}
"""The options that are no parameters, and why. Every other option is one."""

_WORDS = {"id": "ID", "url": "URL", "pii": "PII", "bigtable": "Bigtable", "max": "maximum"}
_GS = r"^gs:\/\/[^\n\r]+$"
_FILES = {"FILE": "GCS_READ_FILE", "FOLDER": "GCS_READ_FOLDER"}
_TYPES = {TOPIC: "PUBSUB_TOPIC", SUBSCRIPTION: "PUBSUB_SUBSCRIPTION", BIGTABLE: "TEXT"}
_PLACES = {"GCS_READ_FILE": "gs://my-shop-config/", "GCS_READ_FOLDER": "gs://my-shop-config/"}
"""Where the examples of files lie: workers read no file of somebody's machine."""
_SHORTER = "(?!goog)"
"""Pub/Sub refuses names that begin so. The service and Terraform match by RE2, which has no look-ahead; the program
itself refuses them all the same."""
_UNBOUNDED = ("{1,1024}", "+")
"""RE2 counts to 1,000."""
_DURATION = "[0-9]{1,12}(ms|s|m|h|d)"


def _resource(kind: Kind) -> dict[str, Any]:
    assert isinstance(kind, Resource)  # noqa: S101 - for the type checker; _FORMS chose by type
    return {"paramType": _TYPES[kind], "regexes": [f"^{kind.pattern.replace(_SHORTER, '')}$"]}


def _text(kind: Kind) -> dict[str, Any]:
    if kind.metavar in _FILES:
        return {"paramType": _FILES[kind.metavar], "regexes": [_GS]}
    return {"paramType": "TEXT"}


def _dataset(kind: Kind) -> dict[str, Any]:
    assert isinstance(kind, Dataset)  # noqa: S101 - as above
    return {"paramType": "TEXT", "regexes": [f"^{kind.pattern.replace(*_UNBOUNDED)}$"]}


def _matching(pattern: str, parameter_type: str = "TEXT") -> Callable[[Kind], dict[str, Any]]:
    return lambda _: {"paramType": parameter_type, "regexes": [f"^{pattern}$"]}


_FORMS: Mapping[type, Callable[[Kind], dict[str, Any]]] = {
    Text: _text,
    Resource: _resource,
    Dataset: _dataset,
    Flag: _matching("(true|false)", "BOOLEAN"),
    Count: _matching("[0-9]{1,15}", "NUMBER"),
    Size: _matching("[0-9]{1,15} ?(([kKmMgG][iI]?)?[bB])?"),
    Duration: _matching(_DURATION),
    WindowWidth: _matching(_DURATION),
    Time: _matching("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})"),
    Pair: _matching("[^=]+=.+"),
    BucketFolder: _matching(r"gs:\/\/[^\n\r]+", "GCS_WRITE_FOLDER"),
}
"""What each kind of value is in Google's form. A pattern refuses nothing that the program takes: the program refuses
the rest, with words."""


def parameters(options: Iterable[Option]) -> Iterator[dict[str, Any]]:
    """Write each option that is not left out as a parameter of metadata.json, in the order of the table."""
    for option in options:
        if option.name not in LEFT_OUT:
            yield _parameter(option)


def _parameter(option: Option) -> dict[str, Any]:
    form = _FORMS[type(option.kind)](option.kind)
    example = "true" if option.is_flag else _PLACES.get(form["paramType"], "") + option.example
    default = "false" if option.is_flag else option.default
    return {
        "name": camel_case(option.name),
        "label": label(option),
        "helpText": f"{option.help} For example: {example}",
        "groupName": str(option.group),
        "isOptional": not option.required,
        **form,
        **({"defaultValue": default} if default else {}),
    }


def label(option: Option) -> str:
    """Write an option's name for a form: ``Maximum message bytes``."""
    text = " ".join(_WORDS.get(word, word) for word in option.name.split("_"))
    return text[0].upper() + text[1:]
