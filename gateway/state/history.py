"""What the store was like over time: lanes by the minute, shelves, lines and shop by the hour.

Sums of value × seconds beside the seconds that were known, so that what nobody saw is neither
zero nor the last number, and periods written in parts add up.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from gateway.state.view import LaneView, ShelfView, StoreView
from messages.fields import LaneState

MINUTE_S, HOUR_S = 60, 3600

EVERY_S = 1.0
"""The store is looked at this often; in between it is taken as unchanged."""

_GAP_S = 5.0
"""After a longer pause nothing is known of the time in between."""

_FLUSH_S = 60.0

_ADD = """
INSERT INTO {table} ({keys}, {sums}) VALUES ({marks})
ON CONFLICT DO UPDATE SET {added}
"""
_TABLES = {
    "lanes_minute": (("start_s",), ("known_s", "open_s", "waiting_s", "asked_s", "needed_s")),
    "lane_hour": (("start_s", "lane"), ("known_s", "open_s", "waiting_s")),
    "stock_hour": (("start_s", "shelf", "gtin"), ("known_s", "out_s", "low_s", "count_s")),
    "line_hour": (("start_s", "line"), ("known_s",)),
    "shop_hour": (("start_s",), ("known_s", "inside_s")),
}
"""Table → (its key, its sums)."""

Key = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums to be added to rows, by table and key."""

    rows: dict[str, dict[Key, list[float]]]

    def add(self, table: str, key: Key, *values: float) -> None:
        """Add to one row."""
        known = self.rows[table].setdefault(key, [0.0] * len(values))
        for index, value in enumerate(values):
            known[index] += value


def _empty() -> Sums:
    return Sums({table: {} for table in _TABLES})


class History:
    """Adds up views of the store until they are written."""

    def __init__(self) -> None:
        self._last: tuple[StoreView, int | None] | None = None
        self._sums = _empty()
        self._flushed_s = float("-inf")

    def note(self, view: StoreView, needed: int | None, *, is_open: bool) -> None:
        """Take in the store at one moment.

        Args:
            view: the store.
            needed: lanes that were advised, None while unknown.
            is_open: shoppers are in; at other times nothing is counted.
        """
        if self._last is not None:
            passed_s = view.now_s - self._last[0].now_s
            if 0.0 <= passed_s < EVERY_S:
                return
            if 0.0 < passed_s <= _GAP_S:
                self._add(*self._last, passed_s)
        self._last = (view, needed) if is_open else None

    def take(self, now_s: float) -> Sums | None:
        """Give what is to be written, once a minute; None at other times."""
        if 0.0 <= now_s - self._flushed_s < _FLUSH_S:
            return None
        self._flushed_s = now_s
        sums, self._sums = self._sums, _empty()
        return sums if any(sums.rows.values()) else None

    def _add(self, view: StoreView, needed: int | None, passed_s: float) -> None:
        minute = int(view.now_s // MINUTE_S) * MINUTE_S
        hour = int(view.now_s // HOUR_S) * HOUR_S
        self._add_lanes(list(view.lanes.values()), needed, minute, hour, passed_s)
        for shelf in view.shelves.values():
            if shelf.area == "floor":
                self._add_shelf(shelf, hour, passed_s)
        for line in view.lines.values():
            if line.blind is None:
                self._sums.add("line_hour", (hour, line.line), passed_s)
        if view.footfall.inside is not None:
            self._sums.add("shop_hour", (hour,), passed_s, view.footfall.inside * passed_s)

    def _add_lanes(
        self,
        lanes: list[LaneView],
        needed: int | None,
        minute: int,
        hour: int,
        passed_s: float,
    ) -> None:
        known = [lane for lane in lanes if lane.waiting is not None]
        for lane in known:
            if lane.state is not LaneState.UNKNOWN:
                is_open = lane.state is not LaneState.CLOSED
                waiting_s = (lane.waiting or 0) * passed_s
                self._sums.add(
                    "lane_hour", (hour, lane.lane), passed_s, is_open * passed_s, waiting_s
                )
        if not lanes or len(known) < len(lanes):
            return  # one unseen lane leaves the store's queue unknown
        opened = sum(lane.state in {LaneState.OPEN, LaneState.CLOSING} for lane in lanes)
        waiting = sum(lane.waiting or 0 for lane in lanes)
        asked_s, needed_s = (passed_s, needed * passed_s) if needed is not None else (0.0, 0.0)
        self._sums.add(
            "lanes_minute",
            (minute,),
            passed_s,
            opened * passed_s,
            waiting * passed_s,
            asked_s,
            needed_s,
        )

    def _add_shelf(self, shelf: ShelfView, hour: int, passed_s: float) -> None:
        for item in shelf.items.values():
            if item.count is None or not (item.capacity or item.min):
                continue
            low = item.min is not None and item.count <= item.min
            self._sums.add(
                "stock_hour",
                (hour, shelf.shelf, item.gtin),
                passed_s,
                (item.count == 0) * passed_s,
                low * passed_s,
                item.count * passed_s,
            )


def write(db: sqlite3.Connection, sums: Sums) -> None:
    """Add to what is already there; the caller holds the transaction."""
    for table, (keys, names) in _TABLES.items():
        statement = _ADD.format(
            table=table,
            keys=", ".join(keys),
            sums=", ".join(names),
            marks=", ".join("?" * (len(keys) + len(names))),
            added=", ".join(f"{name} = {name} + excluded.{name}" for name in names),
        )
        db.executemany(statement, [(*key, *values) for key, values in sums.rows[table].items()])


def forget(db: sqlite3.Connection, before_s: float, limit: int) -> None:
    """Delete at most ``limit`` rows of each table that are older than a time."""
    for table in _TABLES:
        # The names come from this file.
        db.execute(
            f"DELETE FROM {table} WHERE rowid IN"  # noqa: S608 - a name from this file
            f" (SELECT rowid FROM {table} WHERE start_s < ? LIMIT ?)",
            (before_s, limit),
        )


def watched(db: sqlite3.Connection, from_s: float) -> list[tuple[float, str, float]]:
    """Give (middle of an hour, line, seconds in it that the line was seen while open)."""
    rows = db.execute("SELECT start_s, line, known_s FROM line_hour WHERE start_s >= ?", (from_s,))
    return [(start_s + HOUR_S / 2.0, line, known_s) for start_s, line, known_s in rows]


def note_settings(db: sqlite3.Connection, settings: str, now_s: float) -> None:
    """Remember settings as JSON text, when they differ from those before."""
    newest = db.execute("SELECT settings FROM setting ORDER BY at_s DESC LIMIT 1").fetchone()
    if newest is None or newest[0] != settings:
        db.execute(
            "INSERT OR REPLACE INTO setting (at_s, settings) VALUES (?, ?)", (now_s, settings)
        )
