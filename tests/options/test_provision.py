"""The command line of provisioning."""

import pytest

from options.faults import UsageError
from options.provision import EXAMPLES, HELP, OPTIONS, RESOURCES, read_provision
from options.table import OPTIONS as OF_THE_PIPELINE


def test_resources_are_those_of_the_pipeline():
    kinds = {option.name: option.kind for option in OF_THE_PIPELINE}
    assert {option.name: option.kind for option in OPTIONS if option.name in RESOURCES} == {
        name: kinds[name] for name in RESOURCES
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_read(example):
    values = read_provision(example.split()[3:])
    assert values["output_dataset"] == "my-shop.millrace"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ([], ["(resources)"]),
        (["--dry_run"], ["(resources)"]),
        (["--location", "EU", "--alerts_topic", "x"], ["--alerts_topic", "--location"]),
        (["--output_dataset", "d", "--output_bigtable", "t"], ["--output_bigtable", "--output_dataset"]),
    ],
)
def test_all_that_is_wrong_is_told_at_once(words, wrong):
    with pytest.raises(UsageError) as caught:
        read_provision(words)
    assert sorted(fault.option for fault in caught.value.faults) == wrong


@pytest.mark.parametrize("width", [60, 80, 120])
def test_help_fits(width):
    assert max(map(len, HELP.render(width).splitlines())) <= width
