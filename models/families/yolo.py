"""YOLO from version 8 on: boxes decoded by the network, one score a class, no objectness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.families.corners import corners_of
from models.families.shapes import require


def decode(
    outputs: Sequence[NDArray[Any]], size: tuple[int, int], min_score: float, person: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes of the usual head, which still overlap.

    A cell that another class scores higher in is not a person.

    Args:
        outputs: one array (1, 4 + classes, N): centre x, y, width, height in pixels of the input,
            then the probability of each class.
        size: not needed, boxes are in pixels already.
        min_score: lowest score wanted.
        person: index of the class "person".

    Returns:
        Boxes (M, 4) and scores (M,).
    """
    require(outputs, (1, None, None))
    rows = outputs[0][0]
    scores = rows[4 + person]
    chosen = np.flatnonzero(scores >= min_score)
    chosen = chosen[rows[4:, chosen].argmax(0) == person]
    return corners_of(rows[:4, chosen].T), scores[chosen].astype(np.float32)


def decode_nms_free(
    outputs: Sequence[NDArray[Any]], size: tuple[int, int], min_score: float, person: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes of the one-to-one head, which need no suppression.

    Args:
        outputs: one array (1, N, 6): x1, y1, x2, y2 in pixels of the input, score, class.
        size: not needed, boxes are in pixels already.
        min_score: lowest score wanted.
        person: index of the class "person".

    Returns:
        Boxes (M, 4) and scores (M,).
    """
    require(outputs, (1, None, 6))
    rows = outputs[0][0]
    chosen = rows[(rows[:, 4] >= min_score) & (rows[:, 5].round() == person)]
    return chosen[:, :4].astype(np.float32), chosen[:, 4].astype(np.float32)
