"""Alerts in the database: how each stands, and a history that only grows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from gateway.alert_settings import AlertSettings
from gateway.outputs.alerts import Alert, AlertBook, Change
from messages.payloads import AlertState, Text

_OPEN_OR_LAST = """
SELECT n, id, rule, subject, severity, state, zh, en, raised_s, opened_s, changed_s, steps,
    owner, level, finished_s, by_hand
FROM alert
WHERE state NOT IN ('resolved', 'expired') OR n IN (SELECT max(n) FROM alert GROUP BY rule, subject)
"""
_RECENT = """
SELECT n, id, rule, subject, severity, state, zh, en, raised_s, opened_s, changed_s, steps,
    owner, level, finished_s, by_hand
FROM alert ORDER BY n DESC LIMIT ?
"""
_WRITE = """
INSERT INTO alert (n, id, rule, subject, severity, state, zh, en, raised_s, opened_s, changed_s,
    steps, owner, level, finished_s, by_hand)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (n) DO UPDATE SET severity = excluded.severity, state = excluded.state,
    zh = excluded.zh, en = excluded.en, opened_s = excluded.opened_s,
    changed_s = excluded.changed_s, steps = excluded.steps, owner = excluded.owner,
    level = excluded.level, finished_s = excluded.finished_s, by_hand = excluded.by_hand
"""
_RESPONSE = """
SELECT a.id, a.rule, a.severity, a.raised_s,
    min(CASE WHEN h.what IN ('acknowledged', 'in_progress', 'finished') THEN h.at_s END),
    max(CASE WHEN h.what IN ('resolved', 'expired') THEN h.at_s END)
FROM alert a JOIN alert_history h ON h.alert = a.id
WHERE a.raised_s >= ? GROUP BY a.id ORDER BY a.n
"""


def load_book(db: sqlite3.Connection, settings: AlertSettings) -> AlertBook:
    """Read all open alerts, and the last one of each subject, exactly as they were committed."""
    last_n = db.execute("SELECT coalesce(max(n), 0) FROM alert").fetchone()[0]
    rows = db.execute(_OPEN_OR_LAST)
    return AlertBook(settings, [_alert(row) for row in rows], last_n)


def write(db: sqlite3.Connection, changes: Sequence[Change]) -> None:
    """Write changes in order; the caller holds the transaction."""
    db.executemany(_WRITE, [_row(change.alert) for change in changes])
    db.executemany(
        "INSERT INTO alert_history (alert, step, what, at_s, who, note) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (c.alert.id, c.alert.steps, c.what, c.at_s, c.who, c.note)
            for c in changes
            if c.what != "updated"
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


def times(db: sqlite3.Connection, settings: AlertSettings, from_s: float) -> list[dict[str, Any]]:
    """Give how long each alert since ``from_s`` took, and whether its targets were met.

    A target that is still running, or was not needed, is None.
    """
    answers = []
    for alert_id, rule, severity, raised_s, seen_s, closed_s in db.execute(_RESPONSE, (from_s,)):
        target = settings.targets.get(severity)
        respond_s = None if seen_s is None else seen_s - raised_s
        resolve_s = None if closed_s is None else closed_s - raised_s
        answers.append(
            {
                "alert": alert_id,
                "rule": rule,
                "severity": severity,
                "raised_s": raised_s,
                "respond_s": respond_s,
                "resolve_s": resolve_s,
                "responded_in_time": _met(respond_s, target.respond_s if target else None),
                "resolved_in_time": _met(resolve_s, target.resolve_s if target else None),
            }
        )
    return answers


def _met(took_s: float | None, target_s: float | None) -> bool | None:
    return None if took_s is None or target_s is None else took_s <= target_s


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
        alert.opened_s,
        alert.changed_s,
        alert.steps,
        alert.owner,
        alert.level,
        alert.finished_s,
        int(alert.by_hand),
    )


def _alert(row: tuple[Any, ...]) -> Alert:
    n, alert_id, rule, subject, severity, state, zh, en, *rest = row
    raised_s, opened_s, changed_s, steps, owner, level, finished_s, by_hand = rest
    return Alert(
        n,
        alert_id,
        rule,
        subject,
        severity,
        AlertState(state),
        Text(zh=zh, en=en),
        raised_s,
        opened_s,
        changed_s,
        steps,
        owner,
        level,
        finished_s,
        bool(by_hand),
    )
