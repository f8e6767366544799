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

    def depths(self, points: Floats) -> Floats:
        """How deep each of ``points`` (P, 2) is inside each polygon.

        Returns:
            (P, Z) distance to the outline in the unit of the points, negative outside.
        """
        if not self._count or not len(points):
            return np.full((len(points), self._count), -np.inf)
        away = np.minimum.reduceat(distances(points, self._start, self._end), self._first, axis=1)
        # Even-odd rule: a ray to the right crosses the outline of what it starts in oddly often.
        x, y = points[:, 0, None], points[:, 1, None]
        (x1, y1), (x2, y2) = self._start.T, self._end.T
        rise = np.where(y2 == y1, 1.0, y2 - y1)
        straddles = (y1 > y) != (y2 > y)
        hit = straddles & (x < x1 + (y - y1) / rise * (x2 - x1))
        inside = np.add.reduceat(hit, self._first, axis=1, dtype=np.int64) % 2 == 1
        return np.where(inside, away, -away)


def distances(points: Floats, start: Floats, end: Floats) -> Floats:
    """(P, E) distances of ``points`` (P, 2) to segments ``start`` (E, 2) to ``end`` (E, 2)."""
    along = end - start
    length2 = np.maximum((along**2).sum(axis=1), 1e-18)
    offset = points[:, None] - start
    share = np.clip((offset * along).sum(axis=2) / length2, 0.0, 1.0)
    return np.asarray(np.linalg.norm(offset - share[..., None] * along, axis=2))
