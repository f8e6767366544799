"""Events wait here, on disk, until the gateway says that it has them.

A broker's acknowledgement is not durable (a killed mosquitto forgets what it acknowledged), so a
row leaves only on the gateway's own acknowledgement.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from messages.envelope import Envelope
from messages.events import Dropped, EventData

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    boot TEXT NOT NULL,
    seq INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (boot, seq)
);
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One event in the outbox: ``n`` is its place in the order of all boots."""

    n: int
    boot: str
    seq: int
    payload: bytes


class Outbox:
    """Durable queue of events in one SQLite file; safe to use from several threads.

    Args:
        path: the file; its folder is made when missing.
        device: id of the device, source of the envelopes.
        boot: id of this run. Events of earlier runs stay in the file and keep their boot.
        keep: events kept at most. Beyond it the oldest run of events becomes one
            :class:`messages.events.Dropped`, so that the gateway knows of the hole.
    """

    def __init__(self, path: Path, *, device: str, boot: str, keep: int = 1_000_000) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._device = device
        self._boot = boot
        self._keep = keep
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        self._seq = self._one("SELECT coalesce(max(seq), 0) FROM event WHERE boot = ?", boot)
        self._size = self._one("SELECT count(*) FROM event")
        self.dropped = 0

    def __len__(self) -> int:
        """Give the number of rows that wait."""
        return self._size

    def append(self, events: Sequence[EventData], when: datetime) -> None:
        """Commit events in one transaction; when this returns they are on disk."""
        if not events:
            return
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            rows = [self._row(seq, e, when) for seq, e in enumerate(events, self._seq + 1)]
            self._insert(rows)
            self._seq += len(rows)
            self._size += len(rows)
            if self._size > self._keep:
                self._drop_oldest(when)

    def after(self, n: int, limit: int) -> list[Waiting]:
        """Give at most ``limit`` waiting events that come after place ``n``, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT n, boot, seq, payload FROM event WHERE n > ? ORDER BY n LIMIT ?", (n, limit)
            ).fetchall()
        return [Waiting(*row) for row in rows]

    def acknowledge(self, boot: str, upto_seq: int) -> int:
        """Remove what the gateway has committed; give how many rows that were."""
        with self._lock:
            cursor = self._db.execute(
                "DELETE FROM event WHERE boot = ? AND seq <= ?", (boot, upto_seq)
            )
            self._size -= cursor.rowcount
        return cursor.rowcount

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _row(
        self, seq: int, event: EventData, when: datetime, *, boot: str = "", first: int = 0
    ) -> tuple[str, int, int, bytes]:
        boot = boot or self._boot
        envelope = Envelope(
            id=f"{self._device}-{boot}-{seq}",
            type=event.type,
            source=self._device,
            time=when,
            boot=boot,
            seq=seq,
            data=event.model_dump(mode="json", exclude_none=True),
        )
        return boot, seq, first or seq, envelope.encode()

    def _insert(self, rows: Sequence[tuple[str, int, int, bytes]]) -> None:
        self._db.executemany(
            "INSERT INTO event (boot, seq, first_seq, payload) VALUES (?, ?, ?, ?)", rows
        )

    def _drop_oldest(self, when: datetime) -> None:
        """Turn the oldest tenth (of one boot) into a single row that names the hole.

        The row takes the place of the last one it stands for, so the order holds and numbers stay
        without gaps.
        """
        boot, first_n = self._db.execute("SELECT boot, n FROM event ORDER BY n LIMIT 1").fetchone()
        oldest = self._db.execute(
            "SELECT n, seq, first_seq FROM event WHERE boot = ? AND n >= ? ORDER BY n LIMIT ?",
            (boot, first_n, max(2, self._size - self._keep + self._keep // 10)),
        ).fetchall()
        last_n, last_seq, _ = oldest[-1]
        first_seq = oldest[0][2]
        self._db.execute("DELETE FROM event WHERE boot = ? AND n < ?", (boot, last_n))
        row = self._row(last_seq, Dropped(first_seq=first_seq), when, boot=boot, first=first_seq)
        self._db.execute(
            "UPDATE event SET first_seq = ?, payload = ? WHERE n = ?", (row[2], row[3], last_n)
        )
        self._size -= len(oldest) - 1
        self.dropped += len(oldest) - 1

    def _one(self, sql: str, *args: object) -> int:
        return int(self._db.execute(sql, args).fetchone()[0])
