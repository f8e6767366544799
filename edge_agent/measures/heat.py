"""Where people stand: a heat map of foot points. Counts only; nobody can be followed in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COLUMNS, ROWS = 32, 18


class HeatMap:
    """Person-seconds on a grid over the picture.

    Attributes:
        seconds: (ROWS, COLUMNS) person-seconds since the start; row 0 is the top.
    """

    def __init__(self) -> None:
        self.seconds: NDArray[np.float64] = np.zeros((ROWS, COLUMNS))

    def add(self, feet: NDArray[np.float64], dt_s: float) -> None:
        """Add where people stood for ``dt_s`` seconds.

        Args:
            feet: (N, 2) fractions of the frame; points outside of it are left out.
            dt_s: seconds.
        """
        if not len(feet) or dt_s <= 0.0:
            return
        inside = ((feet >= 0.0) & (feet < 1.0)).all(axis=1)
        column, row = (feet[inside] * [COLUMNS, ROWS]).astype(np.intp).T
        counts = np.bincount(row * COLUMNS + column, minlength=ROWS * COLUMNS)
        self.seconds += counts.reshape(ROWS, COLUMNS) * dt_s
