"""The reader's clock against ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.rfid.clock import JUMP_S, WINDOW_S, ReaderClock


def ours_s(clock: ReaderClock, reader_us: int) -> float:
    assert clock.offset_s is not None
    return reader_us / 1e6 + clock.offset_s


@given(
    st.floats(-1e9, 1e9),
    st.lists(st.floats(0, 2.0), min_size=5, max_size=50),
)
def test_any_offset_is_learned_to_the_shortest_delay(offset_s: float, delays: list[float]) -> None:
    clock = ReaderClock()
    for number, delay_s in enumerate(delays):
        true_s = 2e9 + number * WINDOW_S / len(delays)
        clock.observe(round((true_s + offset_s) * 1e6), true_s + delay_s)
    read_s = ours_s(clock, round((2e9 + offset_s) * 1e6))
    assert read_s == pytest.approx(2e9 + min(delays), abs=1e-3)
    assert clock.jumps == 0


def test_a_clock_that_is_set_is_followed_at_once() -> None:
    clock = ReaderClock()
    clock.observe(1_000_000_000, 50.0)
    clock.observe(1_000_000_000 + 3600_000_000, 51.0)
    assert clock.jumps == 1
    assert ours_s(clock, 1_000_000_000 + 3600_000_000) == pytest.approx(51.0)


def test_a_held_up_line_is_no_jump() -> None:
    clock = ReaderClock()
    clock.observe(0, 50.0)
    clock.observe(1_000_000, 51.0 + JUMP_S - 1)
    assert clock.jumps == 0
    assert ours_s(clock, 1_000_000) == pytest.approx(51.0)


def test_drift_is_followed() -> None:
    clock = ReaderClock()
    drift = 100e-6
    for number in range(3600):
        now_s = 50.0 + number
        clock.observe(round(number * (1 - drift) * 1e6), now_s)
    error_s = ours_s(clock, round(3599 * (1 - drift) * 1e6)) - (50.0 + 3599)
    assert abs(error_s) <= 2 * WINDOW_S * drift


def test_a_reader_that_loses_its_utc_counts_anew() -> None:
    clock = ReaderClock()
    clock.observe(1_700_000_000_000_000, 50.0)
    clock.observe(3_000_000, 60.0, uptime=True)
    assert clock.jumps == 0
    assert ours_s(clock, 3_000_000) == pytest.approx(60.0)


def test_a_clock_that_is_set_back_a_little_is_followed_soon() -> None:
    clock = ReaderClock()
    for tenth in range(300):
        now_s = 50.0 + tenth / 10
        set_back_s = 3.0 if tenth > 100 else 0.0
        clock.observe(round((now_s - set_back_s) * 1e6), now_s)
    assert clock.jumps == 0
    assert ours_s(clock, 77_000_000) == pytest.approx(80.0)
