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
    db.table("event").create_index(["received_s"])
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
            "opened_s": float,
            "changed_s": float,
            "steps": int,
            "owner": str,
            "level": int,
            "finished_s": float,
            "by_hand": int,
        },
        pk="n",
        not_null={"id", "rule", "subject", "severity", "state", "zh", "en"}
        | {"raised_s", "opened_s", "changed_s", "steps", "level", "by_hand"},
    )
    db.table("alert").create_index(["id"], unique=True)
    db.table("alert").create_index(["state"])
    db.table("alert_history").create(
        {
            "n": int,
            "alert": str,
            "step": int,
            "what": str,
            "at_s": float,
            "who": str,
            "note": str,
        },
        pk="n",
        not_null={"alert", "step", "what", "at_s"},
    )
    db.table("alert_history").create_index(["alert", "step"], unique=True)
    db.table("alert").create_index(["rule", "subject"])
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER alert_history_no_{verb.lower()} BEFORE {verb} ON alert_history "
            "BEGIN SELECT RAISE(ABORT, 'the history of alerts only grows'); END"
        )


def _notices(db: sqlite_utils.Database) -> None:
    # One step of an alert is told to one notifier once, whatever happens in between.
    db.table("notice").create(
        {
            "alert": str,
            "step": int,
            "to": str,
            "what": str,
            "due_s": float,
            "first_due_s": float,
            "attempts": int,
            "ended_s": float,
            "outcome": str,
        },
        pk=("alert", "step", "to"),
        not_null={"what", "due_s", "first_due_s", "attempts"},
    )
    db.table("notice").create_index(["to", "ended_s", "due_s"])
    db.table("maintenance").create(
        {"subject": str, "until_s": float, "since_s": float, "who": str},
        pk="subject",
        not_null={"until_s", "since_s", "who"},
    )


def _history(db: sqlite_utils.Database) -> None:
    # Sums of value × seconds beside the seconds that were known: rows written in parts add up.
    for table, keys, sums in (
        ("lanes_minute", ("start_s",), ("known_s", "open_s", "waiting_s", "asked_s", "needed_s")),
        ("lane_hour", ("start_s", "lane"), ("known_s", "open_s", "waiting_s")),
        ("stock_hour", ("start_s", "shelf", "gtin"), ("known_s", "out_s", "low_s", "count_s")),
    ):
        columns: dict[str, type] = dict.fromkeys(keys, str) | {"start_s": int}
        db.table(table).create(
            columns | dict.fromkeys(sums, float), pk=keys, not_null={*keys, *sums}
        )
    db.table("rating").create(
        {"id": str, "at_s": float, "score": int, "topic": str, "lane": str, "comment": str},
        pk="id",
        not_null={"at_s", "score", "topic", "comment"},
    )
    db.table("rating").create_index(["at_s"])
    db.table("setting").create({"at_s": float, "settings": str}, pk="at_s", not_null={"settings"})


def _lane_words(db: sqlite_utils.Database) -> None:
    db.table("lane_word").create(
        {"lane": str, "id": str, "state": str, "who": str, "said_s": float},
        pk="lane",
        not_null={"id", "who", "said_s"},
    )


def _footfall(db: sqlite_utils.Database) -> None:
    for table, keys, sums in (
        ("line_hour", ("start_s", "line"), ("known_s",)),
        ("shop_hour", ("start_s",), ("known_s", "inside_s")),
    ):
        columns: dict[str, type] = dict.fromkeys(keys, str) | {"start_s": int}
        db.table(table).create(
            columns | dict.fromkeys(sums, float), pk=keys, not_null={*keys, *sums}
        )
    # Seconds of each cell on a day, as JSON; and up to where the device's own sums are in it.
    db.table("heat_day").create(
        {"day": str, "device": str, "camera": str, "columns": int, "seconds": str},
        pk=("day", "device", "camera"),
        not_null={"columns", "seconds"},
    )
    db.table("heat_source").create(
        {"device": str, "camera": str, "boot": str, "data": str, "at_s": float},
        pk=("device", "camera"),
        not_null={"boot", "data", "at_s"},
    )


MIGRATIONS: tuple[Step, ...] = (_events, _alerts, _notices, _history, _lane_words, _footfall)
"""Step i brings a database from version i to i + 1."""
