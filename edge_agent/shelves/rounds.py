"""Reads → what each tag showed in each step of time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.interfaces import TagRead

LONGEST_GAP_STEPS = 1000


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
        self._pending: dict[int, tuple[list[int], list[int], list[float]]] = {}
        self.epcs: list[str] = []
        self.counters = {"unknown_antenna": 0, "not_an_epc": 0, "late_read": 0}

    def feed(self, reads: Iterable[TagRead]) -> None:
        """Take reads in any order; those of steps already given are counted and dropped."""
        columns, rows, pending = self._columns, self._rows, self._pending
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
            step = self._step(read.t_s)
            if step < self._next:
                self.counters["late_read"] += 1
                continue
            bucket = pending.get(step)
            if bucket is None:
                bucket = pending[step] = ([], [], [])
            bucket[0].append(row)
            bucket[1].append(column)
            bucket[2].append(read.rssi_dbm)

    def until(self, now_s: float) -> Iterator[Round]:
        """Give every step that has ended by ``now_s``, empty ones too, oldest first."""
        if math.isnan(self._origin_s):
            return
        ended = self._step(now_s)
        if ended - self._next > LONGEST_GAP_STEPS:
            # The clock jumped, or nothing was heard for long: empty steps teach nothing.
            first = min(self._pending, default=ended)
            self._next = max(self._next, min(first, ended - 1))
        while self._next < ended:
            step, self._next = self._next, self._next + 1
            yield self._round(step, self._pending.pop(step, None))

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
        if math.isnan(self._origin_s):
            self._origin_s = t_s
        return math.floor((t_s - self._origin_s) / self._step_s + 0.5)

    def _round(self, step: int, bucket: tuple[list[int], list[int], list[float]] | None) -> Round:
        t_s = self._origin_s + (step + 0.5) * self._step_s
        if bucket is None:
            none = np.empty(0, np.int64)
            return Round(t_s, none, none, np.empty(0))
        rows, columns = np.array(bucket[0], np.int64), np.array(bucket[1], np.int64)
        keys, where = np.unique(rows * len(self._columns) + columns, return_inverse=True)
        sums = np.bincount(where, np.array(bucket[2], np.float64), len(keys))
        return Round(
            t_s,
            keys // len(self._columns),
            keys % len(self._columns),
            sums / np.bincount(where, minlength=len(keys)),
        )
