"""Several boxes on one person."""

from __future__ import annotations

import numpy as np

from edge_agent.tracking.motion import Bools, Floats
from edge_agent.tracking.overlap import areas, intersections, iou

SHADOW_IOU = 0.4
SHADOW_COVER = 0.7
TWIN_IOU = 0.45
TWIN_COVER = 0.8
TWIN_TOP = 0.12


def shadows(boxes: Floats, scores: Floats) -> Bools:
    """(N, N) whether detection i may be a second box on what j, with a better score, shows."""
    overlap = iou(boxes, boxes)
    cover = intersections(boxes, boxes) / np.maximum(areas(boxes), 1e-9)[:, None]
    better = scores[None, :] > scores[:, None]
    return np.asarray(((overlap > SHADOW_IOU) | (cover > SHADOW_COVER)) & better)


def twins(boxes: Floats, elder: Bools) -> Bools:
    """(N,) whether a track lies on an older one, head on head.

    Args:
        boxes: (N, 4).
        elder: (N, N) whether j is the one to stay of i and j.
    """
    overlap = iou(boxes, boxes)
    cover = intersections(boxes, boxes) / np.maximum(areas(boxes), 1e-9)[:, None]
    height = boxes[:, 3] - boxes[:, 1]
    width = boxes[:, 2] - boxes[:, 0]
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    least = np.minimum(height[:, None], height[None])
    heads = (np.abs(boxes[:, None, 1] - boxes[None, :, 1]) < TWIN_TOP * least) & (
        np.abs(middle[:, None] - middle[None]) < 0.4 * np.maximum(width[:, None], width[None])
    )
    return np.asarray((((overlap > TWIN_IOU) | (cover > TWIN_COVER)) & heads & elder).any(axis=1))
