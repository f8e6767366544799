from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.backoff import Backoff
from hardware.cameras.live import Pace
from hardware.cameras.stamps import StampMapper


@pytest.mark.parametrize("source_fps", [8.0, 10.0, 15.0, 25.0, 30.0, 60.0])
def test_pace_keeps_the_wanted_rate_of_a_jittering_source(source_fps: float) -> None:
    pace, noise = Pace(8.0), random.Random(1)
    times = [(i + noise.uniform(-0.2, 0.2)) / source_fps for i in range(int(60 * source_fps))]
    kept = sum(pace.due(t_s) for t_s in times)
    assert kept == pytest.approx(480, abs=8)


def test_pace_keeps_every_picture_of_a_slower_source() -> None:
    pace = Pace(8.0)
    assert all(pace.due(i / 5.0) for i in range(100))


def test_pace_does_not_make_up_for_a_pause_in_a_burst() -> None:
    pace = Pace(8.0)
    assert pace.due(0.0)
    burst = [10.0 + i / 1000.0 for i in range(60)]
    assert sum(pace.due(t_s) for t_s in burst) <= 2


def test_stamps_take_jitter_out_and_leave_the_offset_in() -> None:
    mapper, noise = StampMapper(), random.Random(2)
    worst = 0.0
    for i in range(1000):
        stamp_s = i / 25.0
        arrived_s = 5000.0 + stamp_s + 0.1 + noise.expovariate(1 / 0.03)
        t_s = mapper.to_clock(stamp_s, arrived_s)
        if i > 100:
            worst = max(worst, abs(t_s - (5000.1 + stamp_s)))
    assert worst < 0.01


def test_stamps_follow_a_drifting_camera_clock() -> None:
    mapper = StampMapper()
    for i in range(25 * 600):
        true_s = i / 25.0
        t_s = mapper.to_clock(true_s * 1.0005, true_s)
    # 500 ppm over two windows of 30 s.
    assert abs(t_s - true_s) <= 0.031


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1.0)), min_size=1, max_size=50))
def test_wild_stamps_stay_within_two_seconds_of_arrival(frames: list[tuple[float, float]]) -> None:
    mapper, now_s = StampMapper(), 1000.0
    for stamp_s, gap_s in frames:
        now_s += gap_s
        assert now_s - 2.0 <= mapper.to_clock(stamp_s, now_s) <= now_s


def test_backoff_grows_with_jitter_and_starts_again() -> None:
    backoff = Backoff(0.5, 30.0, random.Random(3))
    waits = [backoff.next_s() for _ in range(12)]
    for i, wait_s in enumerate(waits):
        top = min(30.0, 0.5 * 2**i)
        assert top / 2 <= wait_s <= top
    assert len(set(waits)) == len(waits)
    backoff.reset()
    assert backoff.next_s() <= 0.5
