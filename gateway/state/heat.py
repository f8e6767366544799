"""Where people stood, by day: sums of the heat maps of all cameras.

A device's sums only rise in one run of it, so a day grows by the difference to what the device
said before. Both are written together: a message that comes twice, or after a restart of the
gateway, adds nothing twice and loses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateway.state.heard import Heard
from messages.places import HeatData

_NEAR_S = 900.0
"""What stood in so short a time over midnight is given to the later day."""

Camera = tuple[str, str]
"""(device, camera)."""


@dataclass(frozen=True, slots=True)
class HeatSum:
    """Person-seconds of one camera.

    Attributes:
        columns: cells in a row.
        seconds: of each cell, row by row from the top left.
        places: zone or line → corners as fractions of the picture, as the camera told last.
        at_s: when the camera told last.
    """

    device: str
    camera: str
    columns: int
    seconds: tuple[int, ...]
    places: dict[str, tuple[tuple[float, float], ...]]
    at_s: float


@dataclass(frozen=True, slots=True)
class _Told:
    """What a device said last of a camera."""

    boot: str
    data: HeatData
    at_s: float


class HeatDays:
    """Turns what devices say into sums by day.

    Args:
        db: connection that only the caller uses.
        zone: whose calendar tells the day.
    """

    def __init__(self, db: sqlite3.Connection, zone: ZoneInfo) -> None:
        self._db = db
        self._zone = zone
        self._told: dict[Camera, _Told] = {}
        self._new: dict[tuple[str, Camera], list[int]] = {}
        self.reload()

    def reload(self) -> None:
        """Learn from the file what is really committed; for the start and after a failed commit."""
        rows = self._db.execute("SELECT device, camera, boot, data, at_s FROM heat_source")
        self._told = {
            (device, camera): _Told(boot, known, at_s)
            for device, camera, boot, data, at_s in rows
            if (known := _read(data)) is not None
        }
        self._new = {}

    @property
    def waits(self) -> bool:
        """True when there is something to be written."""
        return bool(self._new)

    def note(self, heard: Heard) -> None:
        """Take in a message; others than heat maps change nothing."""
        if not isinstance(heard.payload, HeatData):
            return
        data, boot, at_s = heard.payload, heard.envelope.boot, heard.true_s
        camera = heard.device, data.camera
        before = self._told.get(camera)
        if before is not None and before.boot != boot and at_s <= before.at_s:
            return  # what the broker had kept of an earlier run
        self._told[camera] = _Told(boot, data, at_s)
        same_run = before is not None and before.boot == boot and _alike(before.data, data)
        old: Sequence[int] = before.data.seconds if before and same_run else [0] * len(data.seconds)
        from_s = before.at_s if before and same_run else _begin_s(data)
        day = self._day(at_s)
        rest = [max(0, new - was) for new, was in zip(data.seconds, old, strict=True)]
        # Over several days nobody knows on which of them people stood there.
        if from_s is None or not (self._day(from_s) == day or 0.0 <= at_s - from_s <= _NEAR_S):
            rest = [0] * len(rest)
        known = self._new.setdefault((day, camera), [0] * len(rest))
        self._new[day, camera] = rest if len(known) != len(rest) else _added(known, rest)

    def write(self) -> None:
        """Write what is new; the caller holds the transaction."""
        for (day, camera), seconds in self._new.items():
            told = self._told[camera]
            row = self._db.execute(
                "SELECT columns, seconds FROM heat_day WHERE (day, device, camera) = (?, ?, ?)",
                (day, *camera),
            ).fetchone()
            kept = json.loads(row[1]) if row and row[0] == told.data.columns else []
            total = _added(kept, seconds) if len(kept) == len(seconds) else seconds
            self._db.execute(
                "INSERT OR REPLACE INTO heat_day (day, device, camera, columns, seconds)"
                " VALUES (?, ?, ?, ?, ?)",
                (day, *camera, told.data.columns, json.dumps(total, separators=(",", ":"))),
            )
            self._db.execute(
                "INSERT OR REPLACE INTO heat_source (device, camera, boot, data, at_s)"
                " VALUES (?, ?, ?, ?, ?)",
                (*camera, told.boot, told.data.model_dump_json(), told.at_s),
            )

    def written(self) -> None:
        """Take note that the transaction is committed."""
        self._new = {}

    def forget(self, before_s: float) -> None:
        """Delete days before a moment."""
        self._db.execute("DELETE FROM heat_day WHERE day < ?", (self._day(before_s),))

    def _day(self, t_s: float) -> str:
        return str(datetime.fromtimestamp(t_s, self._zone).date())


def sums(db: sqlite3.Connection, first: date, last: date) -> list[HeatSum]:
    """Give the sum of each camera over some days; days with another grid are left out."""
    rows = db.execute(
        "SELECT device, camera, columns, seconds, data, at_s FROM heat_day"
        " JOIN heat_source USING (device, camera) WHERE day BETWEEN ? AND ?"
        " ORDER BY device, camera, day DESC",
        (str(first), str(last)),
    )
    found: dict[Camera, HeatSum] = {}
    for device, camera, columns, seconds, data, at_s in rows:
        cells = tuple(json.loads(seconds))
        known = found.get((device, camera))
        if known is None:
            told = _read(data)
            places = {} if told is None else told.places
            found[device, camera] = HeatSum(device, camera, columns, cells, places, at_s)
        elif (known.columns, len(known.seconds)) == (columns, len(cells)):
            total = tuple(_added(known.seconds, cells))
            found[device, camera] = HeatSum(device, camera, columns, total, known.places, at_s)
    return list(found.values())


def _read(text: str) -> HeatData | None:
    """Read what a device said; None where it no longer fits the contract."""
    try:
        return HeatData.model_validate_json(text)
    except ValueError:
        return None


def _alike(one: HeatData, other: HeatData) -> bool:
    return (one.columns, one.rows) == (other.columns, other.rows)


def _begin_s(data: HeatData) -> float | None:
    return None if data.since is None else data.since.timestamp()


def _added(some: Iterable[int], more: Iterable[int]) -> list[int]:
    return [a + b for a, b in zip(some, more, strict=True)]
