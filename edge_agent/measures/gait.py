"""Whether somebody walks or stands, from where their feet are seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]

BODY_WIDTH_M, BODY_HEIGHT_M = 0.55, 1.7
"""A person's box; turns distances in the picture into rough metres."""
_METRES = np.array([BODY_WIDTH_M, 2.0 * BODY_HEIGHT_M])
STANDING_M_S = 0.45
"""Slower than this stands."""
_QUICK_S, _SLOW_S = 0.25, 0.75
_LAG_S = 0.5
"""The means need so long to show that somebody has stopped,"""
_SETTLE_S = 1.0
"""and of somebody new so long to show that they walk: until then nobody stands."""


def metres(box: Box, start: Point, end: Point) -> Point:
    """Rough way on the floor in metres: to the right, and along the line of sight.

    Args:
        box: x1 y1 x2 y2 of the person, as fractions of the frame; gives the scale.
        start: x y of one place, as fractions of the frame.
        end: the other.

    Across the picture a body's width is the scale; along the line of sight its height, twice,
    since the floor is seen at a slant.
    """
    across = (end[0] - start[0]) / max(box[2] - box[0], 1e-6) * BODY_WIDTH_M
    along = 2.0 * (end[1] - start[1]) / max(box[3] - box[1], 1e-6) * BODY_HEIGHT_M
    return across, along


def metres_between(box: Box, start: Point, end: Point) -> float:
    """Length of that way."""
    return math.hypot(*metres(box, start, end))


class Gait(NamedTuple):
    """Whether one person walks or stands.

    Attributes:
        stood: where the person stood last.
        slow_since_s: standing since then; NaN while walking or not known.
        fast_since_s: walking since then; NaN while standing.
        heading: last way walked, rough metres (right, along the line of sight); (0, 0) unknown.
    """

    stood: Point
    slow_since_s: float = math.nan
    fast_since_s: float = math.nan
    heading: Point = (0.0, 0.0)


@dataclass(slots=True)
class _Table:
    """Row i of every array is the same person.

    Attributes:
        people: (N,) who.
        born_s, at_s: (N,) first and last sighting.
        quick, slow: (N, 2) running means of the place.
        stood, heading: (N, 2) as in :class:`Gait`.
        slow_since_s, fast_since_s: (N,) as there, told or not.
    """

    people: NDArray[np.int64]
    born_s: Floats
    at_s: Floats
    quick: Floats
    slow: Floats
    stood: Floats
    heading: Floats
    slow_since_s: Floats
    fast_since_s: Floats

    @classmethod
    def begin(cls, people: NDArray[np.int64], feet: Floats, t_s: float) -> _Table:
        """People of whose speed nothing is known yet."""
        n, never = len(people), np.full(len(people), math.nan)
        now = np.full(n, t_s)
        return cls(
            people.copy(), now, now.copy(), feet.copy(), feet.copy(), feet.copy(),
            np.zeros((n, 2)), never, never.copy(),
        )  # fmt: skip

    def taken_from(self, old: _Table) -> None:
        """Go on where ``old`` knows the same people."""
        if not len(old.people):
            return
        order = np.argsort(old.people)
        place = np.searchsorted(old.people, self.people, sorter=order)
        row = order[np.minimum(place, len(order) - 1)]
        same = old.people[row] == self.people
        row = row[same]
        for name in self.__slots__:
            getattr(self, name)[same] = getattr(old, name)[row]


class Gaits:
    """Follows the feet of everybody in the picture, so that who walks into a zone is known to.

    Two running means of the place, one quicker than the other, differ by the speed times the
    difference of their time constants; jitter of the box hardly counts.
    """

    def __init__(self) -> None:
        self._table = _Table.begin(np.empty(0, np.int64), np.empty((0, 2)), 0.0)

    def restart(self) -> None:
        """Forget everybody, after a time without pictures."""
        self.__init__()  # type: ignore[misc]  # the same as new

    def update(
        self,
        people: NDArray[np.int64],
        feet: Floats,
        boxes: Floats,
        seen: NDArray[np.bool_],
        t_s: float,
    ) -> list[Gait]:
        """Take in one frame; give the gait of each of the N people.

        Args:
            people: (N,) who is there; whoever is not is forgotten.
            feet: (N, 2) fractions of the frame.
            boxes: (N, 4) x1 y1 x2 y2, fractions of the frame.
            seen: (N,) whose feet were measured in this frame; the others stay as they were.
            t_s: time of the frame.
        """
        table = self._table
        if not np.array_equal(people, table.people):
            table = _Table.begin(people, feet, t_s)
            table.taken_from(self._table)
            self._table = table
        self._move(table, feet, boxes, seen, t_s)
        # Of somebody new it is not known whether they walk; later it is known since when.
        known = t_s - table.born_s >= _SETTLE_S
        return list(
            map(
                Gait,
                zip(*table.stood.T.tolist(), strict=True),
                np.where(known, table.slow_since_s, math.nan).tolist(),
                table.fast_since_s.tolist(),
                zip(*table.heading.T.tolist(), strict=True),
            )
        )

    def _move(
        self, table: _Table, feet: Floats, boxes: Floats, seen: NDArray[np.bool_], t_s: float
    ) -> None:
        since_s = np.where(seen, t_s - table.at_s, 0.0)[:, None]
        table.quick -= np.expm1(since_s / -_QUICK_S) * (feet - table.quick)
        table.slow -= np.expm1(since_s / -_SLOW_S) * (feet - table.slow)
        table.at_s[seen] = t_s
        way = (table.quick - table.slow) * _METRES / np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6)
        still = np.hypot(way[:, 0], way[:, 1]) < STANDING_M_S * (_SLOW_S - _QUICK_S)
        stops, starts = seen & still, seen & ~still
        table.fast_since_s[stops] = math.nan
        table.slow_since_s[starts] = math.nan
        stopped = stops & np.isnan(table.slow_since_s)
        if stopped.any():
            table.slow_since_s[stopped] = np.maximum(t_s - _LAG_S, table.born_s[stopped])
        started = starts & np.isnan(table.fast_since_s)
        if started.any():
            table.fast_since_s[started] = t_s
        np.copyto(table.stood, table.slow, where=stops[:, None])
        np.copyto(table.heading, way, where=starts[:, None])
