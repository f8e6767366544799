"""YOLOX as its project releases it: offsets from the cells of three grids (arXiv:2107.08430)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.families.corners import corners_of
from models.families.shapes import require

_STRIDES = (8, 16, 32)


def decode(
    outputs: Sequence[NDArray[Any]], size: tuple[int, int], min_score: float, person: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes of all cells that score at least ``min_score``.

    Args:
        outputs: one array (1, N, 5 + classes), N cells of the grids of stride 8, 16, 32 row by
            row: centre in cells from the cell's corner, log of width and height in cells, then
            the probabilities of an object and of each class.
        size: (width, height) of the input in pixels.
        min_score: lowest score wanted.
        person: index of the class "person".

    Returns:
        Boxes (M, 4) in pixels of the input, and scores (M,).
    """
    corner, stride = _cells(size)
    require(outputs, (1, len(corner), None))
    rows = outputs[0][0]
    scores = rows[:, 4] * rows[:, 5 + person]
    chosen = np.flatnonzero(scores >= min_score)
    centre = (rows[chosen, :2] + corner[chosen]) * stride[chosen]
    extent = np.exp(rows[chosen, 2:4]) * stride[chosen]
    return corners_of(np.concatenate([centre, extent], 1)), scores[chosen].astype(np.float32)


@lru_cache(maxsize=8)
def _cells(size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Column and row (N, 2) of each cell, and its stride (N, 1)."""
    corners, strides = [], []
    for stride in _STRIDES:
        rows, columns = np.mgrid[: size[1] // stride, : size[0] // stride]
        corners.append(np.stack([columns.ravel(), rows.ravel()], 1))
        strides.append(np.full((rows.size, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)
