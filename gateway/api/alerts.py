"""HTTP API, version 1: alerts, and what people do about them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.alert_settings import AlertSettings
from gateway.api.board import Board, Desk
from gateway.outputs import ledger
from gateway.outputs.alerts import Change, NoSuchAlertError, StepNotAllowedError
from messages.payloads import AlertState

COMMIT_TIMEOUT_S = 5.0
AlertId = Annotated[str, Path(pattern=r"^[0-9]{8}-[0-9]{1,18}$")]
Subject = Annotated[
    str,
    Path(
        pattern=r"^(store|lanes|(device|lane|shelf|zone|screen|camera|reader):[A-Za-z0-9_.-]+"
        r"(/[A-Za-z0-9_.-]+)?)$",
        max_length=140,
    ),
]
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


class MaintenanceRequest(BaseModel):
    """For how long a subject is worked on."""

    model_config = ConfigDict(extra="forbid")

    for_s: Annotated[float, Field(ge=0.0, le=7 * 86400.0)]
    who: Annotated[str, Field(min_length=1, max_length=60)] = "staff"


def alert_routes(
    settings: AlertSettings,
    board: Board,
    desk: Desk,
    database: Callable[[], sqlite3.Connection],
) -> APIRouter:
    """Make the routes.

    Args:
        settings: how long alerts may take.
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
            return board.alerts(board.picture.alerts if board.picture else ())[:limit]
        db = database()
        try:
            return board.alerts(ledger.recent(db, limit))
        finally:
            db.close()

    @router.get("/times")
    def times(days: Annotated[float, Query(gt=0, le=400)] = 30.0) -> list[dict[str, Any]]:
        """Give how long each alert of the last days took, beside its targets."""
        if board.picture is None:
            return []
        db = database()
        try:
            return ledger.times(db, settings, board.picture.view.now_s - 86400.0 * days)
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

    @router.post("/{alert_id}/finish")
    async def finish_alert(alert_id: AlertId, request: StepRequest) -> dict[str, Any]:
        """Note that the work is done; the alert stays until its sensor confirms it."""
        return await answer(desk.finish_alert(alert_id, request.who))

    @router.post("/{alert_id}/{step}")
    async def step_alert(alert_id: AlertId, step: Step, request: StepRequest) -> dict[str, Any]:
        """Take an alert one step on; answers when the step is on disk."""
        return await answer(desk.step_alert(alert_id, _STEPS[step], request.who, request.note))

    async def answer(future: Future[list[Change]]) -> dict[str, Any]:
        (change,) = await committed(future)
        return board.alerts([change.alert])[0]

    return router


def maintenance_routes(board: Board, desk: Desk) -> APIRouter:
    """Make the routes for maintenance.

    Args:
        board: the newest picture.
        desk: takes requests that change something.
    """
    router = APIRouter(prefix="/api/v1/maintenance")

    @router.get("")
    def works() -> list[dict[str, Any]]:
        """Give what is being worked on."""
        return [asdict(work) for work in board.picture.works] if board.picture else []

    @router.put("/{subject:path}")
    async def maintain(subject: Subject, request: MaintenanceRequest) -> dict[str, str]:
        """Say nothing about a subject for a while; 0 s ends it."""
        await committed(desk.maintain(subject, request.for_s, request.who))
        return {"subject": subject}

    return router


async def committed(future: Future[list[Change]]) -> list[Change]:
    """Wait until a request is on disk; errors become HTTP answers."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), COMMIT_TIMEOUT_S)
    except NoSuchAlertError as error:
        raise HTTPException(404, str(error)) from error
    except StepNotAllowedError as error:
        raise HTTPException(409, str(error)) from error
    except OSError as error:  # TimeoutError is one too
        raise HTTPException(503, str(error) or "the gateway is busy") from error
