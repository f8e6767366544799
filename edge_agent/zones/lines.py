"""Directed lines, each crossing counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.columns import Columns
from edge_agent.zones.polygons import distances

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_MARGIN = 0.08
"""Nearer than this to a line (heights of the person) nobody changes sides."""
_HOLD_S = 0.2
"""A side counts only when somebody stays there so long, in two sightings at least."""


class Lines:
    """L directed polylines in the coordinates of the feet.

    Args:
        points: for each line its (K, 2) points x y, y down.
    """

    def __init__(self, points: Sequence[Floats]) -> None:
        self.count = len(points)
        if points:
            self._start = np.concatenate([line[:-1] for line in points])
            self._end = np.concatenate([line[1:] for line in points])
            self._first = np.cumsum([0, *(len(line) - 1 for line in points[:-1])])
            self._line = np.repeat(np.arange(len(points)), [len(line) - 1 for line in points])
            self._last = np.append(self._first[1:], len(self._start))

    def sides(self, feet: Floats) -> Floats:
        """(P, L) distance of ``feet`` (P, 2) from each line: positive on its left, as one walks.

        With y down the left is where the cross product is negative.
        """
        away = distances(feet, self._start, self._end)
        (start_x, start_y), (along_x, along_y) = self._start.T, (self._end - self._start).T
        x, y = feet.T[..., None]
        left = along_x * (y - start_y) - along_y * (x - start_x) < 0
        signed = np.where(left, away, -away)
        if len(self._line) == self.count:
            return signed
        # The side of a polyline is that of its nearest piece.
        people = np.arange(len(feet))
        pieces = zip(self._first, self._last, strict=True)
        nearest = [first + away[:, first:last].argmin(axis=1) for first, last in pieces]
        return np.stack([signed[people, piece] for piece in nearest], axis=1)

    def cut(self, line: int, before: Floats, after: Floats) -> bool:
        """Whether the way from ``before`` to ``after``, both (2,), cuts the line itself."""
        own = self._line == line
        start, end = self._start[own], self._end[own]
        return bool(
            (
                (_turn(start, end, before) != _turn(start, end, after))
                & (_turn(before, after, start) != _turn(before, after, end))
            ).any()
        )


def _turn(first: Floats, second: Floats, third: Floats) -> Bools:
    """Whether each way first → second → third, any of them (..., 2), turns clockwise."""
    one, two = second - first, third - first
    return np.asarray(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0] > 0)


@dataclass(slots=True)
class Sides(Columns):
    """On which side of L lines P people are.

    Attributes:
        side: (P, L) -1 or 1, 0 while unknown.
        place: (P, L, 2) last foot point on that side.
        change_s: (P, L) since when the foot is on the other side, else NaN.
        change_place: (P, L, 2) first foot point there.
        changes: (P, L) sightings there.
    """

    side: Floats
    place: Floats
    change_s: Floats
    change_place: Floats
    changes: NDArray[np.int64]

    @classmethod
    def nobody(cls, people: int, lines: int) -> Sides:
        """People of whom nothing is known."""
        return cls(
            np.zeros((people, lines)),
            np.zeros((people, lines, 2)),
            np.full((people, lines), np.nan),
            np.zeros((people, lines, 2)),
            np.zeros((people, lines), np.int64),
        )

    def update(
        self, lines: Lines, feet: Floats, heights: Floats, seen: Bools, t_s: float
    ) -> list[tuple[int, int, float]]:
        """Take in where people stand.

        Args:
            lines: the lines.
            feet: (P, 2) foot points.
            heights: (P,) heights of the people in the same unit.
            seen: (P,) whose foot was measured in this frame.
            t_s: time in seconds.

        Returns:
            Row of the person, line, and side reached (1 left, -1 right) of each crossing.
        """
        if not lines.count or not len(feet):
            return []
        distance = lines.sides(feet) / heights[:, None]
        now = np.sign(distance)
        clear = seen[:, None] & (np.abs(distance) >= _MARGIN)
        unknown = seen[:, None] & (self.side == 0)
        same = (clear & (now == self.side)) | unknown
        self.side = np.where(unknown, now, self.side)
        np.copyto(self.place, feet[:, None], where=same[..., None])
        other = clear & (now != self.side)
        if not other.any() and not self.changes.any():
            return []
        self.change_s[same] = np.nan
        self.changes[same] = 0
        fresh = other & np.isnan(self.change_s)
        self.change_s[fresh] = t_s
        self.change_place[fresh] = np.broadcast_to(feet[:, None], self.place.shape)[fresh]
        self.changes += other
        turned = other & (self.changes >= 2) & (t_s - self.change_s >= _HOLD_S)
        crossings = []
        for person, line in np.argwhere(turned):
            if lines.cut(line, self.place[person, line], self.change_place[person, line]):
                crossings.append((int(person), int(line), float(now[person, line])))
        self.side = np.where(turned, now, self.side)
        self.place[turned] = np.broadcast_to(feet[:, None], self.place.shape)[turned]
        self.change_s[turned] = np.nan
        self.changes[turned] = 0
        return crossings
