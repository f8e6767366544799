"""How likely each detection is a person of their own, from its score and its place among others.

A detector draws boxes around parts of people, around two at once, and twice around one, and gives
half-hidden people low scores. Where its head is, how tall it is for its place, and how it lies on
the boxes around it tells these apart better than the score alone. Each detection looks at those
near it more than once, so that it comes to know what the others are taken for (after Hosang et
al., Learning non-maximum suppression, arXiv:1705.02950). What that means was learned from drawn
scenes (``python -m benchmarks.credence``); places and sizes are in heights of a person there, so
that nothing depends on the size of the picture.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.perception.looking_round import Network
from models.detections import Detections

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

OF_ONE, OF_TWO = 5, 11
"""What is known of a detection, and of one beside another."""
NEAR = 0.8
"""Detections look at each other up to here, in heights of a person from head to head."""
HEAD = 0.12, 0.15
"""Radii of a head across and down the picture, in heights of a person."""
FAR = 6.0
"""No head is further away from another than this, in radii."""
LEAST_HEIGHT = 1e-3
"""No box is less tall, in heights of a person."""
LEAST_PX = 20.0
"""Nobody who is found is smaller."""
WEIGHTS = Path(__file__).with_name("credence.json")


class Described(NamedTuple):
    """Detections as the network sees them.

    Attributes:
        each: (N, 5) log-odds of the score; logarithm of its support; height and width in heights
            of a person; logarithm of how tall a person is there in the network's input.
        pairs: (E, 11) of the second detection of a pair as the first one sees it: how far it is
            aside, to the right, below with its head, and with its feet, in heights of a person;
            logarithm of how much taller it is; overlap, the share of the first that lies in the
            second, and of the second in the first; difference in log-odds; whether it scores
            better; how far its head is away, in radii of a head.
        first, second: (E,) the pairs, sorted by the first.
    """

    each: Floats
    pairs: Floats
    first: Rows
    second: Rows


def describe(
    boxes: Floats, scores: Floats, support: Floats, tall: Floats, ratio: float
) -> Described:
    """Describe each detection among the others.

    Args:
        boxes: (N, 4) x1 y1 x2 y2 in any unit, in pixels that are square.
        scores: (N,) in 0..1.
        support: (N,) the scores that each stands for.
        tall: (N,) height of a person whose head is where each box begins, in the same unit.
        ratio: pixels of the network's input for one of that unit.
    """
    x1, y1, x2, y2 = boxes.T
    # A box may have been cut down to nothing at the border of the picture.
    width, height = x2 - x1, np.maximum(y2 - y1, LEAST_HEIGHT * tall)
    sure = np.clip(scores, 0.01, 0.99)
    odds = np.log(sure / (1.0 - sure))
    each = [
        odds,
        np.log(np.maximum(support, 0.01)),
        height / tall,
        width / tall,
        np.log(ratio * tall),
    ]
    middle = (x1 + x2) / 2.0
    unit = np.maximum(tall[:, None], tall)
    near = np.abs(middle - middle[:, None]) < NEAR * unit
    near &= np.abs(y1 - y1[:, None]) < NEAR * unit
    np.fill_diagonal(near, val=False)
    i, j = near.nonzero()
    unit = unit[i, j]
    across, down = (middle[j] - middle[i]) / unit, (y1[j] - y1[i]) / unit
    area = np.maximum(width * height, 1e-9)
    shared = np.maximum(np.minimum(x2[i], x2[j]) - np.maximum(x1[i], x1[j]), 0.0)
    shared *= np.maximum(np.minimum(y2[i], y2[j]) - np.maximum(y1[i], y1[j]), 0.0)
    pairs = [
        np.abs(across),
        across,
        down,
        (y2[j] - y2[i]) / unit,
        np.log(height[j] / height[i]),
        shared / (area[i] + area[j] - shared),
        shared / area[i],
        shared / area[j],
        odds[j] - odds[i],
        scores[j] > scores[i],
        np.minimum(np.hypot(across / HEAD[0], down / HEAD[1]), FAR),
    ]
    return Described(np.stack(each, axis=1), np.stack(pairs, axis=1, dtype=np.float32), i, j)


def chances(detections: Detections, tall: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Probability that each detection is a person, and the best box of them.

    Args:
        detections: N of them.
        tall: (N,) pixels from head to foot of a person whose head is where each box begins.
        ratio: pixels of the network's input for one of the picture.

    Returns:
        (N,) in 0..1.
    """
    if not len(detections):
        return np.empty(0)
    likely_tall = np.maximum(tall, LEAST_PX).astype(np.float32)
    boxes, scores, support = detections.boxes, detections.scores, detections.support
    found = describe(boxes, scores, support, likely_tall, ratio)
    odds = _learned().odds(*found)
    return np.asarray(1.0 / (1.0 + np.exp(-odds.astype(np.float64))))


def knows(family: str) -> bool:
    """Whether it was learned from detectors of a family; what scores mean differs between them."""
    return family == _learned().family


@cache
def _learned() -> Network:
    return Network.read(WEIGHTS)
