"""Everything that may be a person, put on the floor."""

from __future__ import annotations

import numpy as np
import pytest

from edge_agent.config import QueueZone
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.crowd import Found, chances, owners, spots
from edge_agent.zones.zones import Zones

SIZE = (1000, 500)
QUEUE = QueueZone(
    id="q", kind="queue", lane="1", polygon=((0.4, 0.6), (0.6, 0.6), (0.6, 1.0), (0.4, 1.0))
)


def found(*boxes: tuple[float, float, float, float], feet: list[float]) -> Found:
    return Found(np.array(boxes), np.array(feet), np.full(len(boxes), 0.9))


def test_who_is_cut_at_the_waist_stands_where_the_head_says() -> None:
    at = spots(found((0.4, 0.3, 0.5, 0.5), feet=[0.8]))
    assert at.tolist() == [[pytest.approx(0.45), pytest.approx(0.8)]]


def test_who_is_seen_whole_stands_where_their_feet_are() -> None:
    at = spots(found((0.4, 0.3, 0.5, 0.76), (0.6, 0.3, 0.7, 0.84), feet=[0.8, 0.8]))
    assert at[:, 1].tolist() == [pytest.approx(0.76), pytest.approx(0.84)]


def test_a_child_or_somebody_behind_a_counter_stands_in_between() -> None:
    assert spots(found((0.4, 0.3, 0.5, 0.7), feet=[0.8]))[0, 1] == pytest.approx(0.75)


def test_a_box_around_two_does_not_say_where_the_feet_are() -> None:
    at = spots(found((0.4, 0.3, 0.5, 0.95), feet=[0.8]))
    assert at[0, 1] == pytest.approx(0.8)


def test_who_stands_below_the_picture_stands_at_its_border() -> None:
    assert spots(found((0.4, 0.7, 0.5, 1.0), feet=[1.3]))[0, 1] < 1.0


def test_zones_tell_who_was_taken_for_whom() -> None:
    zones = Zones([QUEUE])
    boxes = np.array([[430, 200, 470, 400], [530, 210, 570, 410], [700, 200, 740, 400]], np.float32)
    seen = np.ones(2, np.bool_)
    tracks = Tracks(
        1.0,
        np.array([4, 9]),
        boxes[[2, 0]],
        np.full(2, 0.9, np.float32),
        seen,
        seen,
        np.zeros(2),
        np.ones(2),
        np.array([2, 0]),
    )
    whole = boxes / np.array([*SIZE, *SIZE])
    crowd = zones.update(tracks, SIZE, Found(whole, whole[:, 3], np.array([0.9, 0.75, 0.8]))).crowd
    assert crowd is not None
    assert crowd.people.tolist() == [9, -1, 4]
    assert crowd.inside[:, 0].tolist() == [True, True, False]
    assert crowd.chance.tolist() == [0.9, 0.75, 0.8]


def test_a_doubtful_thing_by_itself_that_nobody_follows_is_nothing() -> None:
    person, behind, thing = (0.4, 0.3, 0.5, 0.7), (0.42, 0.25, 0.5, 0.5), (0.8, 0.3, 0.9, 0.7)
    seen = found(person, behind, thing, feet=[0.7, 0.65, 0.7])._replace(
        chance=np.array([0.9, 0.4, 0.4])
    )
    assert chances(seen, np.array([False, True, True])).tolist() == [0.9, 0.4, 0.0]
    # Somebody whom a track carries may be far away or in the dark.
    assert chances(seen, np.array([False, True, False])).tolist() == [0.9, 0.4, 0.4]
    assert seen.chance.tolist() == [0.9, 0.4, 0.4]


def test_who_stands_at_the_edge_of_a_zone_stands_in_it() -> None:
    zones = Zones([QUEUE])
    # Feet 10, 30 and 100 px left of the zone; people there are 200 px tall.
    boxes = np.array([[0.37, 0.4, 0.41, 0.8], [0.35, 0.4, 0.39, 0.8], [0.28, 0.4, 0.32, 0.8]])
    seen = Found(boxes, boxes[:, 3], np.full(3, 0.9))
    crowd = zones.update(Tracks.none(1.0), SIZE, seen).crowd
    assert crowd is not None
    assert crowd.inside[:, 0].tolist() == [True, False, False]


def test_without_detections_there_is_no_crowd() -> None:
    assert Zones([QUEUE]).update(Tracks.none(1.0), SIZE).crowd is None


def test_a_closer_look_counts_beside_the_usual_one_until_it_is_old() -> None:
    zones = Zones([QUEUE])
    usual = found((0.45, 0.5, 0.55, 0.8), feet=[0.8])
    closer = found((0.45, 0.5, 0.55, 0.8), (0.41, 0.5, 0.49, 0.8), feet=[0.8, 0.8])

    def number(t_s: float, closer: Found | None = None) -> float:
        crowd = zones.update(Tracks.none(t_s), SIZE, usual, closer).crowd
        assert crowd is not None
        return float((crowd.weight * crowd.inside[:, 0]).sum())

    assert number(1.0) == pytest.approx(1.0)
    assert 1.0 < number(1.2, closer) < 2.0
    assert 1.0 < number(3.0) < 2.0
    assert number(4.0) == pytest.approx(1.0)
    assert number(5.0, closer) > 1.0
    # Time ran back.
    assert number(2.0) == pytest.approx(1.0)


def test_a_box_of_a_closer_look_is_of_whom_it_covers() -> None:
    people = np.array([[0.1, 0.1, 0.2, 0.5], [0.4, 0.1, 0.5, 0.5], [0.7, 0.1, 0.8, 0.5]])
    boxes = np.array([[0.4, 0.1, 0.5, 0.48], [0.4, 0.1, 0.5, 0.3], [0.11, 0.1, 0.21, 0.5]])
    assert owners(boxes, people, np.array([5, 6, 7])).tolist() == [6, -1, 5]
    assert owners(boxes, people[:0], np.array([], np.int64)).tolist() == [-1, -1, -1]
    assert owners(boxes[:0], people, np.array([5, 6, 7])).tolist() == []
