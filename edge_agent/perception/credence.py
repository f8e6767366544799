"""How likely each detection is a person of their own, from its score and its place among others.

A detector draws boxes around parts of people, around two at once, and twice around one, and gives
half-hidden people low scores. Where its head is, how tall it is for its place, and how it lies on
better boxes tells these apart better than the score alone. What that means was learned from drawn
scenes (``python -m benchmarks.credence``); places and sizes are in heights of a person there, so
that nothing depends on the size of the picture.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.detections import Detections

Floats = NDArray[np.float64]

FEATURES = 9
HEAD = 0.12, 0.15
"""Radii of a head across and down the picture, in heights of a person."""
FAR = 6.0
"""No head is further away from another than this, in radii."""
NEAR = 0.15
"""People in one file are no further apart across the picture, in heights of a person."""
LEAST_PX = 20.0
"""Nobody who is found is smaller."""
WEIGHTS = Path(__file__).with_name("credence.json")


class _Layer(NamedTuple):
    weights: Floats
    offsets: Floats


def features(boxes: Floats, scores: Floats, support: Floats, tall: Floats) -> Floats:
    """Describe each detection among the others.

    Args:
        boxes: (N, 4) x1 y1 x2 y2 in any unit, in pixels that are square.
        scores: (N,) in 0..1.
        support: (N,) the scores that each stands for.
        tall: (N,) height of a person whose head is where each box begins, in the same unit.

    Returns:
        (N, 9): log-odds of the score; logarithm of its support; height and width in heights of a
        person; how far away the head of a better box is; the share that lies inside a better box;
        the overlap with one; how far above and below a better head is in the same file.
    """
    x1, y1, x2, y2 = boxes.T
    width, height = x2 - x1, y2 - y1
    area = np.maximum(width * height, 1e-12)
    better = scores[None] > scores[:, None]
    shared = np.maximum(np.minimum(x2[:, None], x2) - np.maximum(x1[:, None], x1), 0.0)
    shared *= np.maximum(np.minimum(y2[:, None], y2) - np.maximum(y1[:, None], y1), 0.0)
    inside = np.where(better, shared / area[:, None], 0.0)
    overlap = np.where(better, shared / (area[:, None] + area - shared), 0.0)
    unit = np.maximum(tall[:, None], tall)
    middle = (x1 + x2) / 2.0
    across, down = (middle[:, None] - middle) / unit, (y1[:, None] - y1) / unit
    apart = np.where(better, np.hypot(across / HEAD[0], down / HEAD[1]), FAR)
    file = better & (np.abs(across) < NEAR)
    above = np.where(file & (down > 0.0), down, 1.0)
    below = np.where(file & (down < 0.0), -down, 1.0)
    sure = np.clip(scores, 0.01, 0.99)
    return np.stack(
        [
            np.log(sure / (1.0 - sure)),
            np.log(np.maximum(support, 0.01)),
            height / tall,
            width / tall,
            apart.min(axis=1, initial=FAR),
            inside.max(axis=1, initial=0.0),
            overlap.max(axis=1, initial=0.0),
            above.min(axis=1, initial=1.0),
            below.min(axis=1, initial=1.0),
        ],
        axis=1,
    )


def chances(detections: Detections, tall: Floats) -> Floats:
    """Probability that each detection is a person, and the best box of them.

    Args:
        detections: N of them.
        tall: (N,) pixels from head to foot of a person whose head is where each box begins.

    Returns:
        (N,) in 0..1.
    """
    if not len(detections):
        return np.empty(0)
    value = features(
        detections.boxes.astype(np.float64),
        detections.scores.astype(np.float64),
        detections.support.astype(np.float64),
        np.maximum(tall, LEAST_PX),
    )
    *hidden, last = _learned()[1]
    for layer in hidden:
        value = np.maximum(value @ layer.weights + layer.offsets, 0.0)
    odds = value @ last.weights + last.offsets
    return np.asarray(1.0 / (1.0 + np.exp(-odds[:, 0])))


def knows(family: str) -> bool:
    """Whether it was learned from detectors of a family; what scores mean differs between them."""
    return family == _learned()[0]


@cache
def _learned() -> tuple[str, list[_Layer]]:
    content = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    layers = [
        _Layer(np.array(one["weights"]), np.array(one["offsets"])) for one in content["layers"]
    ]
    return content["family"], layers
