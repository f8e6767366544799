"""Where people stand: a heat map of foot points. Counts only; nobody can be followed in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COLUMNS, ROWS = 32, 18
_KEPT = 64
"""Frames whose places wait to be put into the grid."""


class HeatMap:
    """Person-seconds on a grid over the picture.

    Places are kept for a while and put into the grid together, which costs a fraction.
    """

    def __init__(self) -> None:
        self._grid: NDArray[np.float64] = np.zeros(ROWS * COLUMNS)
        self._feet: list[NDArray[np.float64]] = []
        self._dt_s: list[float] = []

    @property
    def seconds(self) -> NDArray[np.float64]:
        """(ROWS, COLUMNS) person-seconds since the start; row 0 is the top."""
        self._sort_in()
        return self._grid.reshape(ROWS, COLUMNS)

    def add(self, feet: NDArray[np.float64], dt_s: float) -> None:
        """Add where people stood for ``dt_s`` seconds.

        Args:
            feet: (N, 2) fractions of the frame; points outside of it are left out.
            dt_s: seconds.
        """
        if not len(feet) or dt_s <= 0.0:
            return
        self._feet.append(feet)
        self._dt_s.append(dt_s)
        if len(self._feet) >= _KEPT:
            self._sort_in()

    def _sort_in(self) -> None:
        if not self._feet:
            return
        dt_s = np.repeat(self._dt_s, [len(feet) for feet in self._feet])
        feet = np.concatenate(self._feet)
        self._feet, self._dt_s = [], []
        inside = ((feet >= 0.0) & (feet < 1.0)).all(axis=1)
        column, row = (feet[inside] * (COLUMNS, ROWS)).astype(np.intp).T
        self._grid += np.bincount(row * COLUMNS + column, dt_s[inside], ROWS * COLUMNS)
