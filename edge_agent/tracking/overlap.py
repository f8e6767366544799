"""How much boxes cover each other, for all pairs at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def areas(boxes: Floats) -> Floats:
    """Areas of (N, 4) boxes x1 y1 x2 y2; an inside-out box has none."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    return sides[:, 0] * sides[:, 1]


def intersections(first: Floats, second: Floats) -> Floats:
    """(N, M) areas that each of the N boxes shares with each of the M boxes."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(high - low, 0.0)
    return np.asarray(sides[..., 0] * sides[..., 1])


def iou(first: Floats, second: Floats) -> Floats:
    """(N, M) intersection over union, 0..1."""
    shared = intersections(first, second)
    union = areas(first)[:, None] + areas(second)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def hidden_share(boxes: Floats, by: NDArray[np.bool_], leeway: float = 0.0) -> Floats:
    """Share of each box that people nearer to the camera cover.

    A person whose box ends lower in the picture stands nearer to a camera that looks down. The
    largest single cover is taken: two neighbours in front seldom cover the same person twice.

    Args:
        boxes: (N, 4).
        by: (N,) who may cover others.
        leeway: share of its height by which a box may end higher and still count as nearer.

    Returns:
        (N,) in 0..1.
    """
    if len(boxes) < 2:
        return np.zeros(len(boxes))
    share = intersections(boxes, boxes) / np.maximum(areas(boxes), 1e-9)[:, None]
    slack = leeway * (boxes[:, 3] - boxes[:, 1])
    nearer = (boxes[None, :, 3] > (boxes[:, 3] - slack)[:, None]) & by
    np.fill_diagonal(nearer, val=False)
    return np.asarray(np.where(nearer, share, 0.0).max(axis=1))
