"""Truth with an age: stale, lost and blind are unknown, never the last number and never zero."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.state.heard import Heard
from gateway.state.live import LiveState
from messages.fields import LaneState
from messages.payloads import QueueData, SensorHealth, StatusData, StockData, StockItem, ZoneData

Hear = Callable[..., Heard]
GTIN = "06901234001006"
QUEUE = QueueData(
    lane="1", waiting=3, served=1, wait_s=90, open=LaneState.OPEN, confidence=0.8, camera="c"
)
STOCK = StockData(shelf="S1", items={GTIN: StockItem(count=4, min=2)}, reader="r")


@pytest.fixture
def live() -> LiveState:
    return LiveState(10.0, lanes=["1"], shelves=["S1"])


def test_nothing_heard_is_unknown(live: LiveState) -> None:
    lane = live.view(0.0).lanes["1"]
    assert (lane.blind, lane.waiting, lane.state) == ("no data", None, LaneState.UNKNOWN)


def test_a_fresh_state_is_known_and_a_stale_one_is_not(live: LiveState, hear: Hear) -> None:
    live.apply(hear(QUEUE, 100.0))
    assert live.view(105.0).lanes["1"].waiting == 3
    stale = live.view(110.5).lanes["1"]
    assert (stale.waiting, stale.wait_s, stale.state) == (None, None, LaneState.UNKNOWN)
    assert (stale.blind, stale.age_s) == ("stale", 10.5)


def test_what_the_broker_kept_is_as_old_as_it_says(live: LiveState, hear: Hear) -> None:
    live.apply(hear(QUEUE, 100.0, received_s=500.0, retained=True))
    assert live.view(500.0).lanes["1"].blind == "stale"


def test_a_device_clock_that_runs_ahead_does_not_look_fresh_for_longer(
    live: LiveState, hear: Hear
) -> None:
    live.apply(hear(QUEUE, 5000.0, received_s=100.0))
    assert live.view(111.0).lanes["1"].blind == "stale"


def test_the_last_will_makes_everything_of_the_device_unknown(live: LiveState, hear: Hear) -> None:
    live.apply(hear(QUEUE, 100.0))
    live.apply(hear(STOCK, 100.0))
    live.apply(hear(StatusData(state="lost"), 1.0, received_s=101.0))
    view = live.view(101.0)
    assert view.lanes["1"].blind == "device lost"
    assert view.shelves["S1"].blind == "device lost"
    assert view.shelves["S1"].items[GTIN].count is None
    assert view.shelves["S1"].items[GTIN].min == 2
    live.apply(hear(StatusData(state="online"), 102.0))
    live.apply(hear(QUEUE, 102.0))
    assert live.view(102.0).lanes["1"].waiting == 3


def test_a_device_that_says_nothing_is_silent(live: LiveState, hear: Hear) -> None:
    live.apply(hear(StatusData(state="online"), 100.0))
    assert live.view(105.0).devices["d1"].works
    assert live.view(111.0).devices["d1"].state == "silent"


def test_a_blind_camera_is_named(live: LiveState, hear: Hear) -> None:
    dark = StatusData(state="online", cameras={"c": SensorHealth(state="dark")})
    live.apply(hear(dark, 100.0))
    live.apply(hear(QueueData(lane="1", waiting=None, served=None, camera="c"), 100.0))
    assert live.view(100.0).lanes["1"].blind == "sensor dark"


def test_of_two_cameras_the_surer_fresh_one_counts(live: LiveState, hear: Hear) -> None:
    live.apply(hear(QUEUE.model_copy(update={"waiting": 5, "confidence": 0.9}), 100.0, device="a"))
    live.apply(hear(QUEUE.model_copy(update={"waiting": 2, "confidence": 0.5}), 106.0, device="b"))
    assert live.view(107.0).lanes["1"].waiting == 5
    assert live.view(112.0).lanes["1"].waiting == 2


def test_a_device_clock_that_goes_back_is_still_heard(live: LiveState, hear: Hear) -> None:
    live.apply(hear(QUEUE, 100.0))
    live.apply(hear(QUEUE.model_copy(update={"waiting": 7}), 99.0, received_s=101.0))
    assert live.view(101.0).lanes["1"].waiting == 7


@pytest.mark.parametrize(
    ("offset_s", "state"), [(0.0, "online"), (-3600.0, "clock"), (3600.0, "clock")]
)
def test_a_device_with_a_wrong_clock_is_named(
    live: LiveState, hear: Hear, offset_s: float, state: str
) -> None:
    live.apply(hear(StatusData(state="online"), 0.0, retained=True))
    for second in range(100, 125):
        live.apply(hear(QUEUE, second + offset_s, received_s=second))
    device = live.view(125.0).devices["d1"]
    assert (device.state, device.behind_s) == (state, -offset_s)
    # Behind, nothing tells how old a measure is; ahead, none is taken for younger than it is.
    assert (live.view(125.0).lanes["1"].waiting is None) is (offset_s < 0)


def test_a_late_message_is_no_wrong_clock(live: LiveState, hear: Hear) -> None:
    for second in range(100, 140):
        delay_s = 60.0 if second % 3 else 0.0
        live.apply(hear(QUEUE, second - delay_s, received_s=second))
    assert live.view(140.0).devices["d1"].state == "online"


def test_a_zone_tells_its_visits_until_its_camera_is_blind(live: LiveState, hear: Hear) -> None:
    zone = ZoneData(
        zone="tea", occupancy=1, visits=12, passers=30, dwell_p90_s=40, attention=0.5, camera="c"
    )
    live.apply(hear(zone, 100.0))
    tea = live.view(101.0).zones["tea"]
    assert (tea.visits, tea.passers, tea.dwell_p90_s, tea.attention) == (12, 30, 40, 0.5)
    gone = live.view(111.0).zones["tea"]
    assert (gone.visits, gone.passers, gone.dwell_p90_s, gone.attention) == (None,) * 4
