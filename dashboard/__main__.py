"""The command line: ``python -m dashboard --store out --port 8080``."""

import socket
import sys
import webbrowser
from collections.abc import Sequence
from shutil import get_terminal_size

from options.dashboard import HELP, DashboardSettings, read_dashboard
from options.faults import UsageError, render_faults
from options.help_page import wants_help
from pipeline.distribution import check_distribution
from pipeline.errors import StoreError
from pipeline.report.exits import USAGE_STATUS, fail
from pipeline.report.printing import escape_unprintable, print_text

_NOT_INSTALLED = (
    "millrace: the dashboard is not installed; pip install 'millrace[dashboard]', or make setup in a checkout"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unprintable()
    if wants_help(arguments):
        print_text(HELP.render(get_terminal_size().columns), sys.stdout)
        return 0
    if fault := check_distribution():
        return fail(fault)
    try:
        settings = read_dashboard(arguments)
    except UsageError as error:
        return fail(render_faults(error.faults), USAGE_STATUS)
    try:
        import fastapi  # noqa: F401, PLC0415 - extras: said in words where they are missing
        import uvicorn  # noqa: F401, PLC0415
    except ImportError:
        return fail(_NOT_INSTALLED)
    return _serve(settings)


def _serve(settings: DashboardSettings) -> int:
    from dashboard.app import create_app  # noqa: PLC0415 - as above
    from dashboard.guards import Trust, host_names  # noqa: PLC0415
    from dashboard.live import Watcher  # noqa: PLC0415
    from dashboard.local.store import LocalStore  # noqa: PLC0415
    from dashboard.serving import serve  # noqa: PLC0415

    store = LocalStore(settings.store)
    try:
        listener = _listen(settings)
    except OSError as error:
        reason = error.strerror or error
        return fail(
            f"millrace: cannot listen on {settings.host}, port {settings.port}: {reason}; choose another --port"
        )
    port = listener.getsockname()[1]
    try:
        store.mend()
    except StoreError as error:
        print_text(f"millrace: {error}", sys.stderr)
    hosts = host_names(settings.host, port, settings.allowed_hosts)
    trust = Trust(hosts, settings.identity_header.lower(), frozenset(settings.trusted_proxies))
    watcher = Watcher(store)
    _welcome(settings, str(store.path), port)
    serve(create_app(store, watcher, trust, port), watcher, listener)
    return 0


def _listen(settings: DashboardSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _welcome(settings: DashboardSettings, path: str, port: int) -> None:
    host = settings.host if settings.is_local else settings.allowed_hosts[0]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    print_text(f"Millrace shows {path} on {address} (Ctrl-C stops it)", sys.stdout)
    sys.stdout.flush()
    if not settings.is_local and not settings.identity_header:
        print_text(
            "millrace: other machines can ask, and say themselves who they are; see --identity_header", sys.stderr
        )
    if settings.open:
        webbrowser.open(address)


if __name__ == "__main__":
    sys.exit(main())
