"""Alerts in the database: how each stands, and a history that only grows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from gateway.outputs.alerts import Alert, AlertBook, Change
from messages.payloads import AlertState, Text

_OPEN = """
SELECT n, id, rule, subject, severity, state, zh, en, raised_s, changed_s, owner FROM alert
WHERE state NOT IN ('resolved', 'expired')
"""
_RECENT = """
SELECT n, id, rule, subject, severity, state, zh, en, raised_s, changed_s, owner FROM alert
ORDER BY n DESC LIMIT ?
"""
_WRITE = """
INSERT INTO alert (n, id, rule, subject, severity, state, zh, en, raised_s, changed_s, owner)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (n) DO UPDATE SET severity = excluded.severity, state = excluded.state,
    zh = excluded.zh, en = excluded.en, changed_s = excluded.changed_s, owner = excluded.owner
"""


def load_book(db: sqlite3.Connection) -> AlertBook:
    """Read all open alerts exactly as they were committed."""
    last_n = db.execute("SELECT coalesce(max(n), 0) FROM alert").fetchone()[0]
    return AlertBook([_alert(row) for row in db.execute(_OPEN)], last_n)


def write(db: sqlite3.Connection, changes: Sequence[Change]) -> None:
    """Write changes in order; the caller holds the transaction."""
    db.executemany(_WRITE, [_row(change.alert) for change in changes])
    db.executemany(
        "INSERT INTO alert_history (alert, what, at_s, who, note) VALUES (?, ?, ?, ?, ?)",
        [
            (change.alert.id, change.what, change.at_s, change.who, change.note)
            for change in changes
            if change.what != "updated"
        ],
    )


def recent(db: sqlite3.Connection, limit: int) -> list[Alert]:
    """Give the newest alerts, open or closed, newest first."""
    return [_alert(row) for row in db.execute(_RECENT, (limit,))]


def history(db: sqlite3.Connection, alert_id: str) -> list[dict[str, Any]]:
    """Give all steps of one alert, oldest first."""
    rows = db.execute(
        "SELECT what, at_s, who, note FROM alert_history WHERE alert = ? ORDER BY n", (alert_id,)
    )
    return [{"what": what, "at_s": at_s, "who": who, "note": n} for what, at_s, who, n in rows]


def _row(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.n,
        alert.id,
        alert.rule,
        alert.subject,
        alert.severity,
        alert.state.value,
        alert.text.zh,
        alert.text.en,
        alert.raised_s,
        alert.changed_s,
        alert.owner,
    )


def _alert(row: tuple[Any, ...]) -> Alert:
    n, alert_id, rule, subject, severity, state, zh, en, raised_s, changed_s, owner = row
    text = Text(zh=zh, en=en)
    return Alert(
        n, alert_id, rule, subject, severity, AlertState(state), text, raised_s, changed_s, owner
    )
