"""What followed an action, beside what followed when nobody acted in the same situation. Pure.

Each action is compared with its nearest untreated moments (matching within a caliper; Rosenbaum &
Rubin 1985, doi 10.1080/00031305.1985.10479383). Actions of one day share that day's weather, so
the band comes from the spread between days (cluster-robust; Liang & Zeger 1986). Where too little
compares, the answer is that it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

Floats = NDArray[np.float64]
Verdict = Literal["less", "more", "same", "unknown"]

NEAREST = 8
"""Untreated moments that an action is compared with, at most."""
LEAST_CONTROLS, LEAST_ACTIONS, LEAST_DAYS = 3, 8, 4
"""Under these nothing is claimed."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Situations and what followed them.

    Attributes:
        x: (n, d) the situation, each column in units of its caliper.
        y: (n,) what followed; NaN where it was not seen.
        day: (n,) on which day.
    """

    x: Floats
    y: Floats
    day: NDArray[np.int64]

    def seen(self) -> Moments:
        """Leave out those that nobody saw."""
        kept = np.isfinite(self.y) & np.isfinite(self.x).all(axis=1)
        return Moments(self.x[kept], self.y[kept], self.day[kept])


@dataclass(frozen=True, slots=True)
class Difference:
    """What followed with the action minus what followed without.

    Attributes:
        actions: how many there were.
        matched: how many of them had something to compare with.
        without: mean of what followed without.
        change: mean difference; None where it cannot be told, as are low and high.
        low, high: 95 % band.
    """

    actions: int
    matched: int
    without: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Say which way it went, if that can be told."""
        if self.low is None or self.high is None:
            return "unknown"
        return "less" if self.high < 0.0 else "more" if self.low > 0.0 else "same"


def compare(acted: Moments, idle: Moments) -> Difference:
    """Compare what followed actions with what followed the nearest moments without."""
    count = len(acted.y)
    acted, idle = acted.seen(), idle.seen()
    changes, without, days = [], [], []
    for x, y, day in zip(acted.x, acted.y, acted.day, strict=True):
        distance = np.abs(idle.x - x)
        near = np.flatnonzero((distance <= 1.0).all(axis=1))
        if len(near) < LEAST_CONTROLS:
            continue
        nearest = near[np.argsort(distance[near].sum(axis=1), kind="stable")[:NEAREST]]
        expected = float(idle.y[nearest].mean())
        without.append(expected)
        changes.append(float(y) - expected)
        days.append(int(day))
    return _difference(count, np.array(changes), np.array(without), np.array(days, dtype=np.int64))


def _difference(count: int, changes: Floats, without: Floats, day: NDArray[np.int64]) -> Difference:
    clusters = np.unique(day)
    if len(changes) < LEAST_ACTIONS or len(clusters) < LEAST_DAYS:
        return Difference(count, len(changes))
    mean = float(changes.mean())
    sums = np.array([(changes[day == one] - mean).sum() for one in clusters])
    n = len(clusters)
    error = float(np.sqrt(n / (n - 1) * (sums**2).sum())) / len(changes)
    # The baseline is a mean of few moments: its own noise is in the spread of the differences.
    reach = float(student.ppf(0.975, n - 1)) * error
    return Difference(count, len(changes), float(without.mean()), mean, mean - reach, mean + reach)
