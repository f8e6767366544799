from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_agent.perception.anonymous import EmptyPlace, without_people
from edge_agent.perception.placement import (
    Grade,
    Sightings,
    Stream,
    grade_people,
    grade_stream,
    overall,
    suggest_threshold,
)
from models.detections import Detections

FINE = Stream(1280, 720, 8.0, 8.0, 0.02, 200.0, 0.8)


def seen(
    count: int, *, height_px: float = 160.0, hidden: float = 0.0, cut: float = 0.0
) -> Sightings:
    """``hidden`` and ``cut`` are shares of the people."""
    number = np.arange(count) / max(1, count)
    return Sightings(np.full(count, height_px), np.where(number < hidden, 0.6, 0.0), number < cut)


def grade(sightings: Sightings) -> Grade:
    return overall(grade_people(sightings, input_ratio=0.5))


@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        (seen(100), Grade.GOOD),
        (seen(100, height_px=80.0), Grade.FAIR),
        (seen(100, height_px=40.0), Grade.POOR),
        (seen(100, hidden=0.3), Grade.FAIR),
        (seen(100, hidden=0.6), Grade.POOR),
        (seen(100, cut=0.3), Grade.FAIR),
        (seen(100, cut=0.8), Grade.POOR),
        (seen(3), Grade.UNKNOWN),
        (seen(0), Grade.UNKNOWN),
    ],
)
def test_zones_are_graded_by_their_people(sightings: Sightings, expected: Grade) -> None:
    findings = grade_people(sightings, input_ratio=0.5)
    assert overall(findings) is expected
    for finding in findings:
        assert bool(finding.change) == (finding.grade is not Grade.GOOD)


def test_the_far_end_of_a_lane_decides() -> None:
    near_and_far = Sightings(
        np.repeat([200.0, 45.0], [70, 30]), np.zeros(100), np.zeros(100, np.bool_)
    )
    assert grade(near_and_far) is Grade.POOR


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (FINE, Grade.GOOD),
        (replace(FINE, fps=6.0), Grade.FAIR),
        (replace(FINE, fps=2.0), Grade.POOR),
        (replace(FINE, light=50.0), Grade.FAIR),
        (replace(FINE, light=12.0), Grade.POOR),
        (replace(FINE, sharpness=0.2), Grade.POOR),
        (replace(FINE, sharpness=None), Grade.GOOD),
        (replace(FINE, delay_s=0.6), Grade.FAIR),
        (replace(FINE, delay_s=None), Grade.GOOD),
    ],
)
def test_the_stream_is_graded(stream: Stream, expected: Grade) -> None:
    assert overall(grade_stream(stream)) is expected


def test_threshold_parts_who_stays_from_what_flickers() -> None:
    rng = np.random.default_rng(3)
    people = rng.normal(0.62, 0.08, 800)
    strays = rng.normal(0.25, 0.06, 800)
    scores = np.concatenate([people, strays]).astype(np.float32)
    threshold = suggest_threshold(scores, np.arange(1600) < 800)
    assert threshold is not None
    assert 0.36 <= threshold <= 0.46


def test_too_few_people_suggest_no_threshold() -> None:
    assert suggest_threshold(np.full(50, 0.7, np.float32), np.ones(50, np.bool_)) is None


def face_box() -> Detections:
    return Detections(
        np.array([[100, 40, 160, 200], [115, 45, 140, 75]], np.float32),
        np.array([0.9, 0.15], np.float32),
    )


def test_nothing_finer_than_a_block_is_left_of_a_person() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    blurred = without_people(picture, face_box())
    box = blurred[40:200, 100:160]
    assert len(np.unique(box.reshape(-1, 3), axis=0)) <= 60
    # Noise is averaged away: what is left is grey.
    assert box.std() < 0.2 * picture[40:200, 100:160].std()
    assert np.array_equal(blurred[:, 220:], picture[:, 220:])
    assert not np.array_equal(blurred, picture)


def test_people_at_the_border_and_beyond_are_treated_too() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (120, 160, 3), np.uint8)
    edge = Detections(
        np.array([[0, 0, 20, 60], [150, 100, 160, 120], [5, 5, 5, 5]], np.float32),
        np.full(3, 0.5, np.float32),
    )
    assert without_people(picture, edge).shape == picture.shape


def test_walkers_vanish_from_the_place() -> None:
    place = EmptyPlace()
    for step in range(40):
        picture = np.full((120, 160, 3), 90, np.uint8)
        left = 3 * step
        picture[40:100, left : left + 20] = 250
        place.offer(picture, Detections.none())
    empty = place.picture()
    assert empty is not None
    assert np.all(empty == 90)


def test_no_picture_no_place() -> None:
    assert EmptyPlace().picture() is None
