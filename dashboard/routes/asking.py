"""Parameters that several addresses share, each with its bounds."""

from typing import Annotated, Literal

from fastapi import Depends, HTTPException, Query
from pydantic import BeforeValidator

from dashboard.store import Span
from transforms.core.times import parse_time

LONGEST_URL = 2_048
LONGEST_ENTITY = 1_024

Hours = Annotated[Literal[1, 6, 24], BeforeValidator(int), Query(description="How many hours to look back.")]
Until = Annotated[
    str, Query(max_length=40, description="Where to look back from, RFC 3339; empty is the newest window in the store.")
]
Contains = Annotated[
    str, Query(max_length=LONGEST_URL, description="Only pages whose URL (host and path) contains this.")
]
EntityType = Annotated[
    str, Query(max_length=64, description="ip, device, card, account, card|merchant or merchant|bin.")
]
Entity = Annotated[str, Query(max_length=LONGEST_ENTITY, description="The entity.")]


def span(hours: Hours = 1, until: Until = "", contains: Contains = "") -> Span:
    """Read a span; a time that is none is told."""
    if until:
        try:
            parse_time(until)
        except ValueError as error:
            raise HTTPException(422, f"until: {error}") from None
    return Span(hours, until, contains)


Spanned = Annotated[Span, Depends(span)]
