"""The service: the API, the page's files, and the guard before both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from dashboard.assets import Assets
from dashboard.guards import Guard, Sessions, Trust
from dashboard.live import Watcher
from dashboard.routes.health import health_router
from dashboard.routes.review import review_router, session_router
from dashboard.routes.views import views_router
from dashboard.store import ConflictError, Store, StoreTroubleError, UnknownCaseError
from pipeline import __version__
from pipeline.errors import StoreError

_ABOUT = """What Millrace's live page shows, and the review queue. All times are ISO 8601 in UTC. An answer that is no
success has code, text and remedy. Writes need the token of GET /api/session in the header X-CSRF-Token."""


def create_app(store: Store, watcher: Watcher, trust: Trust, port: int) -> ASGIApp:
    """Make the service.

    Args:
        store: what is shown.
        watcher: tells of changes of the store; whoever ends the service stops it.
        trust: whom to believe.
        port: where it listens; it names the cookie.
    """
    sessions = Sessions(port)

    @asynccontextmanager
    async def watching(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(watcher.watch())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    api = FastAPI(
        title="Millrace",
        version=__version__,
        description=_ABOUT,
        docs_url=None,  # their scripts come from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=watching,
    )
    api.include_router(views_router(store))
    api.include_router(health_router(store, watcher))
    api.include_router(session_router(sessions, trust))
    api.include_router(review_router(store, trust))
    _tell_troubles(api)
    assets = Assets()
    for path in assets.paths():
        api.add_route(path, assets.answer, include_in_schema=False)
    return Guard(api, trust, sessions)


def _tell_troubles(api: FastAPI) -> None:
    def told(status: int, code: str, text: str, remedy: str = "") -> JSONResponse:
        return JSONResponse({"code": code, "text": text, "remedy": remedy}, status)

    @api.exception_handler(StoreTroubleError)
    async def trouble(_: Request, error: StoreTroubleError) -> JSONResponse:
        return told(503, error.code, error.text, error.remedy)

    @api.exception_handler(StoreError)
    async def unwritten(_: Request, error: StoreError) -> JSONResponse:
        return told(
            503, "broken", str(error), "The verdict is in the store; the file is mended at the next verdict or start."
        )

    @api.exception_handler(ConflictError)
    async def conflict(_: Request, error: ConflictError) -> JSONResponse:
        return told(409, "conflict", str(error))

    @api.exception_handler(UnknownCaseError)
    async def unknown(_: Request, __: UnknownCaseError) -> JSONResponse:
        return told(404, "unknown_case", "This entity has no open alert.", "Go back to the queue.")

    @api.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return told(error.status_code, "refused", str(error.detail))

    @api.exception_handler(RequestValidationError)
    async def mistaken(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors())
        return told(422, "refused", faults)
