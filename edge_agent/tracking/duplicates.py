"""Several boxes on one person.

Suppression within a frame cannot tell a second box on somebody with a cart from the next person
in a tight queue; time can. A sighting that is mostly inside a better one proves nobody new, and a
track that lies on an older one, head on head, is the same person.
"""

from __future__ import annotations

import numpy as np

from edge_agent.tracking.motion import Bools, Floats
from edge_agent.tracking.overlap import areas, intersections

_SHADOW_IOU = 0.4
_SHADOW_COVER = 0.7
_TWIN_IOU = 0.45
_TWIN_COVER = 0.8
_HEAD_TOP = 0.12
"""One head: tops differ by less than this share of the smaller height …"""
_HEAD_SIDE = 0.4
"""… and centres by less than this share of the larger width."""


def _overlaps(boxes: Floats) -> tuple[Floats, Floats]:
    """(N, N) intersection over union, and share of box i that box j covers."""
    shared = intersections(boxes, boxes)
    area = np.maximum(areas(boxes), 1e-9)
    return shared / (area[:, None] + area[None] - shared), shared / area[:, None]


def shadows(boxes: Floats, scores: Floats) -> Bools:
    """(N, N) whether detection i may be a second box on what j, with a better score, shows."""
    overlap, cover = _overlaps(boxes)
    better = scores[None] > scores[:, None]
    return np.asarray(((overlap > _SHADOW_IOU) | (cover > _SHADOW_COVER)) & better)


def twins(boxes: Floats, elder: Bools) -> Bools:
    """(N,) whether a track lies on an older one, head on head.

    Args:
        boxes: (N, 4).
        elder: (N, N) whether j is the one to stay of i and j.
    """
    overlap, cover = _overlaps(boxes)
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    drop = np.abs(boxes[:, None, 1] - boxes[None, :, 1])
    aside = np.abs(middle[:, None] - middle[None])
    head = (drop < _HEAD_TOP * np.minimum(height[:, None], height[None])) & (
        aside < _HEAD_SIDE * np.maximum(width[:, None], width[None])
    )
    return np.asarray((((overlap > _TWIN_IOU) | (cover > _TWIN_COVER)) & head & elder).any(axis=1))
