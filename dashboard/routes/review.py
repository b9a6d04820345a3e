"""The review queue: cases, what is done to them, and what becomes of rules by it."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from dashboard.case_records import CaseDetail, Quality, Queue
from dashboard.casework import CLOSE
from dashboard.guards import Sessions, Trust, who
from dashboard.routes.asking import LONGEST_ENTITY, Entity, EntityType
from dashboard.store import Decision, QueueFilter, Store

LONGEST_NOTE = 4_096
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"


class Action(BaseModel):
    """What a reviewer does to a case. ``alert_ids`` are the alerts that they saw: of a close, those that it judges."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action_id: str = Field(
        pattern=r"^[0-9a-f]{32}$", description="Of the client's making; sent again it is no second action."
    )
    entity_type: str = Field(min_length=1, max_length=64)
    entity: str = Field(min_length=1, max_length=LONGEST_ENTITY)
    action: Literal["claim", "release", "close", "reopen"]
    expected_version: int = Field(ge=0, description="The case's version that was looked at.")
    reviewer: str = Field(
        "", max_length=256, pattern=_NO_CONTROLS, description="Not believed where a proxy says who asks."
    )
    note: str = Field("", max_length=LONGEST_NOTE)
    verdict: Literal["", "confirmed_fraud", "false_positive", "inconclusive"] = ""
    alert_ids: list[Annotated[str, Field(max_length=256)]] = Field([], max_length=500)


class Session(BaseModel):
    """The token that writes must bear in ``X-CSRF-Token``, and who asks by a proxy's word ("" without one)."""

    token: str
    reviewer: str


def session_router(sessions: Sessions, trust: Trust) -> APIRouter:
    """Make the route that gives browsers what their writes must bear."""
    router = APIRouter(prefix="/api", tags=["Review"])

    @router.get("/session", response_model=Session)
    def read_session(request: Request) -> Response:
        """The token for writes."""
        held = sessions.of(request.headers)
        session = held or sessions.new()
        content = Session(token=sessions.token(session), reviewer=who(request.scope, trust))
        response = JSONResponse(content.model_dump())
        if not held:
            response.set_cookie(sessions.cookie, session, httponly=True, samesite="strict")
        return response

    return router


def review_router(store: Store, trust: Trust) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api", tags=["Review"])

    @router.get("/cases")
    def read_cases(
        status: Literal["waiting", "open", "claimed", "closed", "all"] = "waiting",
        pattern: Literal["", "card_testing", "account_takeover"] = "",
        severity: Literal["", "high", "review"] = "",
        text: Annotated[str, Query(max_length=256, description="Part of an entity or a rule.")] = "",
        order: Literal["score", "oldest", "newest"] = "score",
    ) -> Queue:
        """The cases that pass a filter, in order."""
        return store.queue(QueueFilter(status, pattern, severity, text, order))

    @router.get("/case")
    def read_case(entity_type: EntityType, entity: Entity) -> CaseDetail:
        """Everything about one case; 404 where the entity has no alert."""
        return store.case(entity_type, entity)

    @router.post("/case/actions")
    def act(action: Action, request: Request) -> CaseDetail:
        """Do something to a case; 409 where somebody else was first, and then nothing is recorded."""
        reviewer = who(request.scope, trust) if trust.identity_header else action.reviewer.strip()
        if not reviewer:
            raise HTTPException(422, "Say who you are: the record names who decided.")
        if {bool(action.verdict), bool(action.alert_ids)} != {action.action == CLOSE}:
            raise HTTPException(422, "A close, and nothing else, has a verdict and the alerts that it judges.")
        values = action.model_dump() | {"reviewer": reviewer, "alert_ids": tuple(action.alert_ids)}
        return store.decide(Decision(**values))

    @router.get("/quality")
    def read_quality() -> Quality:
        """Rules by their verdicts, and the age of the queue."""
        return store.quality()

    return router
