"""Faults that no value has alone: options that do not go together, or do not fit what is there."""

import os.path
from collections import Counter
from collections.abc import Iterator
from typing import Any

from options.faults import Fault

_NEEDS_EVENT_TYPE = ("id_field", "time_field", "rename", "mapping")


def find_conflicts(values: dict[str, Any]) -> Iterator[Fault]:
    """Judge the values of all options together; None stands for a value whose fault is already known."""
    yield from _missing_event_type(values)
    yield from _renamed_twice(values)
    yield from _misplaced_paths(values)
    yield from _live_input(values)
    yield from _without_dataset(values)
    yield from _out_of_reach(values)


def _missing_event_type(values: dict[str, Any]) -> Iterator[Fault]:
    idle = [f"--{name}" for name in _NEEDS_EVENT_TYPE if values[name]]
    if idle and values["event_type"] == "":
        expected = "the contract of the plain JSON, here or in the file of --mapping"
        yield Fault("--event_type", f"nothing, beside {', '.join(idle)}", expected, "--event_type web.page_view.v1")


def _renamed_twice(values: dict[str, Any]) -> Iterator[Fault]:
    counts = Counter(after for _, after in values["rename"])
    for name in (name for name, count in counts.items() if count > 1):
        given = ", ".join(f"{before}={after}" for before, after in values["rename"] if after == name)
        yield Fault("--rename", given, f"one field that becomes {name}", f"--rename page={name}")


def _misplaced_paths(values: dict[str, Any]) -> Iterator[Fault]:
    contracts, output = values["contracts"], values["output"]
    if contracts and "://" not in contracts and not os.path.isdir(contracts):  # noqa: PTH112  Path's can raise
        yield Fault("--contracts", contracts, "a folder that is there", "--contracts contracts")
    if output and os.path.isfile(output):  # noqa: PTH113  Path's can raise
        yield Fault("--output", output, "a folder, and this is a file", "--output out")


def _live_input(values: dict[str, Any]) -> Iterator[Fault]:
    subscription, topic = values["input_subscription"], values["input_topic"]
    if subscription and topic:
        given = f"{topic}, beside --input_subscription {subscription}"
        expected = "one of both: a subscription keeps what is published while no job runs"
        yield Fault("--input_topic", given, expected, f"--input_subscription {subscription}")
    live = "--input_subscription" if subscription else "--input_topic" if topic else ""
    if live and values["input"]:
        yield Fault(
            "--input",
            f"{','.join(values['input'])}, beside {live}",
            "files or live input, not both",
            f"{live} {subscription or topic}",
        )
    if values["streaming"] and not live:
        expected = "live input, a subscription or a topic of Pub/Sub"
        yield Fault(
            "--streaming", "without live input", expected, "--input_subscription projects/my-shop/subscriptions/events"
        )
    if live and values["runner"] == "FnApiRunner":
        expected = "a runner for input without an end: DirectRunner (which takes Prism), FlinkRunner or DataflowRunner"
        yield Fault("--runner", f"FnApiRunner, beside {live}", expected, "--runner DirectRunner")


_BESIDE_A_DATASET = ("output_bigtable", "output_directory", "alerts_topic", "dead_letter_topic")


def _without_dataset(values: dict[str, Any]) -> Iterator[Fault]:
    for name in _BESIDE_A_DATASET:
        if values[name] and values["output_dataset"] == "":
            expected = "--output_dataset beside it, for dead letters, alerts and the ledger"
            yield Fault(f"--{name}", values[name], expected, "--output_dataset my-shop:millrace")


def _out_of_reach(values: dict[str, Any]) -> Iterator[Fault]:
    if values["runner"] != "DataflowRunner":
        return
    if values["output_dataset"] == "":
        expected = "a home for results that Dataflow's workers reach, a dataset of BigQuery"
        yield Fault(
            "--runner", "DataflowRunner, with results to go to --output", expected, "--output_dataset my-shop:millrace"
        )
    local = [path for path in values["input"] if "://" not in path]
    if local:
        yield Fault(
            "--input", ",".join(local), "input that Dataflow's workers reach: gs://", "--input 'gs://my-shop-logs/*.gz'"
        )
