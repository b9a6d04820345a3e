"""The section on live runs stays when the rest is written again, and the rest when it is."""

import pytest

from benchmarks.sections import live_section, with_section

REST = "# Benchmarks\n\ntext\n\n## Steps\n\n```\nopen\n```\n"


@pytest.mark.parametrize("before", ["", "## Live\n\nold\n"])
def test_it_is_put_at_the_end_in_place_of_the_one_before(before):
    document = with_section(REST, before)
    new = "## Live\n\n| new |\n"
    assert with_section(document, new) == REST + "\n" + new
    assert live_section(with_section(document, new)) == new


def test_without_one_nothing_changes():
    assert with_section(REST, "") == REST
    assert live_section(REST) == ""
