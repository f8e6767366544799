"""Our decoders against what ultralytics and torchvision made of the same tensors.

``detectors/record.py`` made the recordings.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.families import FAMILIES
from models.families.ssd import prior_boxes
from models.suppression import suppress

FOLDER = Path(__file__).parent / "detectors"
MIN_SCORE = 0.3
MAX_IOU = 0.6


def recorded(name: str) -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{name}.npz") as file:
        return dict(file)


def test_yolo_head_as_ultralytics_decodes_and_suppresses_it() -> None:
    data = recorded("yolo")
    boxes, scores = FAMILIES["yolo"]([data["raw"]], (192, 128), MIN_SCORE, 0)
    keep = suppress(boxes, scores, MAX_IOU)
    assert len(keep) == len(data["kept"]) > 3
    np.testing.assert_allclose(boxes[keep], data["kept"][:, :4], atol=1e-3)
    np.testing.assert_allclose(scores[keep], data["kept"][:, 4], rtol=1e-6)


def test_nms_free_yolo_head_as_ultralytics_filters_it() -> None:
    data = recorded("yolo_nms_free")
    classes = np.unique(data["kept"][:, 5]).astype(int)
    assert len(classes) > 3
    for person in classes:
        expected = data["kept"][data["kept"][:, 5] == person]
        boxes, scores = FAMILIES["yolo-nms-free"]([data["raw"]], (256, 160), MIN_SCORE, int(person))
        np.testing.assert_array_equal(boxes, expected[:, :4])
        np.testing.assert_array_equal(scores, expected[:, 4])


def test_ssd_priors_as_torchvision_lays_them() -> None:
    priors = recorded("ssd")["priors"]
    ours = prior_boxes((320, 320))
    corners = np.concatenate([ours[:, :2] - ours[:, 2:] / 2, ours[:, :2] + ours[:, 2:] / 2], 1)
    np.testing.assert_allclose(corners, priors, atol=1e-3)


def test_ssd_heads_as_torchvision_decodes_and_suppresses_them() -> None:
    data = recorded("ssd")
    outputs = [data["offsets"].astype(np.float32), data["logits"].astype(np.float32)]
    boxes, scores = FAMILIES["ssd"](outputs, (320, 320), MIN_SCORE, 1)
    boxes = np.clip(boxes, 0.0, 320.0)
    keep = suppress(boxes, scores, MAX_IOU)
    # torchvision looks at its best 300 candidates of each class only.
    assert len(data["boxes"]) > 100
    np.testing.assert_allclose(boxes[keep][: len(data["boxes"])], data["boxes"], atol=1e-3)
    np.testing.assert_allclose(scores[keep][: len(data["scores"])], data["scores"], atol=1e-6)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_nobody_is_an_empty_result(family: str) -> None:
    outputs = {
        "nanodet": [np.full((1, 320 // s, 320 // s, 45), -9.0, np.float32) for s in (8, 16, 32)],
        "ssd": [np.zeros((1, 3234, 4), np.float32), np.tile([9.0, 0.0], (1, 3234, 1))],
        "ssd-boxes": [np.zeros((1, 5, 4)), np.zeros((1, 5)), np.ones((1, 5))],
        "yolo": [np.zeros((1, 84, 84), np.float32)],
        "yolo-nms-free": [np.zeros((1, 300, 6), np.float32)],
        "yolox": [np.zeros((1, 84 * 25, 85), np.float32)],
    }[family]
    size = (320, 320)
    boxes, scores = FAMILIES[family](outputs, size, MIN_SCORE, 1 if "ssd" in family else 0)
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)
    assert boxes.dtype == scores.dtype == np.float32
    assert len(suppress(boxes, scores, MAX_IOU)) == 0
