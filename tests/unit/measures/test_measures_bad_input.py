"""Jumps of time, gaps, overlapping zones, a lane without service, a crowd."""

from __future__ import annotations

import numpy as np
import pytest

from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.measures.readings import LaneState, Readings
from edge_agent.zones.presence import Presence

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


def camera(*zones: dict[str, object]) -> CameraSettings:
    return CameraSettings.model_validate(
        {"id": "c", "source": "x", "zones": [{"polygon": SQUARE, **zone} for zone in zones]}
    )


def queue(lane: str) -> dict[str, object]:
    return {"id": f"q{lane}", "kind": "queue", "lane": lane}


def show(
    measures: Measures,
    camera: CameraSettings,
    t_s: float,
    since: list[list[float]],
    *,
    people: list[int] | None = None,
) -> Readings:
    """One frame; ``since`` has a row a person and a column a zone."""
    n = len(since)
    feet = np.stack([np.linspace(0.1, 0.9, n), np.full(n, 0.5)], axis=1)
    half = np.array([0.0002, 0.0])
    boxes = np.hstack([feet - half - [0.0, 0.3], feet + half])
    return measures.update(
        Presence(
            t_s,
            tuple(z.id for z in camera.zones),
            np.arange(1, n + 1) if people is None else np.array(people, np.int64),
            feet,
            boxes,
            np.ones(n, np.bool_),
            np.array(since, np.float64).reshape(n, len(camera.zones)),
        )
    )


def watch(
    measures: Measures, camera: CameraSettings, start_s: float, for_s: float, n: int
) -> Readings:
    readings = None
    for t_s in np.arange(start_s, start_s + for_s, 0.25):
        readings = show(measures, camera, float(t_s), [[start_s] * len(camera.zones)] * n)
    assert readings is not None
    return readings


@pytest.mark.parametrize("jump_s", [-3600.0, -0.5, 60.0, 1e9])
def test_after_a_jump_of_time_people_are_counted_anew_and_no_wait_is_invented(
    jump_s: float,
) -> None:
    settings = camera(queue("1"))
    measures = Measures(settings)
    assert watch(measures, settings, 4000.0, 5, 3).lanes["1"].waiting == 3
    first = show(measures, settings, 4005.0 + jump_s, [[4000.0]] * 3)
    assert (first.lanes["1"].waiting, first.lanes["1"].confidence) == (None, 0.0)
    assert not [e for e in first.events if e.type == "wait_done"]
    again = watch(measures, settings, 4005.25 + jump_s, 5, 3)
    assert again.lanes["1"].waiting == 3
    assert not [e for e in again.events if e.type == "wait_done"]


def test_the_same_frame_twice_changes_nothing() -> None:
    settings = camera(queue("1"))
    measures = Measures(settings)
    watch(measures, settings, 0.0, 5, 2)
    first = show(measures, settings, 6.0, [[0.0]] * 2)
    second = show(measures, settings, 6.0, [[0.0]] * 2)
    assert first.lanes == second.lanes


def test_a_lane_without_service_zone_has_lengths_and_no_waits() -> None:
    settings = camera(queue("1"))
    lane = watch(Measures(settings), settings, 0.0, 6, 4).lanes["1"]
    assert (lane.waiting, lane.served, lane.wait_s, lane.wait_p90_s) == (4, None, None, None)


def test_where_queues_overlap_everybody_counts_once_in_the_lane_they_entered_first() -> None:
    settings = camera(queue("1"), queue("2"))
    measures = Measures(settings)
    for t_s in np.arange(0.0, 6.0, 0.25):
        readings = show(measures, settings, float(t_s), [[0.0, 0.0], [-5.0, 0.0], [0.0, -5.0]])
    assert (readings.lanes["1"].waiting, readings.lanes["2"].waiting) == (2, 1)


def test_staff_beats_service_and_service_beats_queue_where_they_overlap() -> None:
    settings = camera(
        queue("1"),
        {"id": "s", "kind": "service", "lane": "1"},
        {"id": "c", "kind": "staff", "lane": "1"},
    )
    measures = Measures(settings)
    nan = float("nan")
    for t_s in np.arange(0.0, 6.0, 0.25):
        rows = [[0.0, 0.0, nan], [0.0, 0.0, 0.0], [0.0, nan, nan]]
        readings = show(measures, settings, float(t_s), rows)
    lane = readings.lanes["1"]
    assert (lane.waiting, lane.served, lane.open) == (1, 1, LaneState.OPEN)


def test_the_managers_word_beats_the_camera() -> None:
    settings = camera(queue("1"), {"id": "c", "kind": "staff", "lane": "1"})
    measures = Measures(settings)
    assert watch(measures, settings, 0.0, 6, 1).lanes["1"].open == LaneState.OPEN
    measures.override("1", LaneState.CLOSING)
    assert watch(measures, settings, 6.0, 1, 1).lanes["1"].open == LaneState.CLOSING
    measures.override("1", None)
    assert watch(measures, settings, 7.0, 1, 1).lanes["1"].open == LaneState.OPEN
    with pytest.raises(KeyError):
        measures.override("9", None)


def test_five_hundred_people_are_counted() -> None:
    settings = camera(queue("1"), {"id": "d", "kind": "dwell"})
    measures = Measures(settings)
    for t_s in np.arange(0.0, 3.0, 0.5):
        readings = show(measures, settings, float(t_s), [[0.0, 0.0]] * 500)
    assert readings.lanes["1"].waiting == 500
    assert readings.zones["d"].occupancy == 500


def test_nobody_and_nothing_configured() -> None:
    settings = CameraSettings.model_validate({"id": "c", "source": "x"})
    readings = show(Measures(settings), settings, 1.0, [])
    assert (readings.lanes, readings.zones, readings.lines, readings.occupancy) == (
        {},
        {},
        {},
        None,
    )


def test_without_a_service_zone_nobody_is_told_to_have_given_up() -> None:
    settings = camera(queue("1"))
    measures = Measures(settings)
    watch(measures, settings, 0.0, 20, 3)
    told = []
    for t_s in np.arange(20.0, 60.0, 0.25):
        told += show(measures, settings, float(t_s), []).events
        told += show(measures, settings, float(t_s), [[np.nan]] * 3).events
    assert [event for event in told if event.type == "wait_done"] == []
