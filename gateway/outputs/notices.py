"""The queue of notices in the database: what is to be told, and what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.outputs.routing import Notice
from messages.payloads import Text

_WRITE = """
INSERT INTO notice (alert, step, "to", what, due_s, first_due_s, attempts)
VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING
"""
_DUE = """
SELECT n.alert, n.step, n.what, n.due_s, n.first_due_s, n.attempts,
    a.severity, a.zh, a.en, a.state
FROM notice n JOIN alert a ON a.id = n.alert
WHERE n."to" = ? AND n.ended_s IS NULL AND n.due_s <= ? ORDER BY n.first_due_s, n.step
"""
_TOLD_BEFORE = """
SELECT 1 FROM notice WHERE alert = ? AND "to" = ? AND outcome = 'sent' LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A notice whose time has come, with what it says."""

    notice: Notice
    first_due_s: float
    attempts: int
    severity: str
    text: Text
    is_open: bool


def write(db: sqlite3.Connection, notices: Iterable[Notice]) -> None:
    """Queue notices; the caller holds the transaction that also writes the alerts."""
    db.executemany(_WRITE, [(n.alert, n.step, n.to, n.what, n.due_s, n.due_s) for n in notices])


def due(db: sqlite3.Connection, to: str, now_s: float) -> list[Due]:
    """Give what one notifier has to tell now, oldest first."""
    return [_due(to, row) for row in db.execute(_DUE, (to, now_s))]


def next_due_s(db: sqlite3.Connection, to: str) -> float | None:
    """Give when this notifier has something to tell, None when nothing waits."""
    row = db.execute(
        'SELECT min(due_s) FROM notice WHERE "to" = ? AND ended_s IS NULL', (to,)
    ).fetchone()
    return None if row[0] is None else float(row[0])


def was_told(db: sqlite3.Connection, alert: str, to: str) -> bool:
    """Say whether this notifier has told of this alert before."""
    return db.execute(_TOLD_BEFORE, (alert, to)).fetchone() is not None


def end(db: sqlite3.Connection, ended: Sequence[Due], outcome: str, now_s: float) -> None:
    """Note that notices were sent, skipped or given up."""
    with db:
        db.executemany(
            "UPDATE notice SET ended_s = ?, outcome = ?, attempts = attempts + 1"
            ' WHERE alert = ? AND step = ? AND "to" = ?',
            [(now_s, outcome, d.notice.alert, d.notice.step, d.notice.to) for d in ended],
        )


def postpone(db: sqlite3.Connection, failed: Sequence[Due], until_s: float) -> None:
    """Note a failed attempt and when to try again."""
    with db:
        db.executemany(
            "UPDATE notice SET attempts = attempts + 1, due_s = ?"
            ' WHERE alert = ? AND step = ? AND "to" = ?',
            [(until_s, d.notice.alert, d.notice.step, d.notice.to) for d in failed],
        )


def outcomes(db: sqlite3.Connection) -> dict[str, int]:
    """Count notices by outcome; those that wait are ``waiting``."""
    rows = db.execute("SELECT coalesce(outcome, 'waiting'), count(*) FROM notice GROUP BY 1")
    return {str(outcome): int(count) for outcome, count in rows}


def _due(to: str, row: tuple[Any, ...]) -> Due:
    alert, step, what, due_s, first_due_s, attempts, severity, zh, en, state = row
    is_open = state not in {"resolved", "expired"}
    notice = Notice(alert, step, to, what, due_s)
    return Due(notice, first_due_s, attempts, severity, Text(zh=zh, en=en), is_open)
