"""Two boxes on one person.

A detector now and then draws a second box around a person with a bag, a cart or an outstretched
arm. Both boxes have nearly the same head: their upper edges meet, and their middles. Two people
who stand behind each other differ in the height of their heads in the picture, the more the
steeper the camera looks down; two beside each other differ by a body's width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HEAD_X = 0.25
"""Heads of different people are further apart than this share of a box's width, or"""
HEAD_Y = (0.04, 0.2)
"""one is higher by more than a share of a box's height: this much, from flat to steep views."""
SPACING_M = 0.5
"""People stand no closer behind each other."""
BODY_M = 1.65
FOCAL = 1.2
"""Focal length of a usual shop camera, in heights of its picture."""
_MEMORY_S = 300.0
_ENOUGH = 200.0


class Heads:
    """Tells doubles, and learns for that how steeply the camera looks down.

    Heads and feet of people on a flat floor lie on two planes. Seen by a camera at height c,
    the row of the feet grows c / (c - body) times as fast as the row of the head from one
    person to the next; so that ratio tells how high the camera hangs.
    """

    def __init__(self) -> None:
        # Sums of weight, head, feet, head², head · feet, and of box heights.
        self._sums: Floats = np.zeros(6)

    def learn(self, boxes: Floats, feet: Floats, dt_s: float) -> None:
        """Take in people seen: (N, 4) boxes and (N, 2) feet, fractions of the frame."""
        whole = np.abs(boxes[:, 3] - feet[:, 1]) < 0.01
        head, foot = boxes[whole, 1], feet[whole, 1]
        self._sums *= np.exp(-dt_s / _MEMORY_S)
        self._sums += [
            len(head), head.sum(), foot.sum(), head @ head, head @ foot, (foot - head).sum(),
        ]  # fmt: skip

    def steepness(self) -> float:
        """Sine of the angle below the horizon at which the camera sees people; 0 while unknown."""
        n, head, foot, square, product, height = self._sums
        spread = square - head * head / max(n, 1.0)
        if n < _ENOUGH or spread < 1e-3 * n:
            return 0.0
        slope = (product - head * foot / n) / spread
        above_m = BODY_M / max(slope - 1.0, 0.1)
        distance_m = FOCAL * BODY_M / max(height / n, 1e-3)
        return float(min(above_m / distance_m, 1.0))

    def doubles(self, boxes: Floats, first: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which boxes are a second one on somebody.

        Args:
            boxes: (N, 4) x1 y1 x2 y2 as fractions of the frame.
            first: (N,) the lower of two that share a head is the person, the other its double.

        Returns:
            (N,) bool.
        """
        if len(boxes) < 2:
            return np.zeros(len(boxes), np.bool_)
        apart = float(np.clip(self.steepness() * SPACING_M / BODY_M, *HEAD_Y))
        x = (boxes[:, 0] + boxes[:, 2]) / 2.0
        width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        narrower = np.minimum(width[:, None], width[None, :]) * HEAD_X
        taller = np.maximum(height[:, None], height[None, :]) * apart
        across = (x[:, None] - x[None, :]) / np.maximum(narrower, 1e-9)
        down = (boxes[:, None, 1] - boxes[None, :, 1]) / np.maximum(taller, 1e-9)
        same = (across**2 + down**2 < 1.0) & (first[None, :] < first[:, None])
        return np.asarray(same.any(axis=1))
