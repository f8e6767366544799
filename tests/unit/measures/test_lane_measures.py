"""A lane seen by the measures: waiting, served, cashier, hidden people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.measures.readings import LaneState, Readings
from edge_agent.zones.crowd import Crowd
from edge_agent.zones.presence import Presence
from messages.events import ServiceDone

RECTANGLES = {
    "q": (0.2, 0.0, 0.4, 0.6),
    "s": (0.2, 0.6, 0.4, 0.8),
    "c": (0.0, 0.6, 0.15, 0.8),
    "d": (0.6, 0.1, 0.9, 0.6),
}


def _polygon(zone: str) -> list[tuple[float, float]]:
    x1, y1, x2, y2 = RECTANGLES[zone]
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


CAMERA = CameraSettings.model_validate(
    {
        "id": "cam-1",
        "source": "x.mp4",
        "zones": [
            {"id": "q", "kind": "queue", "lane": "1", "polygon": _polygon("q")},
            {"id": "s", "kind": "service", "lane": "1", "polygon": _polygon("s")},
            {"id": "c", "kind": "staff", "lane": "1", "polygon": _polygon("c")},
            {"id": "d", "kind": "dwell", "polygon": _polygon("d")},
        ],
    }
)
CASHIER = (9, (0.1, 0.7))


class Film:
    """Frames at 8 a second of people who stand where they are told."""

    def __init__(self, measures: Measures) -> None:
        self.measures = measures
        self.t_s = 0.0
        self.since: dict[tuple[int, str], float] = {}
        self.events: list[object] = []
        self.heights: dict[int, float] = {}
        self.chances: list[tuple[int, str, float]] | None = None
        """Who each detection was taken for, the zone it is in, its chance; None: not told."""

    def show(self, people: Mapping[int, tuple[float, float]], for_s: float) -> Readings:
        """Show people (id → feet) for some seconds; give the last readings."""
        readings = None
        for _ in range(round(for_s * 8)):
            readings = self.measures.update(self._presence(people))
            self.events += readings.events
            self.t_s += 0.125
        assert readings is not None
        return readings

    def walk(
        self,
        person: int,
        way: tuple[tuple[float, float], tuple[float, float]],
        for_s: float,
        *others: tuple[int, tuple[float, float]],
    ) -> None:
        """Let one person walk, with the cashier at the till and others who stand."""
        (x0, y0), (x1, y1) = way
        for part in np.linspace(0.0, 1.0, round(for_s * 8)):
            place = (x0 + part * (x1 - x0), y0 + part * (y1 - y0))
            self.show({person: place, **dict([CASHIER, *others])}, 0.125)

    def _presence(self, people: Mapping[int, tuple[float, float]]) -> Presence:
        zones = tuple(RECTANGLES)
        since = np.full((len(people), len(zones)), np.nan)
        for i, (person, (x, y)) in enumerate(people.items()):
            for j, zone in enumerate(zones):
                x1, y1, x2, y2 = RECTANGLES[zone]
                if x1 <= x < x2 and y1 <= y < y2:
                    since[i, j] = self.since.setdefault((person, zone), self.t_s)
                else:
                    self.since.pop((person, zone), None)
        feet = np.array(list(people.values()), dtype=np.float64).reshape(-1, 2)
        half = np.array([0.03, 0.0])
        up = [[0.0, self.heights.get(person, 0.2)] for person in people]
        boxes = np.hstack([feet - half - np.reshape(up, (-1, 2)), feet + half])
        return Presence(
            self.t_s, zones, np.array(list(people), np.int64), feet, boxes,
            np.ones(len(people), np.bool_), since, crowd=self._crowd(zones),
        )  # fmt: skip

    def _crowd(self, zones: tuple[str, ...]) -> Crowd | None:
        if self.chances is None:
            return None
        people, where, chance = zip(*self.chances, strict=True)
        inside = np.array([[name == zone for name in zones] for zone in where])
        n = len(chance)
        feet = np.full((n, 2), 0.3)
        return Crowd(np.array(chance), np.ones(n), inside, np.array(people), feet, np.full(n, 0.2))


def queue_of(n: int) -> dict[int, tuple[float, float]]:
    """People 1.. in the queue zone from its head on."""
    return {i: (0.3, 0.55 - 0.18 * (i - 1)) for i in range(1, n + 1)}


@pytest.fixture
def film() -> Film:
    return Film(Measures(CAMERA))


def test_counts_waiting_and_served_without_the_cashier(film: Film) -> None:
    readings = film.show({**queue_of(3), 8: (0.3, 0.7), **dict([CASHIER])}, 5)
    lane = readings.lanes["1"]
    assert (lane.waiting, lane.served, lane.open) == (3, 1, LaneState.OPEN)
    assert lane.confidence > 0.9


def test_the_till_is_read_at_once(film: Film) -> None:
    film.show(dict([CASHIER]), 3)
    film.walk(1, ((0.3, 0.3), (0.3, 0.7)), 3)
    assert film.show({1: (0.3, 0.7), **dict([CASHIER])}, 0.25).lanes["1"].served == 1
    film.show({1: (0.3, 0.7), **dict([CASHIER])}, 8)
    # Still in the place of service, but on the way out.
    film.walk(1, ((0.3, 0.7), (0.39, 0.78)), 0.75)
    assert film.show({1: (0.39, 0.78), **dict([CASHIER])}, 0.125).lanes["1"].served == 0


def test_a_box_that_takes_in_a_bag_ends_no_service(film: Film) -> None:
    film.show({1: (0.3, 0.65), **dict([CASHIER])}, 8)
    film.heights[1] = 0.3
    readings = film.show({1: (0.3, 0.75), **dict([CASHIER])}, 3)
    assert readings.lanes["1"].served == 1
    assert [e.type for e in film.events if isinstance(e, ServiceDone)] == []


def test_the_first_in_line_whose_feet_are_hidden_waits(film: Film) -> None:
    film.show({1: (0.3, 0.7), **dict([CASHIER])}, 5)
    # The box reaches down to the feet of the shopper before it; the head is further back.
    film.heights[2] = 0.3
    lane = film.show({1: (0.3, 0.7), 2: (0.31, 0.7), **dict([CASHIER])}, 6).lanes["1"]
    assert (lane.waiting, lane.served) == (1, 1)


def test_a_newcomer_shows_within_three_seconds(film: Film) -> None:
    film.show(queue_of(2), 5)
    assert film.show(queue_of(3), 3).lanes["1"].waiting == 3


def test_a_passer_by_never_counts(film: Film) -> None:
    film.show({}, 2)
    for x in np.linspace(0.15, 0.45, 12):
        readings = film.show({1: (float(x), 0.3)}, 0.125)
        assert readings.lanes["1"].waiting == 0


def test_one_lost_in_the_open_is_gone_within_three_seconds(film: Film) -> None:
    film.show(queue_of(3), 5)
    assert film.show(queue_of(2), 3).lanes["1"].waiting == 2


def test_one_hidden_behind_another_stays(film: Film) -> None:
    film.show({1: (0.3, 0.5), 2: (0.3, 0.47)}, 5)
    readings = film.show({1: (0.3, 0.5)}, 4)
    assert readings.lanes["1"].waiting == 2
    assert readings.lanes["1"].confidence < 0.99


def test_a_switch_of_ids_does_not_break_a_wait(film: Film) -> None:
    film.show({1: (0.3, 0.5), **dict([CASHIER])}, 20)
    film.show({2: (0.3, 0.51), **dict([CASHIER])}, 10)
    film.walk(2, ((0.3, 0.51), (0.3, 0.7)), 2)
    film.show({2: (0.3, 0.7), **dict([CASHIER])}, 5)
    (wait,) = [e for e in film.events if e.type == "wait_done"]
    assert (wait.outcome, wait.person) == ("served", 1)
    assert wait.wait_s == pytest.approx(32, abs=1)


def test_an_idle_open_lane_says_zero_and_a_closed_one_nothing(film: Film) -> None:
    assert film.show(dict([CASHIER]), 6).lanes["1"].wait_s == 0
    lane = film.show({}, 60).lanes["1"]
    assert (lane.open, lane.wait_s) == (LaneState.CLOSED, None)


def test_a_visit_ends_and_a_passer_is_none(film: Film) -> None:
    film.show({1: (0.7, 0.3)}, 6)
    film.show({2: (0.7, 0.3)}, 1)
    zone = film.show({}, 3).zones["d"]
    assert (zone.occupancy, zone.visits, zone.passers) == (0, 1, 1)
    (visit,) = [e for e in film.events if e.type == "visit"]
    assert visit.dwell_s == pytest.approx(6, abs=0.3)


def test_who_waits_before_another_camera_lengthens_the_wait_shown(film: Film) -> None:
    people = {**queue_of(2), 8: (0.3, 0.7), **dict([CASHIER])}
    alone = film.show(people, 6).lanes["1"].wait_s
    film.measures.elsewhere("1", 3)
    with_more = film.show(people, 1).lanes["1"]
    assert alone is not None
    assert with_more.wait_s is not None
    assert with_more.wait_s > alone + 60
    assert with_more.waiting == 2, "its own part"
    film.measures.elsewhere("1", None)
    assert film.show(people, 1).lanes["1"].wait_s is None


def test_who_walks_through_the_queue_joins_nothing(film: Film) -> None:
    film.walk(1, ((0.9, 0.1), (0.05, 0.5)), 6.0)
    film.show(dict([CASHIER]), 15)
    assert [e.type for e in film.events if e.type in ("joined", "wait_done")] == []


def test_who_appears_at_the_till_has_no_wait_that_anybody_saw(film: Film) -> None:
    film.show(dict([CASHIER]), 3)
    film.show({1: (0.3, 0.7), **dict([CASHIER])}, 20)
    assert [e.type for e in film.events if e.type == "wait_done"] == []


def test_a_second_box_on_the_shopper_at_the_till_serves_nobody(film: Film) -> None:
    readings = film.show({8: (0.3, 0.7), 7: (0.312, 0.705), **dict([CASHIER])}, 8)
    lane = readings.lanes["1"]
    assert (lane.waiting, lane.served) == (0, 1)


def test_who_comes_to_lie_on_somebody_was_never_there(film: Film) -> None:
    film.show({1: (0.3, 0.5), 2: (0.325, 0.5)}, 1.5)
    readings = film.show({1: (0.3, 0.5), 2: (0.303, 0.5)}, 3)
    assert readings.lanes["1"].waiting == 1


def test_who_stands_first_in_line_waits_for_somebody_at_the_till(film: Film) -> None:
    film.show({**queue_of(2), **dict([CASHIER])}, 1)
    assert film.show({**queue_of(2), **dict([CASHIER])}, 4).lanes["1"].served == 1
    # Seen at the till and gone: it is free until the next one has had time to step up.
    film.show({8: (0.3, 0.7), **queue_of(2), **dict([CASHIER])}, 5)
    film.walk(8, ((0.3, 0.7), (0.5, 0.9)), 0.5)
    assert film.show({**queue_of(2), **dict([CASHIER])}, 0.5).lanes["1"].served == 0
    assert film.show(dict([CASHIER]), 8).lanes["1"].served == 0


def test_who_steps_up_together_is_served_together(film: Film) -> None:
    film.show({1: (0.27, 0.5), **dict([CASHIER])}, 10)
    film.walk(2, ((0.34, 0.05), (0.34, 0.5)), 2, (1, (0.27, 0.5)))
    waiting = film.show({1: (0.27, 0.5), 2: (0.34, 0.5), **dict([CASHIER])}, 5).lanes["1"]
    assert (waiting.waiting, waiting.units) == (2, 2)
    for part in np.linspace(0.0, 0.2, 8):
        film.show({1: (0.27, 0.5 + part), 2: (0.34, 0.5 + part), **dict([CASHIER])}, 0.125)
    lane = film.show({1: (0.27, 0.7), 2: (0.34, 0.7), **dict([CASHIER])}, 5).lanes["1"]
    assert (lane.waiting, lane.served) == (0, 2)


def test_lanes_are_looked_at_a_few_times_a_second(film: Film) -> None:
    readings = [film.show({**queue_of(2), **dict([CASHIER])}, 0.125) for _ in range(16)]
    looks = {id(reading.lanes) for reading in readings}
    assert len(looks) == 8
    assert [reading.t_s for reading in readings] == [k / 8 for k in range(16)]


def test_whose_service_ended_and_who_is_out_of_the_lane_at_the_next_look_is_gone(
    film: Film,
) -> None:
    film.show({8: (0.3, 0.7), **dict([CASHIER])}, 6)
    for x in (0.36, 0.42, 0.48):
        film.show({8: (x, 0.75), **dict([CASHIER])}, 0.125)
    assert film.show(dict([CASHIER]), 0.5).lanes["1"].served == 0


def test_where_boxes_are_weighed_they_tell_the_length(film: Film) -> None:
    film.chances = [(1, "q", 0.9), (2, "q", 0.9), (-1, "q", 0.7), (-1, "q", 0.5), (8, "s", 0.9)]
    lane = film.show({**queue_of(2), 8: (0.3, 0.7), **dict([CASHIER])}, 5).lanes["1"]
    assert (lane.waiting, lane.units, lane.served) == (3, 3, 1)
    assert 0.6 < lane.confidence < 0.9
    # Nobody knows any more how tall people look: those who are followed tell.
    film.chances = None
    lane = film.show({**queue_of(2), 8: (0.3, 0.7), **dict([CASHIER])}, 1).lanes["1"]
    assert lane.waiting == 2


def test_neither_the_cashier_nor_who_walks_through_is_weighed(film: Film) -> None:
    film.show({**queue_of(1), **dict([CASHIER])}, 10)
    film.chances = [(1, "q", 1.0), (CASHIER[0], "q", 1.0), (5, "q", 1.0)]
    film.walk(5, ((0.1, 0.3), (0.9, 0.3)), 4, (1, (0.3, 0.55)))
    assert (
        film.show({1: (0.3, 0.55), 5: (0.9, 0.3), **dict([CASHIER])}, 0.25).lanes["1"].waiting == 1
    )


def test_who_is_found_but_not_followed_lengthens_the_wait(film: Film) -> None:
    people = {**queue_of(2), 8: (0.3, 0.7), **dict([CASHIER])}
    before_s = film.show(people, 10).lanes["1"].wait_s
    film.chances = [(1, "q", 1.0), (2, "q", 1.0), (-1, "q", 1.0)]
    after_s = film.show(people, 4).lanes["1"].wait_s
    assert before_s is not None
    assert after_s is not None
    assert after_s > before_s + 10.0


def test_who_only_arrives_is_not_before_themselves(film: Film) -> None:
    people = {**queue_of(1), 8: (0.3, 0.7), **dict([CASHIER])}
    film.chances = [(1, "q", 1.0)]
    before_s = film.show(people, 10).lanes["1"].wait_s
    film.chances = [(1, "q", 1.0), (5, "q", 1.0)]
    film.walk(5, ((0.3, 0.02), (0.3, 0.3)), 3, (1, (0.3, 0.55)), (8, (0.3, 0.7)))
    lane = film.show({**people, 5: (0.3, 0.3)}, 0.5).lanes["1"]
    assert lane.wait_s is not None
    assert before_s is not None
    assert lane.wait_s < before_s + 3.0
