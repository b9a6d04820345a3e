"""The command line of erasing: who and where have to be said, and nothing is erased unasked."""

import pytest

from options.erase import HELP, read_erase
from options.faults import UsageError

WHERE = ("--output_dataset", "my-shop:millrace", "--output_directory", "gs://my-shop-archive/events")


def faulty(*words):
    with pytest.raises(UsageError) as raised:
        read_erase(words)
    return {fault.option for fault in raised.value.faults}


def test_all_is_read():
    assert read_erase(["--person", "u 7", "--person", "192.0.2.7", *WHERE, "--pii_key_file", "pii.key", "--yes"]) == {
        "person": ("u 7", "192.0.2.7"),
        "output_dataset": "my-shop.millrace",
        "output_directory": "gs://my-shop-archive/events/",
        "pii_key_file": "pii.key",
        "yes": True,
    }


@pytest.mark.parametrize("where", [WHERE[:2], WHERE[2:]])
def test_one_place_is_enough_and_nothing_is_erased_unasked(where):
    assert not read_erase(["--person", "u7", *where])["yes"]


def test_somebody_and_some_place_have_to_be_named():
    assert faulty(*WHERE) == {"--person"}
    assert faulty("--person", "", *WHERE) == {"--person"}
    assert faulty("--person", "u7") == {"--output_directory, --output_dataset"}
    assert faulty("--person", "u7", "--output_directory", "out") == {"--output_directory"}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_help_fits(width):
    assert max(map(len, HELP.render(width).splitlines())) <= width


@pytest.mark.parametrize("example", HELP.examples)
def test_examples_are_read(example):
    assert read_erase(example.split()[3:])["person"] == ("u-4711", "ada@example.org")
