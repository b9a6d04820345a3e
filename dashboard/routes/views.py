"""Page views: a span, one page, and the rows behind every number."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from dashboard.records import Behind, Now, PageSeries, StoreState
from dashboard.routes.asking import LONGEST_ENTITY, LONGEST_URL, Spanned
from dashboard.store import Store


def views_router(store: Store) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api", tags=["Page views"])

    @router.get("/store")
    def read_store() -> StoreState:
        """Which store this is, and whether it can be read."""
        return store.state()

    @router.get("/now")
    def read_now(asked: Spanned) -> Now:
        """Page views of a span: totals, over time, top pages with their trend, visitors, event rate."""
        return store.now(asked)

    @router.get("/page")
    def read_page(url: Annotated[str, Query(max_length=LONGEST_URL)], asked: Spanned) -> PageSeries:
        """One page over a span."""
        return store.page(url, asked)

    @router.get("/behind/{number}")
    def read_behind(  # noqa: PLR0913, PLR0917 - each is a parameter of the address
        number: str,
        asked: Spanned,
        url: Annotated[str, Query(max_length=LONGEST_URL)] = "",
        reason: Annotated[str, Query(max_length=64)] = "",
        entity_type: Annotated[str, Query(max_length=64)] = "",
        entity: Annotated[str, Query(max_length=LONGEST_ENTITY)] = "",
    ) -> Behind:
        """The rows behind a number, and the SQL of both, ready to paste."""
        subject = {"url": url, "reason": reason, "entity_type": entity_type, "entity": entity}
        try:
            return store.behind(number, asked, subject)
        except KeyError:
            raise HTTPException(404, f"No such number: {number}.") from None

    return router
