"""Which tags fade together? Learned from the shadows themselves, never from the planogram.

For the tags of an antenna the covariance of their shadows is kept. From it each tag gets the best
linear prediction of its own shadow by those of all others (ridge regression, read off the inverse
covariance). Shadows are seldom, so what was seen is drawn towards a shelf on which all tags fade
together a little: until a tag's neighbours are known, the whole antenna speaks for it.

What a tag's own reads say is a guess, not the truth: its variance is smaller than that of the
shadow it stands for. For a calibrated guess the ratio of the two is by how much the regression has
to be scaled up (regression calibration, Carroll et al., Measurement Error in Nonlinear Models).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BASE_SHADE, BASE_S = 0.07, 60.0
"""Share of the time for which a tag is shadowed, and its weight in seconds."""
PRIOR_S = 200.0
"""Weight of the assumed covariance, in seconds."""
PRIOR_CORRELATION, PRIOR_CLARITY = 0.1, 0.5
"""Assumed correlation of two shadows, and the variance of a guess over that of the shadow."""
RIDGE = 1.0
"""Added to the diagonal of the correlations."""
MOST_SCALE = 6.0
MEMORY_S = 1800.0
LEAST, MOST = 0.007, 0.95


class Neighbours:
    """What the tags of one antenna know of each other's shadows.

    Attributes:
        rows: (n,) rows of the tags in the filter.
        base: (n,) share of the time for which each tag is shadowed.
        weights: (n, n) how much the shadow of the tag of each row rises with those of the columns.
    """

    def __init__(self) -> None:
        self.rows: Ints = np.empty(0, np.int64)
        self.base: Floats = np.empty(0)
        self.weights: Floats = np.empty((0, 0))
        self._both = np.empty((0, 0))
        self._one = np.empty((0, 0))
        self._time = np.empty((0, 0))

    def assign(self, rows: Ints) -> None:
        """Take over a changed set of tags; what was learned of those that stay is kept."""
        old = {int(row): i for i, row in enumerate(self.rows)}
        index = np.array([old.get(int(row), -1) for row in rows], np.int64)
        kept = np.flatnonzero(index >= 0)
        for name in ("_both", "_one", "_time", "weights"):
            matrix = np.zeros((len(rows), len(rows)))
            matrix[np.ix_(kept, kept)] = getattr(self, name)[np.ix_(index[kept], index[kept])]
            setattr(self, name, matrix)
        base = np.full(len(rows), BASE_SHADE)
        base[kept] = self.base[index[kept]]
        self.rows, self.base = rows, base

    def learn(self, shade: Floats, present: Floats, seconds: float) -> None:
        """Add a moment.

        Args:
            shade: (n,) probability of a shadow.
            present: (n,) weight of the tag: 1 where it is surely there and can be read.
            seconds: time that the moment stands for.
        """
        keep = 1 - seconds / MEMORY_S
        shaded = shade * present
        self._both = self._both * keep + np.outer(shaded, shaded) * seconds
        self._one = self._one * keep + np.outer(shaded, present) * seconds
        self._time = self._time * keep + np.outer(present, present) * seconds

    def covariance(self) -> Floats:
        """(n, n) covariance of the guesses around their base, drawn towards the assumed one."""
        base = self.base
        mixed = self._one * base
        seen = self._both - mixed - mixed.T + self._time * np.outer(base, base)
        spread = np.sqrt(base * (1 - base) * PRIOR_CLARITY)
        assumed = PRIOR_CORRELATION * np.outer(spread, spread)
        np.fill_diagonal(assumed, spread**2)
        result: Floats = (seen + PRIOR_S * assumed) / (self._time + PRIOR_S)
        return result

    def refresh(self, known: Bools) -> None:
        """Choose the weights anew.

        Args:
            known: (n,) tags whose shadows count now; the others only listen.
        """
        shaded_s, time_s = np.diag(self._one), np.diag(self._time)
        self.base = (shaded_s + BASE_SHADE * BASE_S) / (time_s + BASE_S)
        covariance = self.covariance()
        spread = np.sqrt(np.diag(covariance))
        correlation = covariance / np.outer(spread, spread)
        told = np.flatnonzero(known)
        inverse = np.linalg.inv(correlation[np.ix_(told, told)] + RIDGE * np.eye(len(told)))
        weights = np.zeros_like(covariance)
        weights[:, told] = correlation[:, told] @ inverse
        # A tag has no say about itself: what the others say of it stands in the inverse too.
        weights[np.ix_(told, told)] = -inverse / np.diag(inverse)[:, None]
        np.fill_diagonal(weights, 0.0)
        scale = np.clip(self.base * (1 - self.base) / spread**2, 1.0, MOST_SCALE)
        self.weights = weights * np.outer(scale * spread, 1 / spread)


class Coupling:
    """The neighbours before all antennas."""

    def __init__(self, antennas: int) -> None:
        self._antennas = [Neighbours() for _ in range(antennas)]

    def keep(self, index: Ints) -> None:
        """Keep some rows; ``index`` (N,) gives the new row of each old one, −1 for none."""
        for antenna in self._antennas:
            antenna.assign(antenna.rows[index[antenna.rows] >= 0])
            antenna.rows = index[antenna.rows]

    def learn(
        self, column: Ints, known: Bools, shade: Floats, surely: Floats, seconds: float
    ) -> None:
        """Add a moment.

        Args:
            column: (N,) antenna of each tag.
            known: (N,) tags that are or were stock.
            shade: (N,) probability of a shadow if the tag is there, by its own reads.
            surely: (N,) 1 where the tag is surely there and can be read.
            seconds: time that the moment stands for.
        """
        for c, antenna in enumerate(self._antennas):
            rows = np.flatnonzero(known & (column == c))
            if not np.array_equal(rows, antenna.rows):
                antenna.assign(rows)
            if len(rows):
                antenna.learn(shade[rows], surely[rows], seconds)

    def refresh(self, antenna: int, known: Bools) -> None:
        """Choose the weights of one antenna anew; ``known`` (N,) as in :meth:`shade`."""
        neighbours = self._antennas[antenna]
        if len(neighbours.rows) > 1:
            neighbours.refresh(known[neighbours.rows])

    def shade(self, guess: Floats, known: Bools) -> Floats:
        """Let the tags tell each other.

        Args:
            guess: (N,) probability of a shadow by each tag's own reads.
            known: (N,) tags whose guess counts.

        Returns:
            (N,) probability of a shadow on each tag by all others.
        """
        shade = np.full(len(guess), BASE_SHADE)
        for antenna in self._antennas:
            rows = antenna.rows
            off = (guess[rows] - antenna.base) * known[rows]
            shade[rows] = antenna.base + antenna.weights @ off
        result: Floats = np.clip(shade, LEAST, MOST)
        return result
