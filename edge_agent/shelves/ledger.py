"""The life of each item: not yet trusted, on a shelf, away; and the events in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from messages.payloads import EventData, Moved, Picked, Placed, Returned

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Life(IntEnum):
    """Where an item is in its life."""

    CANDIDATE = 0
    STOCKED = 1
    AWAY = 2


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the ledger waits before it believes, in seconds.

    Attributes:
        warm_up_s: reads of a reader before its shelves are known.
        baseline_s: until then whatever is found was there before and is no event.
        stray_s: an unknown tag that stays shorter is a stray.
        moved_s: a tag has to lie on the other shelf for so long.
    """

    warm_up_s: float = 10.0
    baseline_s: float = 30.0
    stray_s: float = 20.0
    moved_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the ledger decides on, at one step; N tags, S shelves.

    Attributes:
        t_s: seconds.
        absent: (N,) probability that the tag is not there.
        shelf: (N,) likeliest shelf.
        share: (N,) probability of that shelf.
        seen: (N,) read in this step.
        blind: (N,) the tag's antenna gave no chance to be read.
    """

    t_s: float
    absent: Floats
    shelf: Ints
    share: Floats
    seen: NDArray[np.bool_]
    blind: NDArray[np.bool_]


class Ledger:
    """Keeps the life of every tag, row by row.

    Attributes:
        life: (N,) :class:`Life` of each tag.
        shelf: (N,) index of the shelf that it is on or was taken from.
    """

    def __init__(self, shelves: Sequence[str], patience: Patience, false_share: float) -> None:
        self._shelves = tuple(shelves)
        self._patience = patience
        self._gone = 1 - false_share
        self._start_s = np.nan
        self.life = np.empty(0, np.int8)
        self.shelf = np.empty(0, np.int64)
        self._since_s = np.empty(0)
        self._elsewhere_s = np.empty(0)

    def resize(self, rows: int, t_s: float) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - len(self.life)
        if new <= 0:
            return
        if np.isnan(self._start_s):
            self._start_s = t_s
        self.life = np.concatenate([self.life, np.zeros(new, np.int8)])
        self.shelf = np.concatenate([self.shelf, np.full(new, -1)])
        self._since_s = np.concatenate([self._since_s, np.full(new, t_s)])
        self._elsewhere_s = np.concatenate([self._elsewhere_s, np.full(new, np.nan)])

    def step(
        self, now: Evidence, epcs: Sequence[str], gtins: Sequence[str | None]
    ) -> list[EventData]:
        """Decide for every tag; give the events."""
        here = now.absent < 0.01
        gone = (now.absent > self._gone) & ~now.blind
        events: list[EventData] = []
        for row in np.flatnonzero((self.life == Life.STOCKED) & gone).tolist():
            events.append(
                Picked(
                    epc=epcs[row],
                    gtin=gtins[row],
                    shelf=self._shelves[self.shelf[row]],
                    confidence=float(now.absent[row]),
                )
            )
            self.life[row], self._since_s[row] = Life.AWAY, now.t_s
        for row in np.flatnonzero((self.life == Life.AWAY) & here & now.seen).tolist():
            events.append(
                Returned(
                    epc=epcs[row],
                    gtin=gtins[row],
                    shelf=self._shelves[now.shelf[row]],
                    from_shelf=self._shelves[self.shelf[row]],
                    confidence=float(1 - now.absent[row]),
                    away_s=max(0.0, now.t_s - float(self._since_s[row])),
                )
            )
            self._put(row, now)
        events += self._new(now, here, epcs, gtins)
        events += self._moves(now, here, epcs, gtins)
        return events

    def _put(self, row: int, now: Evidence) -> None:
        self.life[row] = Life.STOCKED
        self.shelf[row] = now.shelf[row]
        self._since_s[row] = now.t_s
        self._elsewhere_s[row] = np.nan

    def _new(
        self,
        now: Evidence,
        here: NDArray[np.bool_],
        epcs: Sequence[str],
        gtins: Sequence[str | None],
    ) -> list[EventData]:
        candidates = self.life == Life.CANDIDATE
        # A tag that went away before it was believed starts again.
        self._since_s[candidates & (now.absent > 0.9)] = np.nan
        fresh = candidates & np.isnan(self._since_s) & now.seen
        self._since_s[fresh] = now.t_s
        baseline = now.t_s - self._start_s < self._patience.baseline_s
        wait_s = self._patience.warm_up_s if baseline else self._patience.stray_s
        events: list[EventData] = []
        for row in np.flatnonzero(candidates & here & (now.t_s - self._since_s >= wait_s)).tolist():
            self._put(row, now)
            if not baseline:
                events.append(
                    Placed(
                        epc=epcs[row],
                        gtin=gtins[row],
                        shelf=self._shelves[now.shelf[row]],
                        confidence=float(1 - now.absent[row]),
                    )
                )
        return events

    def _moves(
        self,
        now: Evidence,
        here: NDArray[np.bool_],
        epcs: Sequence[str],
        gtins: Sequence[str | None],
    ) -> list[EventData]:
        other = (self.life == Life.STOCKED) & here & (now.shelf != self.shelf) & (now.share > 0.8)
        self._elsewhere_s[~other] = np.nan
        self._elsewhere_s[other & np.isnan(self._elsewhere_s)] = now.t_s
        events: list[EventData] = []
        for row in np.flatnonzero(
            other & (now.t_s - self._elsewhere_s >= self._patience.moved_s)
        ).tolist():
            before = self._shelves[self.shelf[row]]
            self._put(row, now)
            events.append(
                Moved(
                    epc=epcs[row],
                    gtin=gtins[row],
                    shelf=self._shelves[now.shelf[row]],
                    from_shelf=before,
                    confidence=float(now.share[row]),
                )
            )
        return events
