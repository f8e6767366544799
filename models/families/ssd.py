"""SSD: offsets from prior boxes of six grids (Liu et al., arXiv:1512.02325)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.families.activations import softmax
from models.families.corners import corners_of
from models.families.shapes import require

_GRIDS = 6
_FIRST_STRIDE = 16
_SMALLEST, _LARGEST = 0.2, 0.95
_RATIOS = (2.0, 3.0)
_VARIANCES = (0.1, 0.2)


def decode(
    outputs: Sequence[NDArray[Any]], size: tuple[int, int], min_score: float, person: int = 1
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes of SSD-MobileNet with its raw heads.

    Args:
        outputs: offsets (1, N, 4) of centre x, y and log width, height from each prior box, and
            logits (1, N, classes) with the background first.
        size: (width, height) of the input in pixels.
        min_score: lowest score wanted.
        person: index of the class "person", counting the background as 0.

    Returns:
        Boxes (M, 4) in pixels of the input, and scores (M,).
    """
    priors = prior_boxes(size)
    require(outputs, (1, len(priors), 4), (1, len(priors), None))
    offsets, logits = outputs[0][0], outputs[1][0]
    scores = softmax(logits, axis=1)[:, person]
    chosen = np.flatnonzero(scores >= min_score)
    prior = priors[chosen]
    centre = prior[:, :2] + offsets[chosen, :2] * _VARIANCES[0] * prior[:, 2:]
    extent = prior[:, 2:] * np.exp(offsets[chosen, 2:] * _VARIANCES[1])
    return corners_of(np.concatenate([centre, extent], 1)), scores[chosen].astype(np.float32)


def decode_boxes(
    outputs: Sequence[NDArray[Any]], size: tuple[int, int], min_score: float, person: int = 1
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes of an SSD that decodes and suppresses by itself (TensorFlow's detection exports).

    Args:
        outputs: boxes (1, N, 4) y1, x1, y2, x2 as fractions of the input, scores (1, N) and
            classes (1, N).
        size: (width, height) of the input in pixels.
        min_score: lowest score wanted.
        person: number of the class "person".

    Returns:
        Boxes (M, 4) in pixels of the input, and scores (M,).
    """
    require(outputs, (1, None, 4), (1, None), (1, None))
    boxes, scores, classes = (output[0] for output in outputs)
    chosen = np.flatnonzero((scores >= min_score) & (np.rint(classes) == person))
    pixels = boxes[chosen][:, [1, 0, 3, 2]] * np.array(size * 2, np.float32)
    return pixels.astype(np.float32), scores[chosen].astype(np.float32)


@lru_cache(maxsize=8)
def prior_boxes(size: tuple[int, int]) -> NDArray[np.float32]:
    """Prior boxes of SSD-MobileNet, grid by grid, row by row.

    Returns:
        (N, 4) centre x, y, width, height in pixels of an input of ``size`` (width, height).
    """
    scales = np.linspace(_SMALLEST, _LARGEST, _GRIDS)
    larger = np.sqrt(scales * np.append(scales[1:], 1.0))
    boxes = []
    columns, rows = (-(-side // _FIRST_STRIDE) for side in size)
    for scale, between in zip(scales, larger, strict=True):
        shapes = [(scale, scale), (between, between)]
        for ratio in np.sqrt(_RATIOS):
            shapes += [(scale * ratio, scale / ratio), (scale / ratio, scale * ratio)]
        y, x, shape = np.meshgrid(
            (np.arange(rows) + 0.5) / rows,
            (np.arange(columns) + 0.5) / columns,
            np.arange(len(shapes)),
            indexing="ij",
        )
        extents = np.minimum(shapes, 1.0)[shape.ravel()]
        boxes.append(np.column_stack([x.ravel(), y.ravel(), extents]))
        columns, rows = -(-columns // 2), -(-rows // 2)
    return np.asarray(np.concatenate(boxes) * np.array(size * 2), np.float32)
