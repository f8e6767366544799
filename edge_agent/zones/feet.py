"""Where people touch the floor, also when their feet are hidden.

A person behind a counter, a cart or somebody else is seen from the waist up, and the bottom of
the box is not where the person stands. The top is: the head is seldom hidden. People seen whole
teach at which row somebody stands whose head is at a given row; on a flat floor that is a straight
line (Hoiem, Efros, Hebert, "Putting objects in perspective", CVPR 2006).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]

_BINS = 24
_PER_BIN = 24
_PAUSE_S = 1.0
"""A row of the picture learns no faster, so nobody teaches it alone by standing there."""
_ENOUGH = 20
_REFIT_EVERY = 10
_WHOLE_ASPECT = (0.2, 0.55)
"""Width to height of somebody standing or walking who is seen whole."""
_SHORT = 0.85
"""A box lower than this share of the expected height may be cut at the waist."""
_EDGE = 0.01
"""A box that ends this near to the border of the picture is cut by it."""


class FootPoints:
    """Learns how tall people look at each place, and finds their feet. Fractions of the frame."""

    def __init__(self) -> None:
        self._bottoms = np.full((_BINS, _PER_BIN), np.nan)
        self._tops = np.full((_BINS, _PER_BIN), np.nan)
        self._taken = [0] * _BINS
        self._taken_s = np.full(_BINS, -np.inf)
        self._line: tuple[float, float] | None = None

    def due(self, boxes: Floats, t_s: float) -> Bools:
        """(P,) whether people in ``boxes`` (P, 4) would teach something at ``t_s``, seen whole."""
        bins = (boxes[:, 1] * _BINS).astype(np.intp)
        return np.asarray(t_s - self._taken_s.take(bins, mode="clip") >= _PAUSE_S)

    def learn(self, boxes: Floats, whole: Bools, t_s: float) -> None:
        """Take those of ``boxes`` (P, 4) who are seen ``whole`` (P,) at ``t_s`` as examples."""
        good = boxes[whole]
        if not len(good):
            return
        before = sum(self._taken) // _REFIT_EVERY
        last_s = self._taken_s.tolist()
        # A handful at most; the first of each row of the picture teaches.
        for bin_, box in zip(_bins(good).tolist(), good.tolist(), strict=True):
            if t_s - last_s[bin_] >= _PAUSE_S:
                slot = self._taken[bin_] % _PER_BIN
                self._tops[bin_, slot], self._bottoms[bin_, slot] = box[1], box[3]
                self._taken[bin_] += 1
                self._taken_s[bin_] = last_s[bin_] = t_s
        total = sum(self._taken)
        if total >= _ENOUGH and total // _REFIT_EVERY > before:
            known = ~np.isnan(self._tops)
            self._line = _robust_line(self._tops[known], self._bottoms[known])

    def expected(self, tops: Floats) -> Floats | None:
        """Rows of the feet of people whose heads are at rows ``tops`` (P,).

        Returns:
            (P,), or None while too few people have been seen.
        """
        if self._line is None:
            return None
        slope, offset = self._line
        return slope * tops + offset

    def feet(self, boxes: Floats, covered: Callable[[Rows], Bools], aspect: float) -> Floats:
        """Foot points of people in ``boxes`` (P, 4).

        Args:
            boxes: x1 y1 x2 y2 as fractions of the frame.
            covered: tells of (N,) rows of ``boxes`` whether somebody nearer hides part of them;
                most people stand on their feet, so few are asked about.
            aspect: width to height of the frame.

        Returns:
            (P, 2) x y as fractions of the frame; y may be beyond 1.
        """
        _, top, _, bottom = boxes.T
        feet = boxes[:, 2:].copy()
        feet[:, 0] += boxes[:, 0]
        feet[:, 0] /= 2
        expected = self.expected(top)
        if expected is None:
            return feet
        height = bottom - top
        short = (height < _SHORT * (expected - top)).nonzero()[0]
        if len(short):
            some = boxes[short]
            squat = (some[:, 2] - some[:, 0]) * aspect > _WHOLE_ASPECT[1] * height[short]
            cut = short[squat | covered(short) | (some[:, 3] > 1 - _EDGE)]
            feet[cut, 1] = expected[cut]
        return feet


def upright(boxes: Floats, aspect: float) -> Bools:
    """(P,) whether ``boxes`` have the form of people seen from head to foot."""
    left, top, right, bottom = boxes.T
    ratio = (right - left) * aspect / np.maximum(bottom - top, 1e-9)
    inside = (np.minimum(left, top) > _EDGE) & (np.maximum(right, bottom) < 1 - _EDGE)
    slim = (ratio > _WHOLE_ASPECT[0]) & (ratio < _WHOLE_ASPECT[1])
    return np.asarray(inside & slim)


def _bins(boxes: Floats) -> Rows:
    return np.minimum(np.maximum((boxes[:, 1] * _BINS).astype(np.intp), 0), _BINS - 1)


def _robust_line(tops: Floats, bottoms: Floats) -> tuple[float, float]:
    """Slope and offset of bottom over top, children and mistakes set aside (Tukey's biweight)."""
    if tops.std() < 0.02:
        return 1.0, float(np.median(bottoms - tops))
    weight = np.ones(len(tops))
    slope, offset = 1.0, 0.0
    for _ in range(8):
        # Least squares by hand: np.polyfit takes five times as long for two numbers.
        total = weight.sum()
        top, bottom = float(weight @ tops / total), float(weight @ bottoms / total)
        above = tops - top
        spread = weight * above
        slope = float(spread @ (bottoms - bottom) / (spread @ above))
        offset = bottom - slope * top
        error = np.abs(bottoms - (slope * tops + offset))
        scale = 4.685 * max(1.4826 * _median(error), 1e-3)
        weight = np.maximum(1.0 - (error / scale) ** 2, 1e-3) ** 2
    return slope, offset


def _median(values: Floats) -> float:
    """Median; np.median takes three times as long for some hundred numbers."""
    middle = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, middle)[middle])
    low, high = np.partition(values, (middle - 1, middle))[middle - 1 : middle + 1].tolist()
    return float(low + high) / 2.0
