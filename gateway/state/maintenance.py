"""What is being worked on: until then nothing is said about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """One subject in maintenance.

    Attributes:
        subject: ``store`` (everything), or as findings name it: ``device:d1``, ``lane:1``,
            ``shelf:S1``, ``camera:d1/cam-1``, ``reader:d1/r1``, ``zone:z``, ``screen:s``,
            ``lanes``.
        until_s: when it ends by itself.
        who: who asked for it.
    """

    subject: str
    until_s: float
    since_s: float
    who: str


class Maintenance:
    """All subjects in maintenance now."""

    def __init__(self, works: Iterable[Work] = ()) -> None:
        self._works = {work.subject: work for work in works}

    def begin(self, work: Work) -> None:
        """Begin, or set a new end."""
        self._works[work.subject] = work

    def end(self, subject: str) -> None:
        """End before its time."""
        self._works.pop(subject, None)

    def now(self, now_s: float) -> list[Work]:
        """Give what is being worked on."""
        return [work for work in self._works.values() if now_s < work.until_s]

    def covers(self, subjects: Iterable[str], now_s: float) -> bool:
        """Say whether any of the subjects, or the whole store, is being worked on."""
        return any(
            (work := self._works.get(subject)) is not None and now_s < work.until_s
            for subject in ("store", *subjects)
        )


def load(db: sqlite3.Connection) -> Maintenance:
    """Read what was being worked on when the gateway was last seen."""
    rows = db.execute("SELECT subject, until_s, since_s, who FROM maintenance")
    return Maintenance(Work(*row) for row in rows)


def write(db: sqlite3.Connection, maintenance: Maintenance, now_s: float) -> None:
    """Write all of it; the caller holds the transaction."""
    db.execute("DELETE FROM maintenance")
    db.executemany(
        "INSERT INTO maintenance (subject, until_s, since_s, who) VALUES (?, ?, ?, ?)",
        [(w.subject, w.until_s, w.since_s, w.who) for w in maintenance.now(now_s)],
    )
