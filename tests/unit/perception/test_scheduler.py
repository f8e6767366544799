"""The scheduler on a clock of its own: cameras with known movement and a detector of known cost."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.perception.scheduler import REDETECT_S, Decision, Scheduler, water_level

Moves = Callable[[float], bool]


def turn(scheduler: Scheduler) -> tuple[str, float]:
    found = scheduler.next_turn()
    assert found is not None
    return found


def always(t_s: float) -> bool:
    return True


def never(t_s: float) -> bool:
    return False


@dataclass
class Box:
    """A box whose workers take turns; work takes the time it costs."""

    moves: dict[str, Moves]
    fps: float = 8.0
    look_s: float = 0.001
    detect_s: float = 0.020
    first_detect_s: float = 0.020
    workers: int = 1
    t_s: float = 1000.0
    worked_s: float = 0.0
    log: dict[str, list[tuple[float, Decision]]] = field(default_factory=dict)

    def run(self, seconds: float) -> None:
        scheduler = Scheduler(dict.fromkeys(self.moves, self.fps), workers=self.workers)
        self.log = {camera: [] for camera in self.moves}
        end_s = self.t_s + seconds
        # What goes on: when it ends, and which turn that is, if any.
        going: list[tuple[float, str, float, float | None]] = [(self.t_s, "", 0.0, None)]
        going *= self.workers
        while self.t_s < end_s:
            self.t_s, ended, look_s, detect_s = heapq.heappop(going)
            if ended:
                scheduler.done(ended, self.t_s, look_s=look_s, detect_s=detect_s)
            heapq.heappush(going, self._begin(scheduler))

    def _begin(self, scheduler: Scheduler) -> tuple[float, str, float, float | None]:
        turn = scheduler.next_turn()
        if turn is None:
            return self.t_s + 0.001, "", 0.0, None
        camera, due_s = turn
        if due_s > self.t_s:
            return due_s, "", 0.0, None
        scheduler.take(camera)
        decision = scheduler.decide(camera, self.t_s, moved=self.moves[camera](self.t_s))
        self.log[camera].append((self.t_s, decision))
        detect_s = None
        if decision is Decision.DETECT:
            first = not any(d is Decision.DETECT for _, d in self.log[camera][:-1])
            detect_s = self.first_detect_s if first else self.detect_s
        work_s = self.look_s + (detect_s or 0.0)
        self.worked_s += work_s
        return self.t_s + work_s, camera, self.look_s, detect_s

    def rate(self, camera: str, *decisions: Decision) -> float:
        """Pictures a second with one of these decisions, the first two seconds left out."""
        times = [t_s for t_s, _ in self.log[camera]]
        start_s = times[0] + 2.0
        count = sum(t_s >= start_s and d in decisions for t_s, d in self.log[camera])
        return count / (times[-1] - start_s)

    def longest_without_detection_s(self, camera: str) -> float:
        times = [t_s for t_s, d in self.log[camera] if d is Decision.DETECT]
        return max(b - a for a, b in itertools.pairwise(times))


ANALYSED = (Decision.DETECT, Decision.UNCHANGED)


def test_a_still_box_costs_little() -> None:
    still = Box({f"c{i}": never for i in range(12)})
    still.run(60.0)
    all_frames_s = 12 * 8 * (still.look_s + still.detect_s) * 60
    assert still.worked_s < all_frames_s / 8
    for camera in still.moves:
        assert still.rate(camera, *ANALYSED) == pytest.approx(8.0, rel=0.03)


def test_half_quiet_half_busy_keeps_every_rate() -> None:
    box = Box({f"c{i}": always if i % 2 else never for i in range(12)}, detect_s=0.014)
    box.run(60.0)
    for camera in box.moves:
        assert box.rate(camera, *ANALYSED) == pytest.approx(8.0, rel=0.05)


def test_whoever_stands_still_is_looked_for_within_two_seconds() -> None:
    for busy in (0, 6, 12):
        box = Box({f"c{i}": always if i < busy else never for i in range(12)})
        box.run(60.0)
        for camera in box.moves:
            assert box.longest_without_detection_s(camera) <= REDETECT_S + 0.1


def test_two_workers_keep_what_one_cannot() -> None:
    moves: dict[str, Moves] = {f"c{i}": always if i % 2 else never for i in range(12)}
    alone, pair = (Box(moves, detect_s=0.025, workers=n) for n in (1, 2))
    alone.run(30.0)
    pair.run(30.0)
    assert alone.rate("c1", *ANALYSED) < 6.5
    for camera in moves:
        assert pair.rate(camera, *ANALYSED) == pytest.approx(8.0, rel=0.05)
        assert pair.longest_without_detection_s(camera) <= REDETECT_S + 0.1


def test_a_camera_is_in_one_hand_at_a_time() -> None:
    scheduler = Scheduler({"a": 8.0, "b": 8.0}, workers=3)
    taken = []
    while (found := scheduler.next_turn()) is not None:
        taken.append(found[0])
        scheduler.take(found[0])
    assert taken == ["a", "b"]
    scheduler.no_picture("a", 5.0)
    assert turn(scheduler)[0] == "a"
    scheduler.take("a")
    scheduler.done("b", 6.0, look_s=0.001, detect_s=None)
    assert turn(scheduler)[0] == "b"


def test_too_many_busy_cameras_share_evenly_and_the_quiet_keep_their_rate() -> None:
    box = Box({f"c{i}": always if i < 10 else never for i in range(12)}, detect_s=0.030)
    box.run(60.0)
    busy = [box.rate(f"c{i}", Decision.DETECT) for i in range(10)]
    assert max(busy) - min(busy) < 0.2 * max(busy)
    # 0.9 s of work a second, less looks and the two still cameras, in pieces of 30 ms.
    assert sum(busy) == pytest.approx((0.9 - 12 * 8 * 0.001 - 2 * 0.030 / 2) / 0.030, rel=0.15)
    assert box.rate("c11", *ANALYSED) > 7.0


def test_a_camera_that_needs_little_is_not_cut_for_those_that_need_much() -> None:
    def now_and_then(t_s: float) -> bool:
        return t_s % 10.0 < 1.0

    moves: dict[str, Moves] = {f"c{i}": always for i in range(8)}
    box = Box({**moves, "rare": now_and_then}, detect_s=0.030)
    box.run(120.0)
    skipped = [t_s for t_s, d in box.log["rare"] if d is Decision.SKIP]
    assert len(skipped) < 0.1 * sum(now_and_then(t_s) for t_s, _ in box.log["rare"])


def test_the_first_picture_is_detected() -> None:
    box = Box({"c": never})
    box.run(1.0)
    assert box.log["c"][0][1] is Decision.DETECT


def test_movement_is_detected_in_the_same_picture() -> None:
    scheduler = Scheduler({"c": 8.0})
    for i in range(8):
        scheduler.decide("c", i / 8, moved=False)
    assert scheduler.decide("c", 1.0, moved=True) is Decision.DETECT


def test_cut_off_rate_is_told() -> None:
    scheduler = Scheduler({"a": 8.0, "b": 8.0})
    for i in range(100):
        for camera in ("a", "b"):
            scheduler.decide(camera, i / 8, moved=True)
            scheduler.done(camera, i / 8, look_s=0.001, detect_s=0.2)
    assert scheduler.detections_per_s("a") == pytest.approx((0.9 - 0.016) / 2 / 0.2, rel=0.01)


def test_a_slow_first_detection_is_not_held_against_a_camera() -> None:
    """Networks are made ready in their first run, which may take seconds."""
    box = Box({f"c{i}": always for i in range(4)}, first_detect_s=3.0)
    box.run(40.0)
    for camera, log in box.log.items():
        settled = [d for t_s, d in log if t_s > log[0][0] + 20.0]
        assert settled.count(Decision.DETECT) > 0.95 * len(settled), camera


def test_what_the_others_leave_is_used() -> None:
    box = Box({"busy": always, **{f"c{i}": never for i in range(5)}}, detect_s=0.150)
    box.run(60.0)
    idle = 1.0 - box.worked_s / 60.0
    assert idle < 0.15 or box.rate("busy", Decision.DETECT) > 7.5


def test_no_picture_is_asked_for_again_soon_and_others_go_first() -> None:
    scheduler = Scheduler({"a": 8.0, "b": 8.0})
    first, _ = turn(scheduler)
    scheduler.no_picture(first, 5.0)
    second, _ = turn(scheduler)
    assert second != first
    scheduler.no_picture(second, 5.01)
    camera, due_s = turn(scheduler)
    assert camera == first
    assert 5.0 < due_s <= 5.03


def test_slow_promises_are_kept_too() -> None:
    box = Box({"c": never}, fps=0.25)
    box.run(60.0)
    assert {d for _, d in box.log["c"]} == {Decision.DETECT}


@given(
    st.lists(st.floats(0.0, 10.0), min_size=1, max_size=12),
    st.floats(0.0, 30.0),
)
def test_water_level_spends_the_supply_and_no_more(demands: list[float], supply: float) -> None:
    level = water_level(demands, supply)
    spent = sum(min(demand, level) for demand in demands)
    if math.isinf(level):
        assert sum(demands) <= supply + 1e-9
    else:
        assert spent == pytest.approx(supply, abs=1e-9)


@given(
    st.sampled_from([2.0, 8.0, 25.0]),
    st.lists(st.tuples(st.floats(0.01, 0.4), st.booleans()), min_size=20, max_size=200),
)
def test_never_two_seconds_without_a_detection(
    fps: float, frames: list[tuple[float, bool]]
) -> None:
    """However irregularly the pictures come, as long as no gap is longer than .4 s."""
    scheduler = Scheduler({"c": fps})
    t_s = detected_s = 0.0
    for gap_s, moved in frames:
        t_s += gap_s
        if scheduler.decide("c", t_s, moved=moved) is Decision.DETECT:
            detected_s = t_s
        assert t_s - detected_s <= REDETECT_S
        scheduler.done("c", t_s, look_s=0.01, detect_s=0.5)
