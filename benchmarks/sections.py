"""The document of the benchmarks has two writers: ``make bench``, and ``make bench-live`` the last section of it."""

LIVE = "## Live\n"


def live_section(text: str) -> str:
    """Give the section on live runs, the last one; empty if there is none."""
    _, heading, rest = text.partition("\n" + LIVE)
    return heading[1:] + rest


def with_section(text: str, section: str) -> str:
    """Put a section on live runs at the end of a document, in place of the one that is there."""
    before = text.removesuffix(live_section(text)).rstrip("\n")
    return f"{before}\n\n{section}" if section else f"{before}\n"
