"""HTTP API, version 1: what shoppers think."""

from __future__ import annotations

from collections import deque
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.alerts import committed
from gateway.api.board import Desk
from gateway.clock import Clock
from gateway.state.ratings import Rating, Topic

A_MINUTE = 60
"""Ratings taken in a minute, at most: a child at the screen must not fill the disk."""


class RatingRequest(BaseModel):
    """One opinion.

    Attributes:
        id: made by the page, so that one sent twice counts once.
    """

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    score: Annotated[int, Field(ge=1, le=5)]
    topic: Topic = "store"
    lane: Annotated[str, Field(max_length=64)] | None = None
    comment: Annotated[str, Field(max_length=300)] = ""


def rating_routes(desk: Desk, lanes: frozenset[str], clock: Clock) -> APIRouter:
    """Make the routes.

    Args:
        desk: takes requests that change something.
        lanes: lanes of the store.
        clock: wall clock in seconds since 1970.
    """
    router = APIRouter(prefix="/api/v1/ratings")
    lately: deque[float] = deque(maxlen=A_MINUTE)

    @router.post("", status_code=201)
    async def rate(request: RatingRequest) -> dict[str, str]:
        """Take in an opinion; answers when it is on disk."""
        if request.lane is not None and request.lane not in lanes:
            raise HTTPException(404, f"no lane {request.lane}")
        now_s = clock()
        if len(lately) == A_MINUTE and 0.0 <= now_s - lately[0] < 60.0:
            raise HTTPException(429, f"expected at most {A_MINUTE} ratings a minute")
        lately.append(now_s)
        comment = " ".join(request.comment.split())
        rating = Rating(request.id, now_s, request.score, request.topic, request.lane, comment)
        await committed(desk.rate(rating))
        return {"id": request.id}

    return router
