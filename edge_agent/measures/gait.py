"""Whether somebody walks or stands, from where their feet are seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Row = TypeVar("Row", bound=tuple[Any, ...])

BODY_WIDTH_M, BODY_HEIGHT_M = 0.55, 1.7
"""A person's box; turns distances in the picture into rough metres."""
_BODY_M = np.array([[BODY_WIDTH_M], [2.0 * BODY_HEIGHT_M]])
STANDING_M_S = 0.45
"""Slower than this stands."""
_QUICK_S, _SLOW_S = 0.25, 0.75
_MINUS_S = -np.array([[_QUICK_S], [_SLOW_S]])
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
    (left, top, right, bottom), (x, y) = box, start
    across = (end[0] - x) / max(right - left, 1e-6) * BODY_WIDTH_M
    along = 2.0 * (end[1] - y) / max(bottom - top, 1e-6) * BODY_HEIGHT_M
    return across, along


def metres_between(box: Box, start: Point, end: Point) -> float:
    """Length of that way."""
    return math.hypot(*metres(box, start, end))


class Gait(NamedTuple):
    """Whether one person walks or stands.

    Attributes:
        slow_since_s: standing since then; NaN while walking or not known.
        fast_since_s: walking since then; NaN while standing.
        heading: last way walked, rough metres (right, along the line of sight); (0, 0) unknown.
    """

    slow_since_s: float = math.nan
    fast_since_s: float = math.nan
    heading: Point = (0.0, 0.0)


def rows_of(kind: type[Row], *columns: Iterable[Any]) -> list[Row]:
    """Make one named tuple of each row; ``columns`` are all its fields in their order.

    A named tuple checks its arguments in Python, which takes three times as long as to make it.
    """
    return list(map(partial(tuple.__new__, kind), zip(*columns, strict=True)))


@dataclass(slots=True)
class _Table:
    """The last axis of every array is the N people.

    Attributes:
        people: (N,) who.
        born_s, at_s: (N,) first and last sighting.
        means: (2, 2, N) running means of the place: quick and slow, x and y.
        stood: (2, N) where they stood last.
        told: (4, N) as in :class:`Gait`: slow since, fast since, heading x, y.
        stands: (N,) 1 standing, 0 walking, -1 not known.
        known: (N,) followed for long enough to tell.
    """

    people: NDArray[np.int64]
    born_s: Floats
    at_s: Floats
    means: Floats
    stood: Floats
    told: Floats
    stands: NDArray[np.int8]
    known: Bools

    @classmethod
    def begin(cls, people: NDArray[np.int64], feet: Floats, t_s: float) -> _Table:
        """People of whose speed nothing is known yet."""
        n = len(people)
        now, told, unknown = np.full(n, t_s), np.zeros((4, n)), np.full(n, -1, np.int8)
        told[:2] = math.nan
        return cls(
            people.copy(), now, now.copy(), np.stack([feet.T, feet.T]), feet.T.copy(), told,
            unknown, np.zeros(n, np.bool_),
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
            getattr(self, name)[..., same] = getattr(old, name)[..., row]


class Gaits:
    """Follows the feet of everybody in the picture, so that who walks into a zone is known to.

    Two running means of the place, one quicker than the other, differ by the speed times the
    difference of their time constants; jitter of the box hardly counts.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everybody, after a time without pictures."""
        self._table = _Table.begin(np.empty(0, np.int64), np.empty((0, 2)), 0.0)
        self._gaits: list[Gait] = []
        self._all_known = True

    def walking(self) -> list[int]:
        """Who walked in the last frame."""
        table = self._table
        found: list[int] = table.people[~np.isnan(table.told[1])].tolist()
        return found

    def stood(self) -> list[Point]:
        """Where each of the N people of the last frame stood last, fractions of the frame."""
        return list(zip(*self._table.stood.tolist(), strict=True))

    def update(
        self,
        people: NDArray[np.int64],
        feet: Floats,
        boxes: Floats,
        seen: Bools,
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
        same = len(people) == len(table.people) and bool((people == table.people).all())
        if not same:
            table = _Table.begin(people, feet, t_s)
            table.taken_from(self._table)
            self._table, self._all_known = table, False
        changed = self._move(table, feet, boxes, seen, t_s)
        if not self._all_known:
            # Of somebody new it is not known whether they walk; later it is known since when.
            known = t_s - table.born_s >= _SETTLE_S
            changed |= known != table.known
            table.known, self._all_known = known, bool(known.all())
        if same:
            # Of who goes on standing nothing changes but the place.
            rows = changed.nonzero()[0]
            for row, gait in zip(rows.tolist(), _tell(table, rows), strict=True):
                self._gaits[row] = gait
        else:
            self._gaits = _tell(table, np.arange(len(people)))
        return self._gaits.copy()

    def _move(self, table: _Table, feet: Floats, boxes: Floats, seen: Bools, t_s: float) -> Bools:
        """Follow everybody; give (N,) of whom something else is told than before."""
        pull = np.expm1(np.where(seen, t_s - table.at_s, 0.0) / _MINUS_S)
        table.means -= pull[:, None] * (feet.T - table.means)
        np.copyto(table.at_s, t_s, where=seen)
        corners = boxes.T
        way = table.means[0] - table.means[1]
        way *= _BODY_M / np.maximum(corners[2:] - corners[:2], 1e-6)
        still = np.hypot(*way) < STANDING_M_S * (_SLOW_S - _QUICK_S)
        turned = seen & (table.stands != still)
        if np.count_nonzero(turned):
            # In most frames nobody stops or starts.
            self._turn(table, turned & still, turned > still, t_s)
        walks = seen > still
        np.copyto(table.stood, table.means[1], where=seen & still)
        np.copyto(table.told[2:], way, where=walks)
        return np.asarray(turned | walks)

    @staticmethod
    def _turn(table: _Table, stopped: Bools, started: Bools, t_s: float) -> None:
        """Note since when those who stopped or started, (N,) each, stand or walk."""
        slow_since_s, fast_since_s = table.told[:2]
        slow_since_s[stopped] = np.maximum(t_s - _LAG_S, table.born_s[stopped])
        fast_since_s[stopped] = math.nan
        fast_since_s[started] = t_s
        slow_since_s[started] = math.nan
        table.stands[stopped], table.stands[started] = 1, 0


def _tell(table: _Table, rows: NDArray[np.intp]) -> list[Gait]:
    """Gaits of the people in some rows."""
    if not len(rows):
        return []
    slow_since_s, fast_since_s, to_x, to_y = table.told[:, rows].tolist()
    known = table.known[rows].tolist()
    slow_since_s = [s if k else math.nan for s, k in zip(slow_since_s, known, strict=True)]
    return rows_of(Gait, slow_since_s, fast_since_s, zip(to_x, to_y, strict=True))
