"""How much to believe a detection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge_agent.perception import credence
from models.detections import Detections

TALL_PX = 200.0
RATIO = 0.5
ALONE = (100.0, 100.0, 180.0, 300.0)


def chances(*people: tuple[tuple[float, float, float, float], float, float]) -> list[float]:
    """Of boxes with score and support, where people look 200 px tall."""
    boxes, scores, support = zip(*people, strict=True)
    found = Detections(
        np.array(boxes, np.float32), np.array(scores, np.float32), np.array(support, np.float32)
    )
    return credence.chances(found, np.full(len(people), TALL_PX), RATIO).tolist()


def test_somebody_alone_and_whole_is_believed() -> None:
    assert chances((ALONE, 0.75, 6.0))[0] > 0.9


def test_a_second_box_with_the_same_head_is_not() -> None:
    person, double = chances((ALONE, 0.75, 6.0), ((98.0, 104.0, 200.0, 290.0), 0.4, 0.9))
    assert person > 0.9
    assert double < 0.25


def test_a_box_around_the_legs_of_somebody_is_not() -> None:
    _, legs = chances((ALONE, 0.75, 6.0), ((105.0, 190.0, 175.0, 302.0), 0.4, 0.9))
    assert legs < 0.35


def test_a_weak_box_that_many_cells_agree_on_is_believed_more() -> None:
    weak, backed = (chances((ALONE, 0.35, support))[0] for support in (0.35, 3.0))
    assert backed > weak


@pytest.mark.parametrize("score", [0.4, 0.5])
def test_half_a_person_is_believed_more_behind_another_than_alone(score: float) -> None:
    half = (110.0, 60.0, 180.0, 160.0), score, 5.0 * score
    _, hidden = chances((ALONE, 0.75, 6.0), half)
    (alone,) = chances(half)
    assert hidden > alone


def test_nobody_found_is_nobody() -> None:
    assert credence.chances(Detections.none(), np.empty(0), RATIO).shape == (0,)


def test_only_scores_of_the_family_it_was_learned_from_are_known() -> None:
    assert credence.knows("nanodet")
    assert not credence.knows("yolo")


_places = arrays(np.float32, (6, 2), elements=st.floats(0.0, 500.0, width=32))
_sizes = arrays(np.float32, (6, 2), elements=st.floats(20.0, 250.0, width=32))
_scores = arrays(np.float32, 6, elements=st.floats(0.125, 0.9375, width=32), unique=True)


@given(_places, _sizes, _scores, st.sampled_from([0.25, 0.5, 2.0, 4.0]), st.permutations(range(6)))
def test_neither_the_size_of_the_picture_nor_the_order_matters(
    places: np.ndarray,
    sizes: np.ndarray,
    scores: np.ndarray,
    factor: float,
    order: list[int],
) -> None:
    boxes = np.hstack([places, places + sizes])
    tall = np.full(6, TALL_PX)
    plain = credence.chances(Detections(boxes, scores, scores), tall, RATIO)
    turned = Detections(np.float32(factor) * boxes[order], scores[order], scores[order])
    assert credence.chances(turned, factor * tall, RATIO / factor) == pytest.approx(
        plain[order], abs=1e-4
    )
    assert ((plain >= 0.0) & (plain <= 1.0)).all()


def test_who_is_far_away_does_not_matter() -> None:
    (alone,) = chances((ALONE, 0.5, 2.0))
    far = tuple(side + credence.NEAR * TALL_PX + 1.0 for side in ALONE)
    assert chances((ALONE, 0.5, 2.0), (far, 0.6, 3.0))[0] == pytest.approx(alone)


def test_everything_in_one_place_is_described() -> None:
    same = np.tile(np.array(ALONE, np.float32), (300, 1))
    scores = np.linspace(0.1, 0.8, 300, dtype=np.float32)
    found = credence.chances(Detections(same, scores, scores), np.full(300, TALL_PX), RATIO)
    assert np.isfinite(found).all()
    assert found.argmax() == 299


def test_a_box_without_height_does_no_harm() -> None:
    found = chances((ALONE, 0.75, 6.0), ((100.0, 300.0, 180.0, 300.0), 0.2, 0.2))
    assert np.isfinite(found).all()
    assert found[0] > 0.9
