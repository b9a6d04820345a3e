"""The table of the dashboard's options."""

from enum import StrEnum

from options.kinds import Count, Flag, Text
from options.option import Option


class Group(StrEnum):
    """The headings under which options are shown, in this order."""

    SHOWN = "What is shown"
    SERVED = "How it is served"
    TRUSTED = "Whom it believes"


OPTIONS = (
    Option(
        "store", Group.SHOWN, Text("FOLDER"), "out", "An output of the pipeline, which need not be there yet.", "out"
    ),
    Option("open", Group.SHOWN, Flag(), "", "Open the page in this machine's browser."),
    Option("port", Group.SERVED, Count(0, 65_535), "8080", "Where it listens; 0 takes a free one.", "8080"),
    Option(
        "host",
        Group.SERVED,
        Text("ADDRESS"),
        "127.0.0.1",
        "The address it listens on; others than this machine's own let other machines in.",
        "127.0.0.1",
    ),
    Option(
        "allowed_hosts",
        Group.TRUSTED,
        Text("NAMES"),
        "",
        "More names (with port, if any) by which the page is asked for; commas separate.",
        "millrace.example.com",
    ),
    Option(
        "identity_header",
        Group.TRUSTED,
        Text("HEADER"),
        "",
        "The header in which a proxy says who asks; then nobody else may.",
        "X-Goog-Authenticated-User-Email",
    ),
    Option(
        "trusted_proxies",
        Group.TRUSTED,
        Text("ADDRESSES"),
        "",
        "The proxies whose word is taken, by their IP; commas separate.",
        "10.0.0.7",
    ),
)
