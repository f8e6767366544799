"""How many people each line misses, learned from shops that were empty at closing. Pure.

A line misses a few crossings, and more in one direction than in the other, so in minus out drifts
over a day. When the shop is empty, what is left over is the sum of these errors. With several
entrances one number a day has to tell the errors of all lines apart: they come in by one and leave
by another. So the corrections are those of a Bayesian linear regression (Bishop, Pattern
Recognition and Machine Learning, section 3.3): small beforehand, and as sure as the days that
speak of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LineCounts = Mapping[str, tuple[int, int]]
"""Line → (entered, left)."""

_PRIOR_SD = 0.05
"""What a line misses of one direction, as a share, before anything is known of it."""
_SCATTER = 0.03
"""Variance that one crossing adds: three in a hundred are missed or counted twice by chance."""
_KEEP = 0.9
"""A day counts so much of the one after it: cameras are moved, and light changes."""
_NINE_OF_TEN = 1.645


@dataclass(frozen=True, slots=True)
class Inside:
    """People inside; nine times of ten the true number lies from ``low`` to ``high``."""

    count: int
    low: int
    high: int


class Drift:
    """Corrections of some lines.

    Args:
        lines: all lines of the shop.
        days: what each of the last days counted, from the oldest to the newest; the shop was empty
            at the begin and the end of each.
    """

    def __init__(self, lines: Sequence[str], days: Sequence[LineCounts] = ()) -> None:
        self._lines = tuple(lines)
        size = 2 * len(self._lines)
        precision = np.eye(size) / _PRIOR_SD**2
        moment = np.zeros(size)
        for age, day in enumerate(reversed(days)):
            counts = self._signed(day)
            weight = _KEEP**age / (1.0 + _SCATTER * np.abs(counts).sum())
            precision += weight * np.outer(counts, counts)
            # The corrections have to bring what was left over to nothing.
            moment -= weight * counts.sum() * counts
        self._covariance = np.linalg.inv(precision)
        self._mean = self._covariance @ moment

    def inside(self, today: LineCounts) -> Inside:
        """Give who is inside by what was counted since the shop was empty."""
        counts = self._signed(today)
        count = float(counts @ (1.0 + self._mean))
        variance = counts @ self._covariance @ counts + _SCATTER * np.abs(counts).sum()
        band = _NINE_OF_TEN * float(np.sqrt(variance))
        low, middle, high = (max(0, round(x)) for x in (count - band, count, count + band))
        return Inside(middle, low, high)

    def _signed(self, counts: LineCounts) -> NDArray[np.float64]:
        """(2 L,) entered of each line, then left of each line with a minus."""
        known = [counts.get(line, (0, 0)) for line in self._lines]
        return np.array([n for n, _ in known] + [-n for _, n in known], dtype=np.float64)
