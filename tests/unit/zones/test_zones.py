"""Polygons, hysteresis, handover and feet, on tiny scenes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.config import DwellZone
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.feet import FootPoints
from edge_agent.zones.polygons import Polygons
from edge_agent.zones.presence import Presence
from edge_agent.zones.zones import Zones

SIZE = (1000, 1000)
HEIGHT = 0.2
ROOM = DwellZone(id="room", kind="dwell", polygon=((0.4, 0.5), (0.6, 0.5), (0.6, 0.9), (0.4, 0.9)))
INSIDE, OUTSIDE = (0.5, 0.7), (0.2, 0.7)


def at(
    t_s: float,
    people: dict[int, tuple[float, float]],
    *,
    hidden: frozenset[int] = frozenset(),
    since_s: dict[int, float] | None = None,
    seen_s: dict[int, float] | None = None,
) -> Tracks:
    """Confirmed people whose feet are at the places given."""
    ids = np.array(list(people), np.int64)
    feet = np.array(list(people.values())).reshape(-1, 2)
    size = np.array([0.03, HEIGHT])
    boxes = np.concatenate([feet - size, feet + size * [1, 0]], axis=1)
    seen = np.array([i not in hidden for i in people], np.bool_)
    return Tracks(
        t_s,
        ids,
        (boxes * 1000).astype(np.float32),
        np.full(len(ids), 0.8, np.float32),
        np.ones(len(ids), np.bool_),
        seen,
        np.array([(since_s or {}).get(i, 0.0) for i in people]),
        np.array([(seen_s or {}).get(i, t_s) for i in people]),
        np.where(seen, np.arange(len(ids)), -1),
    )


def inside(presence: Presence, person: int) -> bool:
    return bool(presence.inside[presence.people.tolist().index(person), 0])


def walk(zones: Zones, places: list[tuple[float, float]], start_s: float = 0.0) -> list[bool]:
    """Whether one person is inside at each of ``places``, 8 frames a second."""
    return [
        inside(zones.update(at(start_s + k / 8, {1: place}), SIZE), 1)
        for k, place in enumerate(places)
    ]


def test_one_bad_frame_changes_nothing() -> None:
    zones = Zones([ROOM])
    assert not any(walk(zones, [OUTSIDE] * 5 + [INSIDE] + [OUTSIDE] * 5))
    entered = walk(zones, [INSIDE] * 8, start_s=10.0)
    assert entered[-1]
    assert all(walk(zones, [INSIDE, OUTSIDE, INSIDE, INSIDE], start_s=11.0))


def test_entry_is_dated_back_to_the_first_sighting_inside() -> None:
    zones = Zones([ROOM])
    walk(zones, [OUTSIDE] * 8 + [INSIDE] * 8)
    presence = zones.update(at(2.0, {1: INSIDE}), SIZE)
    assert presence.since_s[0, 0] == pytest.approx(1.0)


def test_trembling_on_the_edge_neither_enters_nor_leaves_again_and_again() -> None:
    rng = np.random.default_rng(1)
    zones = Zones([ROOM])
    edge = [(0.4 + float(dx), 0.7) for dx in rng.normal(0.0, 0.003, 800)]
    states = walk(zones, [INSIDE] * 8 + edge)
    assert sum(a != b for a, b in itertools.pairwise(states)) <= 1


def test_who_is_hidden_stays_where_they_were() -> None:
    zones = Zones([ROOM])
    walk(zones, [INSIDE] * 8)
    for k in range(40):
        drifting = at(1.0 + k / 8, {1: (0.3, 0.7)}, hidden=frozenset({1}), seen_s={1: 0.875})
        assert inside(zones.update(drifting, SIZE), 1)


def test_a_new_track_takes_over_the_person_lost_beside_it() -> None:
    zones = Zones([ROOM])
    walk(zones, [INSIDE] * 24)
    lost = at(3.0, {1: INSIDE}, hidden=frozenset({1}), seen_s={1: 2.875})
    zones.update(lost, SIZE)
    both = at(
        3.5,
        {1: INSIDE, 9: (0.51, 0.71)},
        hidden=frozenset({1}),
        since_s={9: 3.2},
        seen_s={1: 2.875},
    )
    presence = zones.update(both, SIZE)
    assert presence.people.tolist() == [1]
    assert presence.since_s[0, 0] == pytest.approx(0.0)
    # The first track comes back: they were two after all, and each keeps an id of its own.
    for k in range(8):
        presence = zones.update(
            at(3.6 + k / 8, {1: (0.45, 0.7), 9: (0.55, 0.71)}, since_s={9: 3.2}), SIZE
        )
    assert sorted(presence.people.tolist()) == [1, 9]
    assert presence.people.tolist() == [9, 1]


def test_a_stranger_far_away_takes_over_nobody() -> None:
    zones = Zones([ROOM])
    walk(zones, [INSIDE] * 16)
    presence = zones.update(at(2.5, {9: (0.9, 0.7)}, since_s={9: 2.2}), SIZE)
    assert presence.people.tolist() == [9]


def test_nobody_and_no_zones() -> None:
    presence = Zones([]).update(Tracks.none(1.0), SIZE)
    assert presence.inside.shape == (0, 0)
    presence = Zones([ROOM]).update(Tracks.none(1.0), SIZE)
    assert presence.inside.shape == (0, 1)


def _winds_around(point: NDArray[np.float64], corners: NDArray[np.float64]) -> bool:
    """Whether a simple polygon lies around a point, by the sum of angles."""
    a = corners - point
    b = np.roll(a, -1, axis=0)
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return bool(abs(np.arctan2(cross, (a * b).sum(axis=1)).sum()) > np.pi)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.floats(0.05, 0.5), min_size=3, max_size=9),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6),
)
def test_depth_agrees_with_the_winding_number(
    radii: list[float], spots: list[tuple[float, float]]
) -> None:
    # A star of any shape around the middle: simple, mostly not convex.
    turn = np.arange(len(radii)) * 2 * np.pi / len(radii)
    star = 0.5 + np.array(radii)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    points = np.array(spots)
    depths = Polygons([star, square]).depths(points)
    for point, (deep, in_square) in zip(points, depths, strict=True):
        if abs(deep) > 1e-6:
            assert (deep > 0) == _winds_around(point, star)
        assert in_square == pytest.approx(min(*point, *(1 - point)), abs=1e-9)


def _nobody_hides(rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    return np.zeros(len(rows), np.bool_)


def _learned() -> FootPoints:
    """Feet that have seen people walk from the back (head .2, feet .3) to the front (.5, .9)."""
    rng = np.random.default_rng(5)
    feet = FootPoints()
    for k in range(200):
        top = rng.uniform(0.2, 0.5)
        bottom = 0.3 + (top - 0.2) * 2 + rng.normal(0, 0.005)
        wide = (bottom - top) * 0.18
        feet.learn(np.array([[0.5 - wide, top, 0.5 + wide, bottom]]), np.array([True]), k * 1.0)
    return feet


def test_feet_behind_a_counter_are_found_where_a_person_of_that_head_stands() -> None:
    feet = _learned()
    cut = np.array([[0.4, 0.4, 0.6, 0.55]])
    point = feet.feet(cut, _nobody_hides, 1.0)
    assert point[0, 1] == pytest.approx(0.7, abs=0.02)


def test_a_child_seen_whole_keeps_its_own_feet() -> None:
    feet = _learned()
    child = np.array([[0.47, 0.4, 0.53, 0.58]])
    assert feet.feet(child, _nobody_hides, 1.0)[0, 1] == pytest.approx(0.58)


def test_before_anybody_was_seen_the_box_is_believed() -> None:
    box = np.array([[0.4, 0.4, 0.6, 0.55]])
    assert FootPoints().feet(box, np.ones_like, 1.0)[0].tolist() == pytest.approx([0.5, 0.55])
