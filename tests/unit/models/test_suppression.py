"""Which boxes stay, and what they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.detections import Detections
from models.suppression import iou, support, suppress

Floats = np.ndarray

_corners = arrays(np.float32, (9, 2), elements=st.floats(0, 300, width=32))
_sizes = arrays(np.float32, (9, 2), elements=st.floats(8, 150, width=32))
_scores = arrays(np.float32, 9, elements=st.floats(0.125, 0.875, width=32), unique=True)


def _share(a: list[float], b: list[float]) -> float:
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0.0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]), 0.0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return width * height / (areas - width * height)


@given(_corners, _sizes)
def test_overlaps_are_those_of_a_plain_loop(corners: Floats, sizes: Floats) -> None:
    boxes = np.hstack([corners, corners + sizes])
    expected = [[_share(a, b) for b in boxes[:4].tolist()] for a in boxes.tolist()]
    assert iou(boxes, boxes[:4]) == pytest.approx(np.array(expected), abs=1e-4)


@given(_corners, _sizes, _scores)
def test_each_score_is_counted_once(corners: Floats, sizes: Floats, scores: Floats) -> None:
    boxes = np.hstack([corners, corners + sizes])
    kept = suppress(boxes, scores, 0.6)
    backed = support(boxes, scores, kept, 0.6)
    assert (backed >= scores[kept] - 1e-6).all()
    assert backed.sum() <= scores.sum() + 1e-4


def test_a_box_stands_for_those_that_went_for_it() -> None:
    boxes = np.array([[0, 0, 40, 100], [2, 0, 42, 100], [1, 2, 41, 102], [200, 0, 240, 100]])
    scores = np.array([0.5, 0.75, 0.25, 0.5], np.float32)
    kept = suppress(boxes.astype(np.float32), scores, 0.6)
    backed = support(boxes.astype(np.float32), scores, kept, 0.6)
    assert kept.tolist() == [1, 3]
    assert backed.tolist() == [1.5, 0.5]


def test_nothing_stands_for_nothing() -> None:
    none = np.empty((0, 4), np.float32), np.empty(0, np.float32)
    assert support(*none, np.empty(0, np.int64), 0.6).shape == (0,)


def test_a_detection_stands_for_itself_unless_told() -> None:
    box = np.array([[0, 0, 40, 100]], np.float32)
    assert Detections(box, np.array([0.5], np.float32)).support.tolist() == [0.5]
    with pytest.raises(ValueError, match=r"support: expected shape \(1,\), found \(2,\)"):
        Detections(box, np.array([0.5], np.float32), np.ones(2, np.float32))
