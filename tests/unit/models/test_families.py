"""Decoders cell by cell, as the papers write them."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from models.families import nanodet, ssd, yolox
from models.suppression import iou, suppress


def test_nanodet_cell_by_cell() -> None:
    rng = np.random.default_rng(3)
    outputs = [
        rng.normal(0, 2, (1, 64 // stride, 96 // stride, 45)).astype(np.float32)
        for stride in (8, 16, 32)
    ]
    expected = []
    for output, stride in zip(outputs, (8, 16, 32), strict=True):
        for row in range(output.shape[1]):
            for column in range(output.shape[2]):
                cell = output[0, row, column].astype(float)
                score = 1 / (1 + math.exp(-cell[0]))
                if score < 0.6:
                    continue
                sides = []
                for side in range(4):
                    weights = np.exp(cell[1 + side * 11 : 12 + side * 11])
                    sides.append(stride * sum(k * w for k, w in enumerate(weights / weights.sum())))
                x, y = (column + 0.5) * stride, (row + 0.5) * stride
                left, top, right, bottom = sides
                expected.append([x - left, y - top, x + right, y + bottom, score])
    boxes, scores = nanodet.decode(outputs, (96, 64), 0.6)
    assert len(expected) > 10
    np.testing.assert_allclose(np.column_stack([boxes, scores]), expected, rtol=1e-4, atol=1e-3)


def test_yolox_gives_back_the_boxes_that_were_written_into_its_cells() -> None:
    size = (96, 64)
    cells = sum((96 // s) * (64 // s) for s in (8, 16, 32))
    raw = np.zeros((1, cells, 85), np.float32)
    first_of_16 = 12 * 8
    # Row 2, column 3 of the grid of stride 16; centre (60, 36), 32 wide and 16 high.
    cell = first_of_16 + 2 * 6 + 3
    raw[0, cell, :5] = [60 / 16 - 3, 36 / 16 - 2, math.log(2), math.log(1), 0.9]
    raw[0, cell, 5] = 0.8
    raw[0, 0, 4:7] = [1.0, 0.1, 0.9]  # another class
    boxes, scores = yolox.decode([raw], size, 0.3)
    np.testing.assert_allclose(boxes, [[44, 28, 76, 44]], rtol=1e-5)
    np.testing.assert_allclose(scores, [0.72], rtol=1e-5)


def test_ssd_that_suppresses_by_itself() -> None:
    boxes, scores = ssd.decode_boxes(
        [
            np.array([[[0.1, 0.2, 0.5, 0.4], [0.0, 0.0, 1.0, 1.0]]], np.float32),
            np.array([[0.9, 0.8]], np.float32),
            np.array([[1.0, 17.0]], np.float32),
        ],
        (300, 200),
        0.5,
        1,
    )
    np.testing.assert_allclose(boxes, [[60, 20, 120, 100]], rtol=1e-5)
    np.testing.assert_allclose(scores, [0.9], rtol=1e-6)


def _boxes(rows: np.ndarray) -> np.ndarray:
    return np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:] + 1.0], 1).astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(np.float32, st.tuples(st.integers(0, 40), st.just(4)), elements=st.integers(0, 50)),
    st.floats(0.2, 0.9),
    st.randoms(use_true_random=False),
)
def test_suppression_keeps_the_best_and_no_two_alike(rows, max_iou, random) -> None:
    boxes = _boxes(rows)
    scores = np.array([1.0 - random.random() for _ in boxes], np.float32)
    keep = suppress(boxes, scores, max_iou)
    overlap = iou(boxes[keep], boxes[keep]) - np.eye(len(keep))
    limit = np.float32(max_iou) + 1e-6  # 0.2 in single precision is a little more
    assert np.all(overlap <= limit)
    assert np.all(np.diff(scores[keep]) <= 0)
    for gone in set(range(len(boxes))) - set(keep.tolist()):
        better = keep[scores[keep] >= scores[gone]]
        assert iou(boxes[[gone]], boxes[better]).max(initial=0.0) > max_iou - 1e-6
