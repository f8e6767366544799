"""Rules, their timing, and the life of alerts: the store is told by hand, time is an argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alert_settings import AlertSettings
from gateway.brain import Brain
from gateway.config import GatewayConfig
from gateway.outputs.alerts import AlertBook, NoSuchAlertError, StepNotAllowedError
from gateway.rule_settings import Timing
from gateway.rules.findings import Finding, Turn, Verdict, Watch
from gateway.state.heard import Heard
from messages.fields import LaneState
from messages.payloads import (
    AlertState,
    QueueData,
    SensorHealth,
    StatusData,
    StockData,
    StockItem,
    Text,
)

Hear = Callable[..., Heard]
GTIN = "06901234001006"


class Store:
    """A store whose states are repeated every second, as devices do."""

    def __init__(self, config: GatewayConfig, hear: Hear) -> None:
        self.brain = Brain(config, AlertBook(config.alerts))
        self._hear = hear
        self.now_s = 1000.0
        self.lanes: dict[str, QueueData] = {}
        self.count: int | None = None
        self.status = StatusData(state="online")
        self.log: list[tuple[str, str, str]] = []

    def lane(self, lane: str, waiting: int, state: LaneState = LaneState.OPEN) -> None:
        served = int(waiting > 0)
        self.lanes[lane] = QueueData(
            lane=lane, waiting=waiting, served=served, open=state, confidence=0.9
        )

    def run(self, seconds: int) -> list[tuple[str, str]]:
        """Let time pass; gives (rule, what happened) of that time."""
        happened = []
        for _ in range(seconds):
            self.now_s += 1.0
            self.brain.live.apply(self._hear(self.status, self.now_s))
            if self.status.state == "online":
                self._repeat()
            changes = self.brain.think(self.now_s).changes
            happened += [(c.alert.rule, c.what) for c in changes if c.what != "updated"]
        return happened

    def _repeat(self) -> None:
        for data in self.lanes.values():
            self.brain.live.apply(self._hear(data, self.now_s))
        if self.count is not None:
            item = StockItem(count=self.count, capacity=10, min=3)
            data = StockData(shelf="S1", items={GTIN: item})
            self.brain.live.apply(self._hear(data, self.now_s))


@pytest.fixture
def store(config: GatewayConfig, hear: Hear) -> Store:
    return Store(config, hear)


def test_a_long_queue_asks_for_a_lane_after_its_time_and_clears_with_hysteresis(
    store: Store,
) -> None:
    store.lane("1", 5)
    store.lane("2", 0, LaneState.CLOSED)
    assert store.run(3) == []
    assert store.run(1) == [("open_lane", "raised")]
    (alert,) = store.brain.book.open
    assert alert.text.en == "Lane 1: 5 waiting. Please open Lane 2"
    assert alert.text.zh == "1号收银台有5人排队。请开启2号收银台"
    store.lane("1", 3)  # between the limits: neither raises nor clears
    assert store.run(30) == []
    store.lane("1", 2)
    assert store.run(6) == [("open_lane", "resolved")]


def test_a_short_peak_raises_nothing(store: Store) -> None:
    for _ in range(10):
        store.lane("1", 6)
        assert store.run(2) == []
        store.lane("1", 1)
        assert store.run(2) == []


def test_an_open_lane_with_room_takes_the_queue(store: Store) -> None:
    store.lane("1", 6)
    store.lane("2", 1)
    assert store.run(30) == []
    store.lane("2", 3)
    assert store.run(5) == [("open_lane", "raised")]


def test_a_lost_device_is_told_and_its_lanes_neither_raise_nor_resolve(store: Store) -> None:
    store.lane("1", 6)
    assert ("open_lane", "raised") in store.run(5)
    store.status = StatusData(state="lost")
    assert store.run(60) == [("device", "raised")]
    assert {a.rule for a in store.brain.book.open} == {"device", "open_lane"}
    store.status = StatusData(state="online")
    store.lane("1", 0)
    assert sorted(store.run(10)) == [("device", "resolved"), ("open_lane", "resolved")]


def test_stock_at_its_minimum_asks_for_goods_and_goods_resolve_it(store: Store) -> None:
    store.count = 6
    assert store.run(10) == []
    store.count = 3
    assert store.run(4) == [("restock", "raised")]
    (alert,) = store.brain.book.open
    assert alert.subject == f"shelf:S1/{GTIN}"
    store.count = 0
    store.run(1)
    (alert,) = store.brain.book.open
    assert (alert.severity, alert.text.en) == (
        "critical",
        "Cereals: Oats, 0/10 left. Please refill",
    )
    store.count = 6
    assert store.run(4) == [("restock", "resolved")]


def test_a_sensor_at_fault_is_told_once(store: Store) -> None:
    broken = SensorHealth(state="covered", detail="no contrast")
    store.status = StatusData(state="online", cameras={"cam-1": broken})
    assert store.run(30) == [("sensor", "raised")]
    store.status = StatusData(state="online", cameras={"cam-1": SensorHealth(state="ok")})
    assert store.run(30) == [("sensor", "resolved")]


TIMING = Timing(for_s=5, clear_for_s=5)
FINDING = Finding("r", "s", Verdict.BAD, "warning", Text(zh="坏", en="bad"), TIMING)


def test_a_clock_that_goes_back_starts_the_wait_anew() -> None:
    watch = Watch()
    assert watch.turn(FINDING, 1000.0, is_open=False) is None
    assert watch.turn(FINDING, 10.0, is_open=False) is None
    assert watch.turn(FINDING, 15.0, is_open=False) is Turn.RAISE


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.floats(0, 30)), max_size=60))
def test_turns_follow_the_limits_whatever_comes(steps: list[tuple[Verdict, float]]) -> None:
    watch, now_s, is_open = Watch(), 0.0, False
    run: tuple[Verdict | None, float] = (None, 0.0)
    for verdict, wait_s in steps:
        now_s += wait_s
        if run[0] is not verdict:
            run = (verdict, now_s)
        held_s = now_s - run[1]
        finding = replace(FINDING, verdict=verdict)
        turn = watch.turn(finding, now_s, is_open=is_open)
        if turn is Turn.RAISE:
            assert verdict is Verdict.BAD
            assert held_s >= 5
            is_open = True
        elif turn is Turn.CLEAR:
            assert verdict is Verdict.GOOD
            assert held_s >= 5
            is_open = False


def test_people_take_alerts_step_by_step() -> None:
    book = AlertBook(AlertSettings())
    raised = book.raise_(FINDING, 0.0)
    assert raised is not None
    alert = raised.alert
    book.step(alert.id, AlertState.ACKNOWLEDGED, 1.0, "Li")
    with pytest.raises(StepNotAllowedError, match="acknowledged alerts cannot become"):
        book.step(alert.id, AlertState.ACKNOWLEDGED, 1.0, "Li")
    taken = book.step(alert.id, AlertState.IN_PROGRESS, 2.0, "Li").alert
    assert taken.owner == "Li"
    done = book.step(alert.id, AlertState.RESOLVED, 3.0, "Li", "filled").alert
    assert not done.is_open
    with pytest.raises(NoSuchAlertError):
        book.step(alert.id, AlertState.RESOLVED, 4.0, "Li")
