"""The life of each item: not yet trusted, on a shelf, away; and the events in between."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Life(IntEnum):
    """Where an item is in its life."""

    CANDIDATE = 0
    STOCKED = 1
    AWAY = 2


class Kind(IntEnum):
    """What happened to an item."""

    PICKED = 0
    PLACED = 1
    RETURNED = 2
    MOVED = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one item.

    Attributes:
        kind: what happened.
        row: row of the tag.
        shelf: index of the shelf where it is now, or was taken from.
        from_shelf: index of the shelf where it was before, −1 for none.
        confidence: how sure, 0..1.
        away_s: time since it was picked (returned only).
    """

    kind: Kind
    row: int
    shelf: int
    from_shelf: int
    confidence: float
    away_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the ledger waits before it believes, in seconds.

    Attributes:
        warm_up_s: reads of a reader before its shelves are known.
        baseline_s: until then whatever is found was there before and is no event.
        stray_s: an unknown tag that stays shorter is a stray.
        return_s: an item that comes back has to stay for so long.
        place_s: longest wait for a clear place of an item that came back.
        moved_s: a tag has to lie on the other shelf for so long.
        forget_s: a tag that lies on no shelf and was not read for so long is forgotten.
    """

    warm_up_s: float = 10.0
    baseline_s: float = 30.0
    stray_s: float = 20.0
    return_s: float = 3.0
    place_s: float = 12.0
    moved_s: float = 8.0
    forget_s: float = 7200.0


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
        gone: (N,) probability of absence from which a pick is called.
        faint: (N,) read like something that lies behind the shelf.
    """

    t_s: float
    absent: Floats
    shelf: Ints
    share: Floats
    seen: Bools
    blind: Bools
    gone: Floats
    faint: Bools


NEVER_LEFT_S = 10.0
"""An item back so soon after it was called picked was most likely never away."""
PRESENT = 0.01
"""Below this probability of absence a tag counts as there."""
BACK = 0.002
"""The same for an item that was picked: a few stray decodings are no return."""
CLEAR_PLACE = 0.9


class Ledger:
    """Keeps the life of every tag, row by row.

    Attributes:
        life: (N,) :class:`Life` of each tag.
        shelf: (N,) index of the shelf that it is on or was taken from, −1 for none.
        since_s: (N,) time of the last change of life.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._start_s = np.nan
        self.life = np.empty(0, np.int8)
        self.shelf = np.empty(0, np.int64)
        self.since_s = np.empty(0)
        self._came_s = np.empty(0)
        self._elsewhere_s = np.empty(0)

    def resize(self, rows: int, t_s: float) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - len(self.life)
        if new <= 0:
            return
        if np.isnan(self._start_s):
            self._start_s = t_s
        self.life = np.concatenate([self.life, np.full(new, Life.CANDIDATE, np.int8)])
        self.shelf = np.concatenate([self.shelf, np.full(new, -1)])
        self.since_s = np.concatenate([self.since_s, np.full(new, t_s)])
        self._came_s = np.concatenate([self._came_s, np.full(new, np.nan)])
        self._elsewhere_s = np.concatenate([self._elsewhere_s, np.full(new, np.nan)])

    def keep(self, rows: Ints) -> None:
        """Keep these rows alone, in this order."""
        for name in ("life", "shelf", "since_s", "_came_s", "_elsewhere_s"):
            setattr(self, name, getattr(self, name)[rows])

    @property
    def stocked(self) -> Bools:
        """(N,) tags that lie on a shelf."""
        result: Bools = self.life == Life.STOCKED
        return result

    def step(self, now: Evidence) -> list[Change]:
        """Decide for every tag; give what happened."""
        coming = self.life != Life.STOCKED
        self._came_s[coming & (now.absent > 0.5)] = np.nan
        self._came_s[coming & np.isnan(self._came_s) & now.seen & (now.absent <= 0.5)] = now.t_s
        return [
            *self._picks(now),
            *self._returns(now),
            *self._arrivals(now),
            *self._moves(now),
        ]

    def _picks(self, now: Evidence) -> list[Change]:
        changes = []
        gone = self.stocked & (now.absent > now.gone) & ~now.blind
        for row in np.flatnonzero(gone).tolist():
            shelf = int(self.shelf[row])
            changes.append(Change(Kind.PICKED, row, shelf, -1, float(now.absent[row])))
            self.life[row], self.since_s[row] = Life.AWAY, now.t_s
            self._came_s[row] = np.nan
        return changes

    def _returns(self, now: Evidence) -> list[Change]:
        stayed_s = now.t_s - self._came_s
        back = (self.life == Life.AWAY) & (now.absent < BACK)
        back &= stayed_s >= self._patience.return_s
        back &= (now.share > CLEAR_PLACE) | (stayed_s >= self._patience.place_s)
        changes = []
        for row in np.flatnonzero(back).tolist():
            before, away_s = int(self.shelf[row]), float(self._came_s[row] - self.since_s[row])
            self._put(row, now)
            changes.append(
                Change(
                    Kind.RETURNED,
                    row,
                    int(now.shelf[row]),
                    before,
                    float((1 - now.absent[row]) * now.share[row]),
                    max(away_s, 0.0),
                )
            )
        return changes

    def _arrivals(self, now: Evidence) -> list[Change]:
        baseline = now.t_s - self._start_s < self._patience.baseline_s
        # What lay there is read at once. What comes later may be passing by, from the start on.
        lay = self._came_s - self._start_s < 0.3 * self._patience.warm_up_s
        wait_s = np.where(lay, 0.7 * self._patience.warm_up_s, self._patience.stray_s)
        stayed = now.t_s - self._came_s >= wait_s
        new = (self.life == Life.CANDIDATE) & (now.absent < PRESENT) & stayed & ~now.faint
        changes = []
        for row in np.flatnonzero(new).tolist():
            self._put(row, now)
            if not baseline:
                sure = float((1 - now.absent[row]) * now.share[row])
                changes.append(Change(Kind.PLACED, row, int(now.shelf[row]), -1, sure))
        return changes

    def _moves(self, now: Evidence) -> list[Change]:
        other = self.stocked & (now.absent < PRESENT) & (now.shelf != self.shelf)
        other &= now.share > CLEAR_PLACE
        self._elsewhere_s[~other] = np.nan
        self._elsewhere_s[other & np.isnan(self._elsewhere_s)] = now.t_s
        settled = other & (now.t_s - self._elsewhere_s >= self._patience.moved_s)
        # At first it is not yet learned how much the antennas overlap: a correction, no event.
        learning = now.t_s - self._start_s < 2 * self._patience.baseline_s
        changes = []
        for row in np.flatnonzero(settled).tolist():
            before = int(self.shelf[row])
            self._put(row, now)
            if learning:
                continue
            changes.append(
                Change(Kind.MOVED, row, int(now.shelf[row]), before, float(now.share[row]))
            )
        return changes

    def _put(self, row: int, now: Evidence) -> None:
        self.life[row] = Life.STOCKED
        self.shelf[row] = now.shelf[row]
        self.since_s[row] = now.t_s
        self._elsewhere_s[row] = np.nan
