"""How a command ends when it does not end well."""

import sys

from pipeline.report.printing import print_text

FAILED_STATUS = 1
USAGE_STATUS = 2
INTERRUPTED_STATUS = 130


def fail(text: str, status: int = FAILED_STATUS) -> int:
    """Tell what went wrong, and give the exit status."""
    print_text(text, sys.stderr)
    return status
