"""HTTP API, version 1: the manager's word on a lane."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.alerts import committed
from gateway.api.board import Board, Desk
from messages.fields import LaneState


class WordRequest(BaseModel):
    """What a lane is from now on, and who says so; null lets the camera speak again."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "closing", "closed"] | None
    who: Annotated[str, Field(min_length=1, max_length=60)] = "staff"


def lane_routes(lanes: Iterable[str], board: Board, desk: Desk) -> APIRouter:
    """Make the routes.

    Args:
        lanes: lanes of the store.
        board: the newest picture.
        desk: takes requests that change something.
    """
    router = APIRouter(prefix="/api/v1/lanes")
    known = frozenset(lanes)

    @router.post("/{lane}/state")
    async def say(lane: str, request: WordRequest) -> dict[str, Any]:
        """Set a lane by hand; answers when it is on disk, devices confirm it afterwards."""
        if lane not in known:
            raise HTTPException(404, f"no lane {lane}")
        state = None if request.state is None else LaneState(request.state)
        await committed(desk.order_lane(lane, state, request.who))
        return {"lane": lane, "state": request.state}

    @router.get("/{lane}/state")
    def word(lane: str) -> dict[str, Any]:
        """Give the word that stands and whether the lane's devices follow it; null: none."""
        if lane not in known:
            raise HTTPException(404, f"no lane {lane}")
        found = [one for one in board.words() if one["lane"] == lane]
        return {"lane": lane, "word": found[0] if found else None}

    return router
