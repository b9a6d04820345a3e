"""The dashboard's command line: its options, what they mean together, and the help."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple

from options.dashboard_table import OPTIONS
from options.faults import Fault
from options.help_page import HelpPage
from options.plain_line import check, read_plain_line

_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")

_BEHIND_A_PROXY = (
    "python -m dashboard --store out --host 0.0.0.0 --allowed_hosts millrace.example.com"
    " --identity_header X-Goog-Authenticated-User-Email --trusted_proxies 10.0.0.7"
)

HELP = HelpPage(
    usage="usage: python -m dashboard --store out --port 8080",
    about="The live page and the review queue over an output of the pipeline.",
    options=OPTIONS,
    statuses=(
        ("0", "stopped by Ctrl-C"),
        ("1", "it cannot listen there"),
        ("2", "the command line is wrong; all its faults are listed"),
    ),
    examples=("python -m dashboard --store out --open", _BEHIND_A_PROXY),
    notes=("docs/dashboard.md tells what the page shows, its keys, its API, and what it believes of whom.",),
)


class DashboardSettings(NamedTuple):
    """A checked command line."""

    store: str
    open: bool
    host: str
    port: int
    allowed_hosts: tuple[str, ...]
    identity_header: str
    trusted_proxies: tuple[str, ...]

    @property
    def is_local(self) -> bool:
        """Whether this machine alone can ask."""
        return ip_address(self.host).is_loopback


def read_dashboard(argv: Sequence[str]) -> DashboardSettings:
    """Read a command line, without the program's name.

    Raises:
        UsageError: with all faults.
    """
    values, faults = read_plain_line(argv, OPTIONS)
    for name in ("allowed_hosts", "trusted_proxies"):
        values[name] = tuple(part.strip() for part in (values[name] or "").split(",") if part.strip())
    return DashboardSettings(**check(values, [*faults, *_conflicts(values)]))


def _conflicts(values: dict[str, Any]) -> Iterator[Fault]:
    host, header, proxies = values["host"], values["identity_header"], values["trusted_proxies"]
    if host is not None and not _is_address(host):
        yield Fault("--host", host, "an IP address of this machine", "--host 127.0.0.1")
    elif host is not None and not ip_address(host).is_loopback and not values["allowed_hosts"]:
        expected = "--allowed_hosts beside it: the names by which other machines ask for the page"
        yield Fault("--host", host, expected, "--allowed_hosts millrace.example.com")
    for address in proxies:
        if not _is_address(address):
            yield Fault("--trusted_proxies", address, "IP addresses, separated by commas", "--trusted_proxies 10.0.0.7")
    if header and not _HEADER.fullmatch(header):
        yield Fault("--identity_header", header, "the name of a header", "--identity_header X-Forwarded-Email")
    if header and not proxies:
        expected = "--trusted_proxies beside it: anybody can send a header"
        yield Fault("--identity_header", header, expected, "--trusted_proxies 10.0.0.7")
    if proxies and header is not None and not header:
        expected = "--identity_header beside it: where the proxies say who asks"
        yield Fault("--trusted_proxies", ",".join(proxies), expected, "--identity_header X-Forwarded-Email")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
