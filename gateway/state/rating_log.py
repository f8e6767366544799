"""Ratings in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from gateway.state.ratings import Rating


def load(db: sqlite3.Connection, since_s: float) -> list[Rating]:
    """Read the ratings since a time."""
    rows = db.execute(
        "SELECT id, at_s, score, topic, lane, comment FROM rating WHERE at_s >= ? ORDER BY at_s",
        (since_s,),
    )
    return [Rating(*row) for row in rows]


def write(db: sqlite3.Connection, ratings: Iterable[Rating]) -> None:
    """Insert ratings; the caller holds the transaction."""
    db.executemany(
        "INSERT INTO rating (id, at_s, score, topic, lane, comment) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [(r.id, r.at_s, r.score, r.topic, r.lane, r.comment) for r in ratings],
    )
