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
        outputs: one array (1, C + 4 * 11, H / s, W / s) for each stride s of 8, 16, 32: the logits
            of C classes, then the logits of the distances left, top, right, bottom.
        size: (width, height) of the input in pixels.
        min_score: lowest score wanted.
        person: index of the class "person".

    Returns:
        Boxes (N, 4) in pixels of the input, and scores (N,).
    """
    require(outputs, *((1, None, size[1] // stride, size[0] // stride) for stride in _STRIDES))
    limit = logit(min_score)
    boxes, logits = [], []
    for output, stride in zip(outputs, _STRIDES, strict=True):
        cells = output[0].reshape(output.shape[1], -1)
        score = cells[person]
        chosen = np.flatnonzero(score >= limit)
        row, column = np.divmod(chosen, output.shape[3])
        centre = (np.stack([column, row], 1) + 0.5) * stride
        distances = _expected(cells[-4 * _BINS :, chosen]) * stride
        boxes.append(np.concatenate([centre - distances[:, :2], centre + distances[:, 2:]], 1))
        logits.append(score[chosen])
    return np.concatenate(boxes).astype(np.float32), sigmoid(np.concatenate(logits))


def _expected(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distances in strides, (N, 4), from (44, N) logits."""
    weights = softmax(logits.reshape(4, _BINS, -1), axis=1)
    return np.asarray(
        np.einsum("sbn,b->ns", weights, np.arange(_BINS, dtype=np.float32)), np.float32
    )
