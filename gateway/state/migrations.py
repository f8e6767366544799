"""The schema, one numbered step after another. A step that was released never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite_utils

Step = Callable[["sqlite_utils.Database"], None]


def _events(db: sqlite_utils.Database) -> None:
    # Rows keep their natural key, so a repeated message cannot enter twice.
    db.table("event").create(
        {
            "device": str,
            "boot": str,
            "seq": int,
            "type": str,
            "time_s": float,
            "received_s": float,
            "data": str,
        },
        pk=("device", "boot", "seq"),
        not_null={"device", "boot", "seq", "type", "time_s", "received_s", "data"},
    )
    db.table("event").create_index(["type", "time_s"])
    # Up to where a boot is complete. It outlives the events, which are deleted by age.
    db.table("cursor").create(
        {"device": str, "boot": str, "upto_seq": int, "changed_s": float},
        pk=("device", "boot"),
        not_null={"upto_seq", "changed_s"},
    )


def _alerts(db: sqlite_utils.Database) -> None:
    db.table("alert").create(
        {
            "n": int,
            "id": str,
            "rule": str,
            "subject": str,
            "severity": str,
            "state": str,
            "zh": str,
            "en": str,
            "raised_s": float,
            "changed_s": float,
            "owner": str,
        },
        pk="n",
        not_null={
            "id",
            "rule",
            "subject",
            "severity",
            "state",
            "zh",
            "en",
            "raised_s",
            "changed_s",
        },
    )
    db.table("alert").create_index(["id"], unique=True)
    db.table("alert").create_index(["state"])
    db.table("alert_history").create(
        {"n": int, "alert": str, "what": str, "at_s": float, "who": str, "note": str},
        pk="n",
        not_null={"alert", "what", "at_s"},
    )
    db.table("alert_history").create_index(["alert"])
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER alert_history_no_{verb.lower()} BEFORE {verb} ON alert_history "
            "BEGIN SELECT RAISE(ABORT, 'the history of alerts only grows'); END"
        )


MIGRATIONS = (_events, _alerts)
"""Step i brings a database from version i to i + 1."""
