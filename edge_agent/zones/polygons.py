"""Points against polygons, all at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Polygons:
    """Z simple polygons, convex or not.

    Args:
        corners: for each polygon its (K, 2) corners x y, at least three, first not repeated.
    """

    def __init__(self, corners: Sequence[Floats]) -> None:
        self._count = len(corners)
        if corners:
            self._start = np.concatenate(corners)
            self._end = np.concatenate([np.roll(c, -1, axis=0) for c in corners])
            self._first = np.cumsum([0, *(len(c) for c in corners[:-1])])
            # Each edge as x = slope · y + offset, all in columns: points come in rows.
            (x1, y1), (x2, y2) = self._start.T[..., None], self._end.T[..., None]
            self._y1, self._y2 = y1.copy(), y2.copy()
            self._slope = (x2 - x1) / np.where(y2 == y1, 1.0, y2 - y1)
            self._offset = x1 - self._slope * y1

    def inside(self, points: Floats) -> NDArray[np.bool_]:
        """(P, Z) whether each of ``points`` (P, 2) lies inside each polygon.

        Even-odd rule: a ray to the right crosses the outline of what it starts in oddly often.
        """
        if not self._count or not len(points):
            return np.zeros((len(points), self._count), np.bool_)
        x, y = points.T.copy()
        hit = (self._y1 > y) != (self._y2 > y)
        hit &= x < self._slope * y + self._offset
        return np.asarray(np.logical_xor.reduceat(hit, self._first, axis=0).T)

    def depths(self, points: Floats) -> Floats:
        """How deep each of ``points`` (P, 2) is inside each polygon.

        Returns:
            (P, Z) distance to the outline in the unit of the points, negative outside.
        """
        if not self._count or not len(points):
            return np.full((len(points), self._count), -np.inf)
        away = np.minimum.reduceat(distances(points, self._start, self._end), self._first, axis=1)
        return np.where(self.inside(points), away, -away)


def distances(points: Floats, start: Floats, end: Floats) -> Floats:
    """(P, E) distances of ``points`` (P, 2) to segments ``start`` (E, 2) to ``end`` (E, 2)."""
    (start_x, start_y), (along_x, along_y) = start.T, (end - start).T
    length2 = np.maximum(along_x**2 + along_y**2, 1e-18)
    x, y = points[:, 0, None] - start_x, points[:, 1, None] - start_y
    share = (x * along_x + y * along_y) / length2
    share = np.minimum(np.maximum(share, 0.0, out=share), 1.0, out=share)
    x -= share * along_x
    y -= share * along_y
    return np.asarray(np.sqrt(x * x + y * y))
