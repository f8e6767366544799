"""Two boxes on one person.

A detector now and then draws a second box around a person with a bag, a cart or an outstretched
arm. Both boxes have the same head: their upper edges meet, and their middles nearly so. Two
people who stand behind each other differ in the height of their heads in the picture, two beside
each other differ by a body's width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HEAD_X = 0.45
"""Heads of different people are further apart than this share of a box's width, or"""
HEAD_Y = 0.07
"""one is higher by more than this share of a box's height."""


def doubles(boxes: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which boxes are a second one on somebody.

    Args:
        boxes: (N, 4) x1 y1 x2 y2, in any unit.
        first: (N,) the lower of two that share a head is the person, the other is its double.

    Returns:
        (N,) bool.
    """
    if len(boxes) < 2:
        return np.zeros(len(boxes), np.bool_)
    x = (boxes[:, 0] + boxes[:, 2]) / 2.0
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    narrower = np.minimum(width[:, None], width[None, :])
    taller = np.maximum(height[:, None], height[None, :])
    across = np.abs(x[:, None] - x[None, :]) / np.maximum(narrower * HEAD_X, 1e-9)
    down = np.abs(boxes[:, None, 1] - boxes[None, :, 1]) / np.maximum(taller * HEAD_Y, 1e-9)
    same = (across**2 + down**2 < 1.0) & (first[None, :] < first[:, None])
    return np.asarray(same.any(axis=1))
