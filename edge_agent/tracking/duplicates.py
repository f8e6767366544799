"""Several boxes on one person."""

from __future__ import annotations

import numpy as np

from edge_agent.tracking.motion import Bools, Floats
from edge_agent.tracking.overlap import areas, intersections, iou

SAME_IOU = 0.45
SAME_COVER = 0.75


def shadows(boxes: Floats, scores: Floats) -> Bools:
    """(N,) whether a detection may be a second box on somebody found with a better score."""
    if len(boxes) < 2:
        return np.zeros(len(boxes), np.bool_)
    overlap = iou(boxes, boxes)
    cover = intersections(boxes, boxes) / np.maximum(areas(boxes), 1e-9)[:, None]
    better = scores[None, :] > scores[:, None]
    return np.asarray((((overlap > SAME_IOU) | (cover > SAME_COVER)) & better).any(axis=1))
