"""Which detection is which person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from edge_agent.tracking.motion import Floats, Motion, Rows, to_states
from edge_agent.tracking.overlap import iou

_FORBIDDEN = 1e6
_MOST = 1e3
"""No sensible pair costs as much."""
_VAGUE = 0.15
"""Weight of the logarithm of a track's spread."""


def pairs(cost: Floats, limit: float = _MOST) -> tuple[Rows, Rows]:
    """The one-to-one pairs of least total cost, none dearer than ``limit``.

    Args:
        cost: (N, M).
        limit: highest cost of a pair.

    Returns:
        Rows and columns of the pairs, both (K,).
    """
    if 0 in cost.shape:
        none = np.empty(0, np.intp)
        return none, none
    # Over the limit all cost the same, so a hopeless pair never bends the others.
    rows, columns = linear_sum_assignment(np.where(cost > limit, _FORBIDDEN, cost))
    good = cost[rows, columns] <= limit
    return rows[good], columns[good]


def _distances(motion: Motion, rows: Rows, boxes: Floats) -> tuple[Floats, Floats]:
    """Squared Mahalanobis distances (N, M) of ``boxes``, and the variances (N, 4) they are in."""
    spread = motion.spread(rows)
    error = to_states(boxes)[None] - motion.place[rows, None]
    return (error**2 / spread[:, None]).sum(axis=2), spread


def motion_costs(motion: Motion, boxes: Floats, gate: float) -> Floats:
    """How unlikely each of ``boxes`` (M, 4) is the next place of each of N tracks.

    Squared Mahalanobis distance over centre, top, width and height, in shares of ``gate``, plus
    the overlap that is missing. A track unseen for a while may be anywhere that it can have
    walked to since; the logarithm of its spread is added, so that it does not take the detection
    of somebody surely there.

    Returns:
        (N, M); a pair outside the gate costs more than any inside it.
    """
    everybody = np.arange(len(motion.place))
    distance, spread = _distances(motion, everybody, boxes)
    vague = 0.5 * np.log(spread[:, :2] / motion.place[:, 3:] ** 2).sum(axis=1)
    cost = distance / gate + (1.0 - iou(motion.boxes, boxes)) + _VAGUE * (vague[:, None] + 5.0)
    return np.where(distance > gate, _FORBIDDEN, cost)


def overlap_costs(motion: Motion, rows: Rows, boxes: Floats, gate: float) -> Floats:
    """(N, M) missing overlap of the tracks in ``rows`` with ``boxes``: 0 the same, 1 apart."""
    distance, _ = _distances(motion, rows, boxes)
    return np.where(distance > gate, _FORBIDDEN, 1.0 - iou(motion.boxes[rows], boxes))


def unmatched(count: int, matched: Rows) -> Rows:
    """The rows of 0..count-1 that are not in ``matched``."""
    free: NDArray[np.bool_] = np.ones(count, np.bool_)
    free[matched] = False
    return np.flatnonzero(free)
