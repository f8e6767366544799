"""Detections of drawn pictures, described, and whether each is a person of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

import models
from benchmarks.credence.shops import Picture, pictures
from edge_agent.perception.credence import FEATURES, LEAST_PX, features
from models.detections import Detections
from simulators.camera.drawing import Seen

Floats = NDArray[np.float64]

VISIBLE = 0.03
"""Of whom less is seen, nobody can be found."""
ASIDE, ABOVE = 0.2, 0.1
"""A box is somebody's whose head is no further from where it begins, in heights of a person."""
ENOUGH = 30
"""So many whole people tell how tall people look,"""
MISJUDGED = 0.05
"""and an agent that learns it from fewer misjudges it by so much (spread of the logarithm)."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Detections of one shop.

    Attributes:
        inputs: (N, 9) see :func:`edge_agent.perception.credence.features`.
        real: (N,) 1.0 for the best box of a person, else 0.0.
        solid: (N,) bool, drawn as solid bodies.
        shops: (N,) number of the shop.
    """

    inputs: Floats
    real: Floats
    solid: NDArray[np.bool_]
    shops: NDArray[np.int64]


def of_shop(shop: int) -> Examples:
    """Draw one shop and look at it with the default model."""
    # The other processors have shops of their own.
    cv2.setNumThreads(1)
    detector = models.load()
    shown = list(pictures(shop))
    line = _heights(shown)
    nothing = np.empty((0, FEATURES)), np.empty(0), np.empty(0, np.bool_)
    scale = float(np.exp(np.random.default_rng(shop).normal(0.0, MISJUDGED)))
    found = [nothing] if line is None else [_look(detector, p, line, scale) for p in shown]
    inputs, real, solid = (np.concatenate(part) for part in zip(*found, strict=True))
    return Examples(inputs, real, solid, np.full(len(real), shop))


def join(parts: Sequence[Examples]) -> Examples:
    """Put shops together."""
    return Examples(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("inputs", "real", "solid", "shops")
        )
    )


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


def _look(
    detector: models.Detector, picture: Picture, line: tuple[float, float], scale: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    found = detector.detect(picture.image)
    tops = found.boxes[:, 1].astype(np.float64)
    tall = np.maximum(line[0] * tops + line[1] - tops, LEAST_PX)
    parts = (found.boxes, found.scores, found.support)
    inputs = features(*(part.astype(np.float64) for part in parts), scale * tall)
    return inputs, _real(found, picture.people, tall), np.full(len(found), picture.solid)


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
