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
    # By side, not by corner: numpy is several times as fast on whole rows as on pairs.
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a.T[:, :, None], b.T[:, None]
    overlap = np.minimum(ax2, bx2)
    overlap -= np.maximum(ax1, bx1)
    np.maximum(overlap, 0.0, out=overlap)
    down = np.minimum(ay2, by2)
    down -= np.maximum(ay1, by1)
    np.maximum(down, 0.0, out=down)
    overlap *= down
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1)
    union -= overlap
    overlap /= np.maximum(union, 1e-9, out=union)
    return np.asarray(overlap, np.float32)


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


def support(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    kept: NDArray[np.int64],
    max_iou: float,
) -> NDArray[np.float32]:
    """Add up the scores of all boxes that each one left by :func:`suppress` stands for.

    Several cells of a network see somebody who is there, and few agree on a chance resemblance.

    Args:
        boxes: (N, 4) x1 y1 x2 y2.
        scores: (N,).
        kept: (K,) rows that stayed, best score first.
        max_iou: as it was for ``suppress``.

    Returns:
        (K,), its own score included.
    """
    near = iou(boxes, boxes[kept]) > max_iou
    near[kept] = np.eye(len(kept), dtype=np.bool_)
    first = near.argmax(axis=1) if len(kept) else np.empty(0, np.int64)
    known = near.any(axis=1)
    sums = np.bincount(first[known], weights=scores[known], minlength=len(kept))
    return sums.astype(np.float32)
