"""Documents, parted into what is run from them: their sections, and the code in these."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]


def section(document: str, heading: str) -> str:
    """Give the text below a heading of the second level, up to the next one."""
    text = (ROOT / document).read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n## {heading}\n")
    assert found, heading
    return rest.partition("\n## ")[0]


def code(text: str, language: str = "") -> list[str]:
    """Give the blocks of code in a text, also those that are indented."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for _, block in found]


def words(command: str, **variables: str) -> list[str]:
    """Part a command into its words, with variables put in for a shell's, as far as they are given."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    return re.sub(r"\\\n\s*", "", command).replace('"', "").split()
