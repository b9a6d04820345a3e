"""docs/rejects.md is generated from the reasons."""

from pathlib import Path

from transforms.core.reasons import reasons_markdown

DOCUMENT = Path(__file__).parents[2] / "docs" / "rejects.md"


def test_the_table_of_reasons_is_generated():
    assert DOCUMENT.read_text("utf-8").endswith(f"\n\n{reasons_markdown()}\n")
