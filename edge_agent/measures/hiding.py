"""How likely somebody who is not seen is still there.

A detector loses people whom others hide. Whether an unseen person is still there is asked as
in a binary Bayes filter: a miss says little where the place is covered by somebody nearer to
the camera, and much where it lies open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Recall of the person detector by the share of a person that others cover: .94 open, .88 below
# 30 %, .57 at 30-60 %, .28 above, measured on PETS 2009 S2.L1; nearly nothing when all is covered.
_COVER = np.array([0.0, 0.15, 0.45, 0.75, 1.0])
_RECALL_FLAT = np.array([0.94, 0.88, 0.57, 0.28, 0.05])
# From above a head shows beside the one before it, though the boxes overlap.
_RECALL_STEEP = np.array([0.94, 0.92, 0.8, 0.6, 0.4])
_FLAT, _STEEP = 0.25, 0.6
# Sines of the angle below the horizon at which the camera sees people.

CERTAIN = 4.0
"""Log-odds given to a person who is seen; the highest there are."""

_CORRELATION_S = 1.0
# Misses of one person in frames that follow each other have the same cause, so a second of
# them counts as one.
_LEAVE_PER_S = 1.0 / 240.0
# How often somebody hidden leaves unseen.


def cover(box: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Share of the upper half of a box that boxes nearer to the camera cover, 0..1.

    Who shows head and shoulders is found, whatever hides the rest.

    Args:
        box: (4,) x1 y1 x2 y2.
        others: (N, 4) boxes of the people seen.

    A box whose lower edge lies lower in the picture is nearer.
    """
    if not len(others):
        return 0.0
    nearer = others[others[:, 3] > box[3] - 0.05 * (box[3] - box[1])]
    if not len(nearer):
        return 0.0
    middle = (box[1] + box[3]) / 2.0
    x1, y1 = np.maximum(nearer[:, 0], box[0]), np.maximum(nearer[:, 1], box[1])
    x2, y2 = np.minimum(nearer[:, 2], box[2]), np.minimum(nearer[:, 3], middle)
    shared = np.maximum(x2 - x1, 0.0) * np.maximum(y2 - y1, 0.0)
    area = max((box[2] - box[0]) * (middle - box[1]), 1e-12)
    # Two who cover the same part count once: the sum would run beyond the whole.
    return float(1.0 - np.prod(1.0 - np.minimum(shared / area, 1.0)))


def after_miss(log_odds: float, covered: float, steepness: float, dt_s: float) -> float:
    """Log-odds of being there after ``dt_s`` seconds without a sighting.

    Args:
        log_odds: before.
        covered: share of the person that others hide, 0..1.
        steepness: sine of the angle below the horizon at which the camera sees people.
        dt_s: seconds.
    """
    flat = float(np.interp(covered, _COVER, _RECALL_FLAT))
    steep = float(np.interp(covered, _COVER, _RECALL_STEEP))
    recall = float(np.interp(steepness, (_FLAT, _STEEP), (flat, steep)))
    lost = float(np.log1p(-recall)) * dt_s / _CORRELATION_S
    return log_odds + lost - _LEAVE_PER_S * dt_s
