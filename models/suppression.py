"""Non-maximum suppression."""

from __future__ import annotations

import cv2
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
        scores: (N,), above 0.
        max_iou: in 0..1.
        limit: most rows that stay; ten times as many are looked at.

    Returns:
        Rows that stay, best score first.
    """
    if len(scores) == 0:
        return np.empty(0, np.int64)
    corner, extent = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
    rects = np.concatenate([corner, extent], 1).tolist()
    # The threshold on scores is not used: what is too weak has been left out while decoding.
    kept = cv2.dnn.NMSBoxes(rects, scores.tolist(), 0.0, max_iou, top_k=limit * 10)
    return np.asarray(kept, np.int64).reshape(-1)[:limit]
