"""The log of events: each event of each boot of each device once, whatever is repeated."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import structlog

from gateway.state.heard import Heard
from messages.envelope import Envelope, first_error
from messages.events import EVENTS, Dropped

Boot = tuple[str, str]
"""(device, boot)."""

log = structlog.get_logger(__name__)


class Seen:
    """Which numbers of one boot have come: all up to ``upto``, and some beyond a gap."""

    def __init__(self, upto: int = 0) -> None:
        self.upto = upto
        self._single: set[int] = set()
        self._ranges: list[tuple[int, int]] = []

    def __contains__(self, seq: int) -> bool:
        return (
            seq <= self.upto
            or seq in self._single
            or any(first <= seq <= last for first, last in self._ranges)
        )

    def add(self, first: int, last: int) -> None:
        """Take in the numbers from ``first`` to ``last``."""
        if first <= self.upto + 1:
            self.upto = max(self.upto, last)
            self._close_gap()
        elif first == last:
            self._single.add(first)
        else:
            self._ranges.append((first, last))

    def _close_gap(self) -> None:
        while True:
            reached = max(
                (last for first, last in self._ranges if first <= self.upto + 1 <= last),
                default=self.upto,
            )
            if self.upto + 1 in self._single:
                reached = max(reached, self.upto + 1)
            if reached == self.upto:
                break
            self._single.discard(self.upto + 1)
            self.upto = reached
        if self._single or self._ranges:
            self._single = {seq for seq in self._single if seq > self.upto}
            self._ranges = [(a, b) for a, b in self._ranges if b > self.upto]


class EventLog:
    """Writes events and knows which have come. Used by the one thread that owns ``db``.

    A stored event that no longer fits the contract is left out where events are asked for; its
    number stays taken.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._bad: set[tuple[str, str, int]] = set()
        self._seen: dict[Boot, Seen] = {}
        self.reload()

    def reload(self) -> None:
        """Learn from the file what is really committed; for the start and after a failed commit."""
        self._seen = {
            (device, boot): Seen(upto)
            for device, boot, upto in self._db.execute("SELECT device, boot, upto_seq FROM cursor")
        }
        rows = self._db.execute(
            "SELECT device, boot, seq, type, data FROM event LEFT JOIN cursor USING (device, boot)"
            " WHERE seq > coalesce(upto_seq, 0) ORDER BY seq"
        )
        for device, boot, seq, kind, data in rows:
            first = seq
            if kind == Dropped.type:
                try:
                    first = Dropped.model_validate_json(data).first_seq
                except ValueError as error:
                    self._cannot_read((device, boot, seq), kind, error)
            self._seen.setdefault((device, boot), Seen()).add(first, seq)

    def take(self, events: Iterable[Heard]) -> list[Heard]:
        """Give those that have not come before, and remember them.

        They count as seen from now on: write them, or :meth:`reload` when that fails.
        """
        new = []
        for heard in events:
            seq = heard.envelope.seq
            if seq is None:
                continue
            seen = self._seen.setdefault((heard.device, heard.envelope.boot), Seen())
            hole = isinstance(heard.payload, Dropped) and seq > seen.upto
            if seq in seen and not hole:
                continue
            seen.add(heard.payload.first_seq if isinstance(heard.payload, Dropped) else seq, seq)
            new.append(heard)
        return new

    def write(self, new: Sequence[Heard], now_s: float) -> None:
        """Insert events and move the cursors; the caller holds the transaction."""
        self._db.executemany(
            "INSERT INTO event (device, boot, seq, type, time_s, received_s, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (
                    heard.device,
                    heard.envelope.boot,
                    heard.envelope.seq,
                    heard.envelope.type,
                    heard.envelope.time.timestamp(),
                    heard.received_s,
                    heard.raw,
                )
                for heard in new
            ],
        )
        boots = {(heard.device, heard.envelope.boot) for heard in new}
        self._db.executemany(
            "INSERT INTO cursor (device, boot, upto_seq, changed_s) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE"
            " SET upto_seq = excluded.upto_seq, changed_s = excluded.changed_s",
            [(device, boot, self.upto(device, boot), now_s) for device, boot in sorted(boots)],
        )

    def forget(self, before_s: float, limit: int) -> int:
        """Delete at most ``limit`` events that came before a time; give how many those were.

        Their numbers stay taken: cursors outlive events. Events beyond a gap are kept, since
        nothing else remembers them. The caller holds the transaction.
        """
        return self._db.execute(
            "DELETE FROM event WHERE (device, boot, seq) IN (SELECT device, boot, seq FROM event"
            " JOIN cursor USING (device, boot)"
            " WHERE received_s < ? AND seq <= upto_seq LIMIT ?)",
            (before_s, limit),
        ).rowcount

    def since(self, types: Sequence[str], from_s: float) -> Iterator[Heard]:
        """Give committed events of some types again, in the order in which they happened."""
        rows = self._db.execute(
            "SELECT device, boot, seq, type, time_s, received_s, data FROM event"
            " WHERE type IN (SELECT value FROM json_each(?)) AND time_s >= ?"
            " ORDER BY time_s, received_s, seq",
            (json.dumps(types), from_s),
        )
        for device, boot, seq, kind, time_s, received_s, data in rows:
            try:
                payload = EVENTS[kind].model_validate_json(data)
                envelope = Envelope(
                    id=f"{device}-{boot}-{seq}",
                    type=kind,
                    source=device,
                    time=datetime.fromtimestamp(time_s, UTC),
                    boot=boot,
                    seq=seq,
                    data=json.loads(data),
                )
            except (ValueError, TypeError, KeyError, OverflowError, OSError) as error:
                self._cannot_read((device, boot, seq), kind, error)
                continue
            yield Heard(device, envelope, payload, received_s)

    @property
    def unreadable(self) -> int:
        """Give how many stored events no longer fit the contract."""
        return len(self._bad)

    def _cannot_read(self, row: tuple[str, str, int], kind: str, error: Exception) -> None:
        """Count a row once, and name it: one bad row must not keep the gateway from its work."""
        if row in self._bad:
            return
        if not self._bad:
            reason = first_error(error) if isinstance(error, ValueError) else repr(error)
            log.warning(
                "a stored event cannot be read and is left out; others are counted",
                row="event device={} boot={} seq={}".format(*row),
                type=kind,
                reason=reason,
            )
        self._bad.add(row)

    def upto(self, device: str, boot: str) -> int:
        """Give the highest number up to which no event of this boot is missing, from 0."""
        seen = self._seen.get((device, boot))
        return seen.upto if seen is not None else 0
