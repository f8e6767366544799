"""Non-maximum suppression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of every box of ``a`` (N, 4) with every box of ``b`` (M, 4).

    Returns:
        (N, M) in 0..1.
    """
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    overlap = np.prod(np.maximum(high - low, 0.0), axis=2)
    areas_a = np.prod(a[:, 2:] - a[:, :2], axis=1)
    areas_b = np.prod(b[:, 2:] - b[:, :2], axis=1)
    union = areas_a[:, None] + areas_b[None, :] - overlap
    return np.asarray(overlap / np.maximum(union, 1e-9), np.float32)


def suppress(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    max_iou: float,
    limit: int = 300,
) -> NDArray[np.int64]:
    """Greedy suppression: the best box stays, those that overlap it by more than ``max_iou`` go.

    Args:
        boxes: (N, 4) x1 y1 x2 y2.
        scores: (N,).
        max_iou: in 0..1.
        limit: no more than so many of the best boxes are looked at, times ten.

    Returns:
        Rows that stay, best score first, at most ``limit``.
    """
    order = np.argsort(-scores, kind="stable")[: limit * 10]
    overlap = iou(boxes[order], boxes[order]) > max_iou
    alive = np.ones(len(order), bool)
    for row in range(len(order)):
        if alive[row]:
            alive[row + 1 :] &= ~overlap[row, row + 1 :]
    return order[alive][:limit]
