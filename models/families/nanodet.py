"""NanoDet: one score and four distance distributions for each cell of three maps.

A side of a box lies at the expected value of a discrete distribution over 0..10 strides from the
centre of the cell (Li et al., Generalized Focal Loss, arXiv:2006.04388).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.families.activations import logit, sigmoid, softmax
from models.families.shapes import require

_BINS = 11
_STRIDES = (8, 16, 32)


def decode(
    outputs: Sequence[NDArray[Any]], size: tuple[int, int], min_score: float, person: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes of all cells that score at least ``min_score``.

    Args:
        outputs: one array (1, H / s, W / s, C + 4 * 11) for each stride s of 8, 16, 32: the logits
            of C classes, then the logits of the distances left, top, right, bottom.
        size: (width, height) of the input in pixels.
        min_score: lowest score wanted.
        person: index of the class "person".

    Returns:
        Boxes (N, 4) in pixels of the input, and scores (N,).
    """
    require(outputs, *((1, size[1] // stride, size[0] // stride, None) for stride in _STRIDES))
    limit = logit(min_score)
    cells, centres, strides = [], [], []
    for output, stride in zip(outputs, _STRIDES, strict=True):
        row, column = np.nonzero(output[0, :, :, person] >= limit)
        cells.append(output[0, row, column])
        centres.append((np.stack([column, row], 1) + 0.5) * stride)
        strides.append(np.full((len(row), 1), stride))
    chosen, centre = np.concatenate(cells), np.concatenate(centres)
    distances = _expected(chosen[:, -4 * _BINS :]) * np.concatenate(strides)
    boxes = np.concatenate([centre - distances[:, :2], centre + distances[:, 2:]], 1)
    return boxes.astype(np.float32), sigmoid(chosen[:, person])


def _expected(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distances in strides, (N, 4), from (N, 44) logits."""
    weights = softmax(logits.reshape(-1, 4, _BINS), axis=2)
    return np.asarray(weights @ np.arange(_BINS, dtype=np.float32), np.float32)
