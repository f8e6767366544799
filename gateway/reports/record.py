"""Everything that a report needs, read from the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.alert_settings import AlertSettings
from gateway.outputs import ledger
from gateway.state import rating_log
from gateway.state.ratings import Rating

Floats = NDArray[np.float64]

_WAITS = """
SELECT time_s - json_extract(data, '$.wait_s'), json_extract(data, '$.wait_s'),
    json_extract(data, '$.outcome') = 'served'
FROM event WHERE type = 'wait_done' AND time_s >= ? AND time_s < ?
    AND json_extract(data, '$.outcome') IN ('served', 'reneged') ORDER BY 1
"""
_ITEMS = """
SELECT time_s, type, json_extract(data, '$.shelf'), json_extract(data, '$.gtin')
FROM event WHERE type IN ('picked', 'returned', 'placed') AND time_s >= ? AND time_s < ?
ORDER BY 1
"""
_VISITS = """
SELECT time_s, json_extract(data, '$.zone'), json_extract(data, '$.dwell_s')
FROM event WHERE type = 'visit' AND time_s >= ? AND time_s < ? ORDER BY 1
"""
_ENTERED = """
SELECT time_s FROM event WHERE type = 'crossing' AND time_s >= ? AND time_s < ?
    AND json_extract(data, '$.direction') = 'in'
    AND (? IS NULL OR json_extract(data, '$.line') IN (SELECT value FROM json_each(?)))
ORDER BY 1
"""
_MINUTES = """
SELECT start_s, known_s, open_s, waiting_s, asked_s, needed_s FROM lanes_minute
WHERE start_s >= ? AND start_s < ? ORDER BY 1
"""
_STOCK = """
SELECT start_s, shelf, gtin, known_s, out_s, low_s, count_s FROM stock_hour
WHERE start_s >= ? AND start_s < ? ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class ItemMove:
    """An item that was picked, returned or placed."""

    at_s: float
    what: str
    shelf: str
    gtin: str


@dataclass(frozen=True, slots=True)
class StockHour:
    """One product on one shelf in one hour: seconds that were known, empty, low; mean count."""

    start_s: int
    shelf: str
    gtin: str
    known_s: float
    out_s: float
    low_s: float
    count_s: float

    @property
    def product(self) -> tuple[str, str]:
        """Give shelf and GTIN."""
        return self.shelf, self.gtin


@dataclass(frozen=True, slots=True)
class Record:
    """What happened between two moments.

    Attributes:
        from_s, to_s: the moments.
        joined_s, wait_s, was_served: (n,) each wait that ended, by when it began.
        minutes: (m, 6) start_s, known_s, and sums over the known seconds of open lanes and people
            waiting, then seconds with advice and the sum of lanes advised.
        stock: products by the hour.
        moves: item events.
        visits: (time, zone, dwell in seconds).
        entered_s: (k,) when people came in.
        alerts: response and resolution times, as :func:`gateway.outputs.ledger.times` gives them.
        ratings: what shoppers said.
        settings: (when they began to hold, JSON text), oldest first.
    """

    from_s: float
    to_s: float
    joined_s: Floats
    wait_s: Floats
    was_served: NDArray[np.bool_]
    minutes: Floats
    stock: tuple[StockHour, ...]
    moves: tuple[ItemMove, ...]
    visits: tuple[tuple[float, str, float], ...]
    entered_s: Floats
    alerts: tuple[dict[str, Any], ...]
    ratings: tuple[Rating, ...]
    settings: tuple[tuple[float, str], ...]


def read(
    db: sqlite3.Connection,
    settings: AlertSettings,
    from_s: float,
    to_s: float,
    entrances: Collection[str] | None = None,
) -> Record:
    """Read what happened from ``from_s`` to before ``to_s``.

    Args:
        db: the gateway's database.
        settings: targets of alerts.
        from_s: first moment, seconds since 1970.
        to_s: the moment after the last.
        entrances: lines through which people come into the shop; None takes every line.
    """
    span = (from_s, to_s)
    doors = None if entrances is None else json.dumps(sorted(entrances))
    waits = np.array(db.execute(_WAITS, span).fetchall(), dtype=np.float64).reshape(-1, 3)
    minutes = np.array(db.execute(_MINUTES, span).fetchall(), dtype=np.float64).reshape(-1, 6)
    return Record(
        from_s,
        to_s,
        waits[:, 0],
        waits[:, 1],
        waits[:, 2] > 0.0,
        minutes,
        tuple(StockHour(*row) for row in db.execute(_STOCK, span)),
        tuple(ItemMove(*row) for row in db.execute(_ITEMS, span) if row[3] is not None),
        tuple(db.execute(_VISITS, span)),
        np.array(db.execute(_ENTERED, (*span, doors, doors)).fetchall(), dtype=np.float64).reshape(
            -1
        ),
        tuple(one for one in ledger.times(db, settings, from_s) if one["raised_s"] < to_s),
        tuple(one for one in rating_log.load(db, from_s) if one.at_s < to_s),
        tuple(db.execute("SELECT at_s, settings FROM setting WHERE at_s < ? ORDER BY 1", (to_s,))),
    )
