"""Running the service: uvicorn on a socket that listens already, ended without waiting for pages that listen."""

import socket

import uvicorn
from starlette.types import ASGIApp

from dashboard.live import Watcher

_MOST_REQUESTS = 1_000


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, watcher: Watcher) -> None:
        super().__init__(config)
        self._watcher = watcher

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._watcher.stop()  # pages that listen would keep it waiting
        await super().shutdown(sockets)


def serve(app: ASGIApp, watcher: Watcher, listener: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        app: the service.
        watcher: whose listeners are let go at the end.
        listener: a socket that listens.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # headers of proxies are read by the guard alone, from the peers that were named
        timeout_graceful_shutdown=1,
        limit_concurrency=_MOST_REQUESTS,
    )
    _Server(config, watcher).run(sockets=[listener])
