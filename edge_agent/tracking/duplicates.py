"""Several boxes on one person.

Suppression within a frame cannot tell a second box on somebody with a cart from the next person
in a tight queue. Heads can: two people who hide each other show two heads, and a box around a
person and a cart, or around half a person, begins at the head that is known already.
"""

from __future__ import annotations

import numpy as np

from edge_agent.tracking.motion import Bools, Floats
from edge_agent.tracking.overlap import areas, intersections

_HEAD_ASIDE = 0.12
"""One head: less than this share of a body's height apart across the picture, …"""
_HEAD_DROP = 0.06
"""… and less than this up and down."""
_PART_COVER = 0.8
"""Of a part of somebody so much lies inside the whole."""
_BELOW = 0.03
"""Who stands nearer ends lower in the picture, by this share of the height at least."""


def _heads(boxes: Floats) -> tuple[Floats, Floats]:
    """(N, N) how far the heads of i and j are apart, in radii, and how much lower i begins.

    A second box that takes in a cart or a bag keeps one side of the first, so across the picture
    the sides count as well as the middles.
    """
    height = boxes[:, 3] - boxes[:, 1]
    unit = np.maximum(height[:, None], height[None])
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    aside = np.abs(middle[:, None] - middle[None])
    for side in (0, 2):
        aside = np.minimum(aside, np.abs(boxes[:, None, side] - boxes[None, :, side]))
    lower = (boxes[:, None, 1] - boxes[None, :, 1]) / unit
    apart = np.hypot(aside / unit / _HEAD_ASIDE, lower / _HEAD_DROP)
    return apart, lower


def same_person(boxes: Floats) -> Bools:
    """(N, N) whether box i shows nobody but whom box j shows: the same head, or a part of it."""
    apart, lower = _heads(boxes)
    shared = intersections(boxes, boxes)
    height = boxes[:, 3] - boxes[:, 1]
    ends_higher = boxes[:, None, 3] <= boxes[None, :, 3] + _BELOW * height[None]
    part = shared / np.maximum(areas(boxes), 1e-9)[:, None] > _PART_COVER
    part &= (lower > _HEAD_DROP) & ends_higher
    same = ((apart < 1.0) & (shared > 0.0)) | part
    np.fill_diagonal(same, False)
    return np.asarray(same)


def shadows(boxes: Floats, scores: Floats) -> Bools:
    """(N, N) whether detection i may be a second box on what j, with a better score, shows."""
    return same_person(boxes) & (scores[None] > scores[:, None])


def twins(boxes: Floats, elder: Bools) -> Bools:
    """(N,) whether a track lies on an older one, head on head.

    Args:
        boxes: (N, 4).
        elder: (N, N) whether j is the one to stay of i and j.
    """
    return np.asarray((same_person(boxes) & elder).any(axis=1))
