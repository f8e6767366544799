"""HTTP API, version 1: where people stood on a day."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from gateway.clock import Clock
from gateway.state import heat


def heat_routes(
    database: Callable[[], sqlite3.Connection], zone: ZoneInfo, clock: Clock
) -> APIRouter:
    """Make the route.

    Args:
        database: opens a read-only connection; closed after use.
        zone: time zone of the store.
        clock: wall clock in seconds since 1970.
    """
    router = APIRouter(prefix="/api/v1")

    @router.get("/heat")
    def heat_of(day: date | None = None) -> dict[str, Any]:
        """Give person-seconds on a grid over each camera's picture; today without a day."""
        now_s = clock()
        asked = day or datetime.fromtimestamp(now_s, zone).date()
        with closing(database()) as db:
            found = heat.sums(db, asked, asked)
        return {"day": str(asked), "now_s": now_s, "cameras": [asdict(one) for one in found]}

    return router
