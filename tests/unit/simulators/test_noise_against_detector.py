"""The noise model tells the truth about the default detector on drawn pictures."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

import models
from simulators.camera.drawing import Painter
from simulators.camera.noise import NoisyDetector
from simulators.camera.views import VIEWS
from simulators.scene.layout import shop
from simulators.scene.scene import Scene
from simulators.scene.settings import busy

LAYOUT = shop(2)
SEEDS = range(21, 25)
"""Of those hidden most there are few in a picture, and they are the same ones for a while."""
HIDDEN = (0.05, 0.3, 0.6)
THRESHOLD = 0.4
TALL_PX = 110


def overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    areas = [np.prod(x[:, 2:] - x[:, :2], axis=1) for x in (a, b)]
    return shared / (areas[0][:, None] + areas[1][None, :] - shared)


def found(
    whole: NDArray[np.float64], visible: NDArray[np.float64], boxes: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Which people have a box of their own, by the body or by what is seen of it."""
    if not len(boxes) or not len(whole):
        return np.zeros(len(whole), np.bool_)
    match = np.maximum(overlap(whole, boxes), overlap(visible, boxes))
    rows, columns = linear_sum_assignment(-match)
    got = np.zeros(len(whole), np.bool_)
    got[rows[match[rows, columns] >= 0.4]] = True
    return got


@pytest.mark.slow
def test_recall_by_occlusion_is_that_of_the_drawn_path() -> None:
    detector = models.load("person")
    drawn: list[list[bool]] = [[], [], [], []]
    noisy: list[list[bool]] = [[], [], [], []]
    for name, crowd in product(("along", "high", "side"), SEEDS):
        view = VIEWS[name](LAYOUT)
        painter = Painter(LAYOUT, view)
        noise = [NoisyDetector(LAYOUT, view, seed) for seed in range(4)]
        scene = Scene(busy(), crowd)
        scene.advance(500.0)
        for _ in range(9):
            # Long enough for other people to stand there.
            scene.advance(scene.now_s + 35.0)
            snapshot = scene.snapshot()
            shown = detector.detect(painter.draw(snapshot))
            guessed = [noisy_one.detect(snapshot) for noisy_one in noise]
            people = [
                seen
                for seen in painter.truth(snapshot)
                if seen.visible_box is not None and seen.box[3] - seen.box[1] >= TALL_PX
            ]
            limits = np.array([view.width, view.height] * 2)
            whole = np.clip(np.array([p.box for p in people]), 0, limits)
            visible = np.array([p.visible_box for p in people], np.float64)
            for book, detections in ((drawn, shown), *((noisy, guess) for guess in guessed)):
                hits = found(whole, visible, detections.boxes[detections.scores >= THRESHOLD])
                for person, hit in zip(people, hits.tolist(), strict=True):
                    book[int(np.digitize(1.0 - person.visible, HIDDEN))].append(hit)
    recall = [(float(np.mean(a)), float(np.mean(b))) for a, b in zip(drawn, noisy, strict=True)]
    assert all(abs(a - b) <= 0.15 for a, b in recall), recall
    assert recall[0][0] > recall[3][0] + 0.3
