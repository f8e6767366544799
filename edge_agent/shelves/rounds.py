"""Reads → what each tag showed in each step of time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.interfaces import TagRead

LONGEST_GAP_STEPS = 1000


Sightings = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""(K,) rows, columns and RSSI of reads."""


@dataclass(frozen=True, slots=True)
class Round:
    """The sightings of one step, one entry for each tag and antenna that saw it.

    Attributes:
        t_s: end of the step in seconds.
        rows: (K,) int64 row of the tag.
        columns: (K,) int64 column of the antenna.
        rssi_dbm: (K,) float64 mean RSSI of the sightings, NaN where the reader gives none.
    """

    t_s: float
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    rssi_dbm: NDArray[np.float64]


class Rounds:
    """Sorts reads into steps.

    The first read sets the origin so that readers whose rounds are as long as a step fall into
    the middle of it, not on its edge.

    Attributes:
        epcs: row → EPC.
        counters: reads that were dropped, by named condition.
    """

    def __init__(self, columns: dict[tuple[str, int], int], step_s: float) -> None:
        self._columns = columns
        self._step_s = step_s
        self._origin_s = math.nan
        self._next = 0
        self._rows: dict[str, int] = {}
        self._waiting: tuple[list[float], list[int], list[int], list[float]] = ([], [], [], [])
        self._sorted: dict[int, Sightings] = {}
        self.epcs: list[str] = []
        self.counters = {"unknown_antenna": 0, "not_an_epc": 0, "late_read": 0}

    def feed(self, reads: Iterable[TagRead]) -> None:
        """Take reads in any order; those of steps already given are counted and dropped."""
        columns, rows = self._columns, self._rows
        times, where, antennas, strengths = self._waiting
        for read in reads:
            column = columns.get((read.reader, read.antenna))
            if column is None:
                self.counters["unknown_antenna"] += 1
                continue
            row = rows.get(read.epc)
            if row is None:
                row = self._add(read.epc)
                if row is None:
                    continue
            times.append(read.t_s)
            where.append(row)
            antennas.append(column)
            strengths.append(read.rssi_dbm)
        if times and math.isnan(self._origin_s):
            self._origin_s = times[0]

    def until(self, now_s: float) -> Iterator[Round]:
        """Give every step that has ended by ``now_s``, empty ones too, oldest first."""
        if math.isnan(self._origin_s):
            return
        self._sort()
        ended = self._step(now_s)
        if ended - self._next > LONGEST_GAP_STEPS:
            # The clock jumped, or nothing was heard for long: empty steps teach nothing.
            first = min(self._sorted, default=ended)
            self._next = max(self._next, min(first, ended - 1))
        while self._next < ended:
            step, self._next = self._next, self._next + 1
            yield self._round(step, self._sorted.pop(step, None))

    def waiting(self) -> NDArray[np.int64]:
        """Rows of tags with reads in steps that have not been given yet."""
        self._sort()
        rows = [held[0] for held in self._sorted.values()]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int64)

    def keep(self, rows: NDArray[np.int64], index: NDArray[np.int64]) -> None:
        """Keep these rows alone; ``index`` (N,) gives the new row of each old one."""
        self.epcs = [self.epcs[row] for row in rows.tolist()]
        self._rows = {epc: row for row, epc in enumerate(self.epcs)}
        self._sorted = {
            step: (index[held], columns, rssi)
            for step, (held, columns, rssi) in self._sorted.items()
        }

    def _add(self, epc: str) -> int | None:
        try:
            int(epc, 16)
        except ValueError:
            self.counters["not_an_epc"] += 1
            return None
        row = self._rows[epc] = len(self.epcs)
        self.epcs.append(epc)
        return row

    def _step(self, t_s: float) -> int:
        return math.floor((t_s - self._origin_s) / self._step_s + 0.5)

    def _sort(self) -> None:
        """Put the reads that wait into their steps."""
        times = np.array(self._waiting[0])
        if len(times) == 0:
            return
        rows, columns = (np.array(values, np.int64) for values in self._waiting[1:3])
        rssi = np.array(self._waiting[3], np.float64)
        for values in self._waiting:
            values.clear()
        steps = np.floor((times - self._origin_s) / self._step_s + 0.5).astype(np.int64)
        self.counters["late_read"] += int((steps < self._next).sum())
        for step in np.unique(steps[steps >= self._next]).tolist():
            here = steps == step
            new = (rows[here], columns[here], rssi[here])
            held = self._sorted.get(step)
            if held is not None:
                rows_held, columns_held, rssi_held = held
                new = (
                    np.concatenate([rows_held, new[0]]),
                    np.concatenate([columns_held, new[1]]),
                    np.concatenate([rssi_held, new[2]]),
                )
            self._sorted[step] = new

    def _round(self, step: int, bucket: Sightings | None) -> Round:
        t_s = self._origin_s + (step + 0.5) * self._step_s
        if bucket is None:
            none = np.empty(0, np.int64)
            return Round(t_s, none, none, np.empty(0))
        rows, columns, rssi = bucket
        keys, where = np.unique(rows * len(self._columns) + columns, return_inverse=True)
        sums = np.bincount(where, rssi, len(keys))
        return Round(
            t_s,
            keys // len(self._columns),
            keys % len(self._columns),
            sums / np.bincount(where, minlength=len(keys)),
        )
