"""The state of the pipeline's results, and word of every change."""

from fastapi import APIRouter, HTTPException
from starlette.responses import StreamingResponse

from dashboard.live import MOST_LISTENERS, Watcher
from dashboard.records import Health
from dashboard.store import Store


def health_router(store: Store, watcher: Watcher) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api", tags=["Health"])

    @router.get("/health")
    def read_health() -> Health:
        """The ledger of every run, rejects by reason, freshness, and alarms in plain words."""
        return store.health()

    @router.get("/changes", response_class=StreamingResponse)
    async def follow_changes() -> StreamingResponse:
        """Server-sent events: ``change`` at once, and whenever something was written to the store."""
        if watcher.listeners >= MOST_LISTENERS:
            raise HTTPException(503, "Too many pages are listening; this one asks again by itself.")
        return StreamingResponse(watcher.events(), media_type="text/event-stream")

    return router
