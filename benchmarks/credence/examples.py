"""Detections of drawn pictures, described, and whether each is a person of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

import models
from benchmarks.credence.shops import Picture, pictures
from edge_agent.perception.credence import LEAST_PX, Described, describe
from edge_agent.perception.looking import CLOSER
from models.detections import Detections
from models.detector import Detector
from simulators.camera.drawing import Seen

Floats = NDArray[np.float64]

VISIBLE = 0.03
"""Of whom less is seen, nobody can be found."""
ASIDE, ABOVE = 0.2, 0.1
"""A box is somebody's whose head is no further from where it begins, in heights of a person."""
ENOUGH = 30
"""So many whole people tell how tall people look,"""
MISJUDGED = 0.08
"""and an agent that learns it from fewer misjudges it by so much, everywhere and differently at
the top and at the bottom of a picture (spreads of the logarithm)."""
FAR = 1.5
"""No place is further from the middle of what was found, in quarters of the picture."""


@dataclass(frozen=True, slots=True)
class Example:
    """Detections of one picture.

    Attributes:
        found: how they are described.
        real: (N,) 1.0 for the best box of a person, else 0.0.
        heads: (N, 2) where each begins, as fractions of the picture.
        solid: drawn as solid bodies.
        shop: number of the shop.
    """

    found: Described
    real: Floats
    heads: Floats
    solid: bool
    shop: int


def of_shop(shop: int) -> list[Example]:
    """Draw one shop and look at it with the default model, as usual and closer."""
    # The other processors have shops of their own.
    cv2.setNumThreads(1)
    detectors = models.load(), models.load(closer=CLOSER)
    shown = list(pictures(shop))
    line = _heights(shown)
    if line is None:
        return []
    rng = np.random.default_rng(shop)
    return [
        described(picture, detections, _ratio(detector), line, shop, rng)
        for picture in shown
        for detector in detectors
        if len(detections := detector.detect(picture.image))
    ]


def described(
    picture: Picture,
    found: Detections,
    ratio: float,
    line: tuple[float, float],
    shop: int,
    rng: np.random.Generator,
) -> Example:
    """Describe what was found, as an agent would that misjudges how tall people look.

    Args:
        picture: the picture.
        found: what the detector found in it, not nothing.
        ratio: pixels of its input for one of the picture.
        line: row of the feet by the row of the head: slope and offset, in pixels.
        shop: number of the shop.
        rng: for the misjudgement.
    """
    tops = found.boxes[:, 1].astype(np.float64)
    tall = np.maximum(line[0] * tops + line[1] - tops, LEAST_PX)
    real = _real(found, picture.people, tall)
    high, wide = picture.image.shape[:2]
    heads = np.stack([(found.boxes[:, 0] + found.boxes[:, 2]) / 2.0 / wide, tops / high], axis=1)
    place = np.clip((tops - tops.mean()) / (high / 4.0), -FAR, FAR)
    everywhere, tilted = rng.normal(0.0, MISJUDGED, 2)
    judged = tall * np.exp(everywhere + tilted * place)
    inputs = found.boxes, found.scores, found.support, judged.astype(np.float32), ratio
    each, pairs, *rows = describe(*inputs)
    # There are millions of pairs.
    small = Described(each, pairs.astype(np.float16), *(row.astype(np.int16) for row in rows))
    return Example(small, real, heads, picture.solid, shop)


def _ratio(detector: Detector) -> float:
    fit = detector.fit
    assert fit is not None, "it has looked"
    return fit.inner[1] / fit.source[1]


def _heights(shown: Sequence[Picture]) -> tuple[float, float] | None:
    """Row of the feet by the row of the head: slope and offset, in pixels."""
    rows = [
        (seen.box[1], seen.box[3])
        for picture in shown
        for seen in picture.people
        if seen.box[1] > 0.0 and seen.box[3] < picture.image.shape[0] and seen.visible > 0.3
    ]
    if len(rows) < ENOUGH:
        return None
    heads, feet = np.array(rows).T
    slope, offset = np.polyfit(heads, feet, 1).tolist()
    return slope, offset


def _real(found: Detections, people: Sequence[Seen], tall: Floats) -> Floats:
    """(N,) 1.0 where a detection is the best one with the head of somebody."""
    real = np.zeros(len(found))
    free = {seen.person: seen.box for seen in people if seen.visible > VISIBLE}
    for k, (x1, y1, x2, _) in enumerate(found.boxes.tolist()):
        near = {
            person: np.hypot(
                ((x1 + x2) - (box[0] + box[2])) / 2.0 / tall[k] / ASIDE,
                (y1 - box[1]) / tall[k] / ABOVE,
            )
            for person, box in free.items()
        }
        best = min(near, key=near.__getitem__, default=None)
        if best is not None and near[best] < 1.0:
            real[k] = 1.0
            del free[best]
    return real
