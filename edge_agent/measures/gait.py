"""Whether somebody walks or stands, from where their feet are seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

Point = tuple[float, float]
Box = tuple[float, float, float, float]

BODY_WIDTH_M, BODY_HEIGHT_M = 0.55, 1.7
"""A person's box; turns distances in the picture into rough metres."""
STANDING_M_S = 0.45
"""Slower than this stands."""
_QUICK_S, _SLOW_S = 0.25, 0.75
_LAG_S = 0.5
"""The means need so long to show that somebody has stopped."""


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


@dataclass(slots=True)
class Gait:
    """Follows one person's feet.

    Two running means of the place, one quicker than the other, differ by the speed times the
    difference of their time constants; jitter of the box hardly counts.

    Attributes:
        stood: where the person stood last.
        slow_since_s: standing since then; NaN while walking.
        fast_since_s: walking since then; NaN while standing.
        heading: last way walked, rough metres (right, along the line of sight); (0, 0) unknown.
    """

    stood: Point
    slow_since_s: float = math.nan
    fast_since_s: float = math.nan
    heading: Point = (0.0, 0.0)
    _quick: Point = (math.nan, math.nan)
    _slow: Point = (math.nan, math.nan)

    @classmethod
    def at(cls, feet: Point) -> Gait:
        """Begin at a place; nothing is known yet of the speed."""
        return cls(feet, _quick=feet, _slow=feet)

    @property
    def place(self) -> Point:
        """Where the person is, without the jitter."""
        return self._slow

    def move(self, feet: Point, box: Box, t_s: float, dt_s: float) -> None:
        """Follow the feet to where they are ``dt_s`` seconds later."""
        quick, slow = _shares(dt_s)
        self._quick = _towards(self._quick, feet, quick)
        self._slow = _towards(self._slow, feet, slow)
        way = metres(box, self._slow, self._quick)
        if math.hypot(*way) < STANDING_M_S * (_SLOW_S - _QUICK_S):
            self.stood = self._slow
            self.fast_since_s = math.nan
            if math.isnan(self.slow_since_s):
                self.slow_since_s = t_s - _LAG_S
        else:
            self.heading = way
            self.slow_since_s = math.nan
            if math.isnan(self.fast_since_s):
                self.fast_since_s = t_s


@lru_cache(maxsize=64)
def _shares(dt_s: float) -> tuple[float, float]:
    """How far the quick and the slow mean go towards a new place; the same for everybody."""
    return 1.0 - math.exp(-dt_s / _QUICK_S), 1.0 - math.exp(-dt_s / _SLOW_S)


def _towards(mean: Point, new: Point, share: float) -> Point:
    return (mean[0] + share * (new[0] - mean[0]), mean[1] + share * (new[1] - mean[1]))
