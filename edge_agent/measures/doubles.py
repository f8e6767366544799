"""Two boxes on one person.

A detector now and then draws a second box around a person with a bag, a cart or an outstretched
arm. Both boxes have nearly the same head: their upper edges meet, and their middles. Two people
who stand behind each other differ in the height of their heads in the picture, the more the
steeper the camera looks down; two beside each other differ by a body's width.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.perspective import BODY_M, Perspective, perspective

Floats = NDArray[np.float64]

HEAD_X = 0.25
"""Heads of different people are further apart than this share of a box's width, or"""
HEAD_Y = (0.04, 0.2)
"""one is higher by more than a share of a box's height: this much, from flat to steep views."""
SPACING_M = 0.5
"""People stand no closer behind each other."""
_MEMORY_S = 300.0
_ENOUGH = 200.0
_LEAST_SPREAD = 0.03
"""People stand no further apart in the picture than this where nothing can be learned."""
_EDGE = 0.01
"""Who is so near to the border of the picture may be cut by it."""
_TOGETHER = 16
"""Frames from which is learned at once."""


class Heads:
    """Tells doubles, and learns for that how the camera looks at people."""

    def __init__(self) -> None:
        # Sums of weight, feet, head, feet², and feet · head.
        self._sums = [0.0] * 5
        self._perspective: Perspective | None = None
        self._frames: list[tuple[Floats, Floats, NDArray[np.bool_]]] = []
        self._age_s: list[float] = []

    def learn(self, boxes: Floats, feet: Floats, seen: NDArray[np.bool_], dt_s: float) -> None:
        """Take in one frame; a few are kept and worked out together, which costs a fraction.

        Args:
            boxes: (N, 4) x1 y1 x2 y2 as fractions of the frame.
            feet: (N, 2) as fractions of the frame.
            seen: (N,) who was seen.
            dt_s: seconds since the last frame.
        """
        self._frames.append((boxes, feet, seen))
        self._age_s.append(dt_s)
        if len(self._frames) < _TOGETHER:
            return
        boxes, feet, seen = (np.concatenate(part) for part in zip(*self._frames, strict=True))
        # The first frame of them is the oldest: it fades by the steps of all the others.
        fades = np.exp((np.cumsum(self._age_s) - sum(self._age_s)) / _MEMORY_S)
        weight = np.repeat(fades, [len(rows) for rows, _, _ in self._frames])
        head, foot = boxes[:, 1], feet[:, 1]
        whole = (np.abs(boxes[:, 3] - foot) < 0.01) & (head > _EDGE) & (foot < 1.0 - _EDGE)
        weight *= seen & whole
        weighted = weight * foot
        new = (weight.sum(), weighted.sum(), weight @ head, weighted @ foot, weighted @ head)
        fade = math.exp(-sum(self._age_s) / _MEMORY_S)
        self._sums = [fade * old + float(add) for old, add in zip(self._sums, new, strict=True)]
        self._look(*self._sums)
        self._frames.clear()
        self._age_s.clear()

    def _look(self, n: float, foot: float, head: float, square: float, product: float) -> None:
        """Find the perspective: how tall people are scatters their heads, so the feet explain."""
        spread = square - foot * foot / max(n, 1.0)
        if n < _ENOUGH or spread < _LEAST_SPREAD**2 * n:
            self._perspective = None
            return
        slope = (product - foot * head / n) / spread
        middle, deviation = foot / n, math.sqrt(spread / n)
        offset = head / n - slope * middle
        self._perspective = perspective(slope, offset, middle + deviation, middle - deviation)

    @property
    def perspective(self) -> Perspective | None:
        """How the camera looks at the floor; None while unknown."""
        return self._perspective

    def steepness(self) -> float:
        """How far down it is to people's heads for each metre towards them; 0 while unknown."""
        return 0.0 if self._perspective is None else self._perspective.steepness

    def doubles(self, boxes: Floats, first: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which boxes are a second one on somebody.

        Args:
            boxes: (N, 4) x1 y1 x2 y2 as fractions of the frame.
            first: (N,) the lower of two that share a head is the person, the other its double.

        Returns:
            (N,) bool.
        """
        double = np.zeros(len(boxes), np.bool_)
        if len(boxes) < 2:
            return double
        low, high = HEAD_Y
        apart = min(max(self.steepness() * SPACING_M / BODY_M, low), high)
        x1, y, x2, y2 = boxes.T
        reach = np.maximum((y2 - y) * apart, 1e-9)
        one, other = _near(y, float(np.maximum.reduce(reach)))
        if len(one):
            # Width and height of the ellipse around a head, in which there is no other.
            sides = np.maximum((x2 - x1) * HEAD_X, 1e-9)
            x = (x1 + x2) / 2.0
            across = x.take(one) - x.take(other)
            across /= np.minimum(sides.take(one), sides.take(other))
            down = y.take(one) - y.take(other)
            down /= np.maximum(reach.take(one), reach.take(other))
            same = across * across + down * down < 1.0
            if np.count_nonzero(same):
                one, other = one[same], other[same]
                double[np.where(first[one] > first[other], one, other)] = True
        return double


def _near(values: Floats, reach: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Both of each pair of ``values`` (N,) no further apart than ``reach``, each pair once.

    Of heads on one row there are few, so this is quicker than to compare all with all.
    """
    order = values.argsort()
    rising = values.take(order)
    start = rising.searchsorted(rising - reach)
    before = np.arange(len(values)) - start
    if not np.count_nonzero(before):
        return order[:0], order[:0]
    first = before.cumsum() - before
    place = np.arange(first[-1] + before[-1]) + (start - first).repeat(before)
    return order.repeat(before), order.take(place)
