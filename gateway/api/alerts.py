"""HTTP API, version 1: alerts, and what people do about them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.board import Board, Desk, alerts_json
from gateway.outputs import ledger
from gateway.outputs.alerts import NoSuchAlertError, StepNotAllowedError
from messages.payloads import AlertState

COMMIT_TIMEOUT_S = 5.0
AlertId = Annotated[str, Path(pattern=r"^[0-9]{8}-[0-9]{1,18}$")]
Step = Literal["acknowledge", "start", "resolve"]
_STEPS: dict[Step, AlertState] = {
    "acknowledge": AlertState.ACKNOWLEDGED,
    "start": AlertState.IN_PROGRESS,
    "resolve": AlertState.RESOLVED,
}


class StepRequest(BaseModel):
    """Who takes an alert a step on, and why."""

    model_config = ConfigDict(extra="forbid")

    who: Annotated[str, Field(min_length=1, max_length=60)] = "staff"
    note: Annotated[str, Field(max_length=500)] | None = None


def alert_routes(board: Board, desk: Desk, database: Callable[[], sqlite3.Connection]) -> APIRouter:
    """Make the routes.

    Args:
        board: the newest picture.
        desk: takes requests that change something.
        database: opens a read-only connection; closed after use.
    """
    router = APIRouter(prefix="/api/v1/alerts")

    @router.get("")
    def alerts(
        state: Literal["open", "all"] = "open",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[dict[str, Any]]:
        """Give the open alerts, or the newest of all."""
        if state == "open":
            return alerts_json(board.picture.alerts if board.picture else ())[:limit]
        db = database()
        try:
            return alerts_json(ledger.recent(db, limit))
        finally:
            db.close()

    @router.get("/{alert_id}/history")
    def alert_history(alert_id: AlertId) -> list[dict[str, Any]]:
        """Give every step in the life of one alert."""
        db = database()
        try:
            steps = ledger.history(db, alert_id)
        finally:
            db.close()
        if not steps:
            raise HTTPException(404, f"no alert {alert_id}")
        return steps

    @router.post("/{alert_id}/{step}")
    async def step_alert(alert_id: AlertId, step: Step, request: StepRequest) -> dict[str, Any]:
        """Take an alert one step on; answers when the step is on disk."""
        future = desk.step_alert(alert_id, _STEPS[step], request.who, request.note)
        try:
            alert = await asyncio.wait_for(asyncio.wrap_future(future), COMMIT_TIMEOUT_S)
        except NoSuchAlertError as error:
            raise HTTPException(404, str(error)) from error
        except StepNotAllowedError as error:
            raise HTTPException(409, str(error)) from error
        except OSError as error:  # TimeoutError is one too
            raise HTTPException(503, str(error) or "the gateway is busy") from error
        return alerts_json([alert])[0]

    return router
