"""Two boxes on one head, and how steeply the camera looks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.measures.doubles import HEAD_X, HEAD_Y, Heads
from edge_agent.measures.perspective import BODY_M, FOCAL

SIDE = st.floats(0.0, 1.0)
BOX = st.tuples(SIDE, SIDE, st.floats(0.01, 0.2), st.floats(0.02, 0.6))


def boxes_of(places: list[tuple[float, float, float, float]]) -> NDArray[np.float64]:
    """(N, 4) x1 y1 x2 y2 from middle, top, width and height."""
    x, y, width, height = np.array(places).reshape(-1, 4).T
    return np.stack([x - width / 2, y, x + width / 2, y + height], axis=1)


def test_a_second_box_on_a_head_is_the_double_of_who_was_known_first() -> None:
    cart = boxes_of([(0.5, 0.2, 0.06, 0.4), (0.505, 0.201, 0.08, 0.4), (0.8, 0.2, 0.06, 0.4)])
    assert Heads().doubles(cart, np.array([1, 2, 3])).tolist() == [False, True, False]
    assert Heads().doubles(cart, np.array([2, 1, 3])).tolist() == [True, False, False]


def test_who_stands_beside_or_behind_is_no_double() -> None:
    queue = boxes_of([(0.5, 0.2, 0.06, 0.4), (0.56, 0.2, 0.06, 0.4), (0.5, 0.23, 0.06, 0.4)])
    assert not Heads().doubles(queue, np.arange(3)).any()
    assert Heads().doubles(np.empty((0, 4)), np.empty(0, np.int64)).shape == (0,)


@given(st.lists(BOX, max_size=30))
def test_every_pair_is_looked_at(places: list[tuple[float, float, float, float]]) -> None:
    boxes = boxes_of(places)
    first = np.random.default_rng(len(places)).permutation(len(places))
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1]
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    expected = []
    for i in range(len(boxes)):
        across = (x - x[i]) / (HEAD_X * np.minimum(width, width[i]))
        down = (y - y[i]) / (HEAD_Y[0] * np.maximum(height, height[i]))
        expected.append(bool(((across**2 + down**2 < 1.0) & (first < first[i])).any()))
    assert Heads().doubles(boxes, first).tolist() == expected


@pytest.mark.parametrize(("tilt_deg", "height_m"), [(12, 2.8), (20, 3.2), (35, 5.5), (42, 5.8)])
def test_how_the_camera_looks_down_is_learned_from_people(tilt_deg: int, height_m: float) -> None:
    heads, rng, tilt = Heads(), np.random.default_rng(3), math.radians(tilt_deg)
    assert heads.steepness() == 0.0
    for _ in range(200):
        away_m, tall_m = rng.uniform(2.5, 9.0, 6), rng.normal(BODY_M, 0.1, 6)
        bottom = 0.5 + FOCAL * np.tan(np.arctan(height_m / away_m) - tilt)
        top = 0.5 + FOCAL * np.tan(np.arctan((height_m - tall_m) / away_m) - tilt)
        boxes = np.stack([np.full(6, 0.4), top, np.full(6, 0.5), bottom], axis=1)
        heads.learn(boxes, boxes[:, 2:], np.ones(6, np.bool_), 0.125)
    found = heads.perspective
    assert found is not None
    assert math.degrees(found.tilt) == pytest.approx(tilt_deg, abs=4.0)
    assert found.over_heads_m == pytest.approx(height_m - BODY_M, rel=0.15)


def test_who_is_not_seen_or_stands_behind_a_counter_teaches_nothing() -> None:
    heads, rng = Heads(), np.random.default_rng(3)
    for _ in range(400):
        boxes = boxes_of([(0.5, float(y), 0.1, 0.3) for y in rng.random(4)])
        behind = boxes[:, 2:] + [0.0, 0.1]
        heads.learn(boxes, boxes[:, 2:], np.zeros(4, np.bool_), 0.125)
        heads.learn(boxes, behind, np.ones(4, np.bool_), 0.125)
    assert heads.steepness() == 0.0
