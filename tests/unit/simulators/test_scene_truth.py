"""The truth that the simulated shop emits adds up."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.scene.agenda import Agenda
from simulators.scene.layout import rectangle, shop
from simulators.scene.motion import Pose, border_crossings, inside, line_crossings, walk
from simulators.scene.scene import Scene
from simulators.scene.settings import LaneChange, SceneSettings, busy, day
from simulators.scene.truth import Event


def lived(settings: SceneSettings, seed: int, seconds: float) -> list[Event]:
    scene = Scene(settings, seed)
    scene.advance(seconds)
    return scene.take_events()


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return lived(day(), 5, 12 * 3600.0)


def test_a_day_has_everything_that_queues_do(events: list[Event]) -> None:
    kinds = Counter(event.event for event in events)
    expected = {
        "joined", "advanced", "service_start", "service_end", "reneged", "balked", "jockeyed",
        "crossing", "visit", "lane_changed", "picked", "placed",
    }  # fmt: skip
    assert expected <= set(kinds)
    assert kinds["service_start"] > 1000


def test_every_wait_begins_with_joining_and_ends_once(events: list[Event]) -> None:
    waiting: dict[int, Event] = {}
    for event in events:
        if event.event == "joined":
            assert event.unit not in waiting
            waiting[event.unit] = event
        elif event.event in ("service_start", "reneged", "jockeyed"):
            joined = waiting.pop(event.unit)
            assert joined.lane == event.lane
            assert event.wait_s == pytest.approx(event.t_s - joined.t_s)
    assert len(waiting) < 20


def test_a_queue_moves_up_when_somebody_leaves_it_and_others_wait(events: list[Event]) -> None:
    lines: dict[str, list[int]] = {}
    shorter = None
    for event in events:
        if event.event == "advanced":
            assert event.lane == shorter
            assert event.unit == lines[event.lane][0]
            shorter = None
            continue
        assert shorter is None, "somebody left and the others stood still"
        line = lines.setdefault(event.lane or "", [])
        if event.event == "joined" and event.unit:
            line.append(event.unit)
        elif event.event in ("service_start", "reneged", "jockeyed") and event.unit:
            behind = line[-1] != event.unit
            line.remove(event.unit)
            shorter = event.lane if behind else None


def test_a_lane_serves_one_unit_at_a_time(events: list[Event]) -> None:
    at_the_counter: dict[str, int] = {}
    for event in events:
        if event.event == "service_start":
            assert event.lane not in at_the_counter
            at_the_counter[event.lane] = event.unit
        elif event.event == "service_end":
            assert at_the_counter.pop(event.lane) == event.unit


def test_service_times_are_lognormal_about_the_basket() -> None:
    settings = replace(busy(), service_base_s=30.0, service_item_s=0.0, service_sigma=0.4)
    times = [
        e.service_s
        for e in lived(settings, 2, 6 * 3600.0)
        if e.event == "service_end" and e.service_s
    ]
    logs = [math.log(t) for t in times]
    mean = sum(logs) / len(logs)
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs))
    assert sum(times) / len(times) == pytest.approx(30.0, rel=0.08)
    assert spread == pytest.approx(0.4, rel=0.15)


def test_arrivals_follow_the_hour() -> None:
    settings = SceneSettings(arrivals_per_hour=(20.0, 200.0), passers_per_hour=0.0)
    came = [
        e.t_s for e in lived(settings, 3, 7200.0) if e.event == "crossing" and e.direction == "in"
    ]
    first = sum(t < 3600.0 for t in came)
    assert 8 < first < 50
    assert 180 < len(came) - first < 350


def test_the_queue_obeys_littles_law(events: list[Event]) -> None:
    scene = Scene(day(), 5)
    total = 0.0
    for step in range(12 * 120):
        scene.advance(30.0 * step)
        total += 30.0 * sum(lane.units for lane in scene.snapshot().lanes.values())
    spent = sum(
        e.wait_s or 0.0 for e in events if e.event in ("service_start", "reneged", "jockeyed")
    )
    assert total == pytest.approx(spent, rel=0.03)


@pytest.mark.parametrize(("mistakes", "lanes"), [(0.0, {"2"}), (0.6, {"1", "2"})])
def test_shoppers_join_the_shorter_lane_unless_they_err(mistakes: float, lanes: set[str]) -> None:
    settings = replace(
        busy(), arrivals_per_hour=(300.0,), shop_s=1.0, mistakes=mistakes, tolerance=(9, 9)
    )
    chosen = set()
    for seed in range(12):
        scene = Scene(settings, seed)
        for lane, people in (("1", 5), ("2", 1)):
            scene.pause_lane(lane, paused=True)
            scene.add_to_queue(lane, people)
        scene.take_events()
        joined = None
        while joined is None:
            scene.advance(scene.now_s + 5.0)
            joined = next((e for e in scene.take_events() if e.event == "joined"), None)
        chosen.add(joined.lane)
    assert chosen == lanes


def test_a_lane_change_comes_at_its_time() -> None:
    settings = SceneSettings(
        lane_changes=(LaneChange(60.0, "2", True), LaneChange(90.0, "2", False))
    )
    changes = [
        (e.t_s, e.lane, e.state) for e in lived(settings, 1, 200.0) if e.event == "lane_changed"
    ]
    assert changes[:2] == [(0.0, "1", "open"), (60.0, "2", "open")]
    assert changes[2][1:] in (("2", "closed"), ("2", "closing"))


def test_visits_tell_stops_from_walking_through(events: list[Event]) -> None:
    visits = [event for event in events if event.event == "visit"]
    assert all(v.stopped == (v.dwell_s >= 3.0) for v in visits)
    assert {v.stopped for v in visits} == {True, False}


@given(
    st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=4),
    st.floats(0.5, 2.0),
)
def test_a_path_is_walked_at_its_speed(start, points, speed) -> None:
    path = walk(10.0, Pose(*start, 0.0, False, 3.0), points, speed, None)
    length = sum(math.dist(a, b) for a, b in zip([start, *points], points, strict=False))
    assert path.end_s == pytest.approx(10.0 + length / speed, abs=1e-6)
    end = path.at(path.end_s + 1.0)
    assert (end.x, end.y) == pytest.approx(points[-1], abs=1e-6)
    assert not end.walking
    before = path.at(9.0)
    assert (before.x, before.y) == pytest.approx(start)


@given(
    st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=4),
)
def test_who_crosses_a_border_an_odd_number_of_times_is_on_the_other_side(start, points) -> None:
    # No corner that a simple number can hit.
    box = rectangle(-math.sqrt(4.1), -math.sqrt(2.3), math.sqrt(3.7), math.sqrt(2.1))
    path = walk(0.0, Pose(*start, 0.0, False, 0.0), points, 1.0, None)
    changed = inside(box, *start) != inside(box, *points[-1])
    assert changed == (len(border_crossings(path, box)) % 2 == 1)


def test_a_line_tells_the_direction() -> None:
    path = walk(0.0, Pose(0.0, -1.0, 0.0, False, 0.0), [(0.0, 1.0), (0.0, -1.0)], 1.0, None)
    assert line_crossings(path, ((-1.0, 0.0), (1.0, 0.0))) == [(1.0, True), (3.0, False)]
    assert line_crossings(path, ((1.0, 0.0), (2.0, 0.0))) == []


def test_a_cancelled_appointment_does_not_happen() -> None:
    agenda, done = Agenda(), []
    agenda.at(2.0, lambda: done.append("second"))
    agenda.at(1.0, lambda: done.append("first"))
    agenda.at(1.5, lambda: done.append("never")).cancel()
    agenda.advance(1.9)
    assert done == ["first"]
    agenda.advance(2.0)
    assert done == ["first", "second"]


@pytest.mark.parametrize(("lanes", "shelves"), [(0, 4), (7, 4), (2, 5), (2, -1)])
def test_a_shop_that_cannot_be_built_says_why(lanes: int, shelves: int) -> None:
    with pytest.raises(ValueError, match=r"expected . to ., found"):
        shop(lanes, shelves)
