"""The history adds up what was seen, and nothing that was not; ratings become cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from gateway.config import GatewayConfig
from gateway.engine import Engine
from gateway.ingest.inbox import Arrived, Inbox
from gateway.outputs.telling import Teller
from gateway.state import history
from gateway.state.database import connect
from gateway.state.heard import Heard
from gateway.state.history import History
from gateway.state.ratings import Rating
from gateway.state.view import (
    FootfallView,
    LaneView,
    LineView,
    ShelfView,
    StockView,
    StoreView,
)
from messages.fields import LaneState
from messages.payloads import AlertState
from messages.places import LineData
from messages.topics import Topics

NOON_S = 1_769_832_000.0


def store(now_s: float, waiting: int | None = 2, count: int | None = 0) -> StoreView:
    state = LaneState.UNKNOWN if waiting is None else LaneState.OPEN
    lanes = {
        "1": LaneView("1", state, waiting=waiting, blind="stale" if waiting is None else None),
        "2": LaneView("2", LaneState.CLOSED, waiting=0, blind=None),
    }
    item = StockView("06901234001006", count, 10, 3)
    shelves = {"S1": ShelfView("S1", {item.gtin: item}, blind=None)}
    door = LineView("door", entered=5, left=2, blind=None if waiting is not None else "stale")
    inside = None if waiting is None else 3
    footfall = FootfallView(NOON_S, inside=inside, blind=door.blind)
    return StoreView(now_s, lanes, shelves, {}, {}, lines={"door": door}, footfall=footfall)


def rows(views: list[StoreView], config: GatewayConfig, *, is_open: bool = True) -> dict[str, list]:
    kept, db = History(), connect(config.database)
    kept.take(NOON_S - 1.0)
    for view in views:
        kept.note(view, 3, is_open=is_open)
    sums = kept.take(NOON_S + 3600.0)
    if sums is not None:
        history.write(db, sums)
        history.write(db, sums)  # parts of a period add up
    tables = ("lanes_minute", "lane_hour", "stock_hour", "line_hour", "shop_hour")
    return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608 - own names


def test_seconds_are_added_up(config: GatewayConfig) -> None:
    found = rows([store(NOON_S + k) for k in range(11)], config)
    assert found["lanes_minute"] == [(int(NOON_S), 20.0, 20.0, 40.0, 20.0, 60.0)]
    assert found["lane_hour"] == [
        (int(NOON_S), "1", 20.0, 20.0, 40.0),
        (int(NOON_S), "2", 20.0, 0.0, 0.0),
    ]
    assert found["stock_hour"] == [(int(NOON_S), "S1", "06901234001006", 20.0, 20.0, 20.0, 0.0)]
    assert found["line_hour"] == [(int(NOON_S), "door", 20.0)]
    assert found["shop_hour"] == [(int(NOON_S), 20.0, 60.0)]
    watched = history.watched(connect(config.database), NOON_S)
    assert watched == [(NOON_S + 1800.0, "door", 20.0)]


def test_what_nobody_saw_is_not_counted(config: GatewayConfig) -> None:
    blind = rows([store(NOON_S + k, waiting=None, count=None) for k in range(11)], config)
    assert blind["lanes_minute"] == []
    assert [row[1] for row in blind["lane_hour"]] == ["2"]
    assert blind["stock_hour"] == []
    assert blind["line_hour"] == []
    assert blind["shop_hour"] == []


@pytest.mark.parametrize("times", [[0, 600], [0, -600]])
def test_a_pause_or_a_clock_that_jumps_counts_nothing(
    config: GatewayConfig, times: list[int]
) -> None:
    assert rows([store(NOON_S + t) for t in times], config)["lanes_minute"] == []


def test_a_closed_store_has_no_history(config: GatewayConfig) -> None:
    found = rows([store(NOON_S + k) for k in range(11)], config, is_open=False)
    assert not any(found.values())


class Clock:
    now_s = NOON_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def start(config: GatewayConfig) -> Iterator[Callable[[Clock], Engine]]:
    def make(clock: Clock) -> Engine:
        teller = Teller(Topics("demo"), config.all_screens, lambda _t, _p: None, valid_s=10.0)
        return Engine(config, connect(config.database), Inbox(), teller, clock)

    return make


def ask(engine: Engine, future: Future[list]) -> None:
    engine.round(list[Arrived]())
    future.result(0)


def test_a_bad_rating_is_a_case_until_a_person_closes_it(
    start: Callable[[Clock], Engine],
) -> None:
    clock = Clock()
    engine = start(clock)
    ask(engine, engine.rate(Rating("good-rating", NOON_S, 5)))
    assert engine._brain.book.open == []
    bad = Rating("bad-rating", NOON_S, 1, "staff", "1", "unfriendly")
    ask(engine, engine.rate(bad))
    ask(engine, engine.rate(bad))  # sent twice, counts once
    (alert,) = engine._brain.book.open
    assert "unfriendly" in alert.text.en
    assert alert.severity == "info"
    # It survives a restart, and two days without an answer.
    clock.now_s += 2 * 86_400.0
    again = start(clock)
    again.round(list[Arrived]())
    assert [one.id for one in again._brain.book.open] == [alert.id]
    ask(again, again.step_alert(alert.id, AlertState.RESOLVED, "manager", "called the shopper"))
    clock.now_s += 3600.0
    again.round(list[Arrived]())
    assert again._brain.book.open == []


def test_a_line_that_was_seen_stays_seen_through_a_restart(
    start: Callable[[Clock], Engine], config: GatewayConfig, hear: Callable[..., Heard]
) -> None:
    clock = Clock()
    engine = start(clock)

    def see(engine: Engine, seconds: int) -> None:
        for _ in range(seconds):
            clock.now_s += 1.0
            engine._brain.live.apply(hear(LineData(line="door", entered=0, left=0), clock.now_s))
            engine.round(list[Arrived]())

    see(engine, 62)
    first = engine._brain.think(clock.now_s).view.footfall.confidence
    again = start(clock)
    see(again, 1)
    # The minute that was flushed is known again: of the day since four in the morning.
    now = again._brain.think(clock.now_s).view.footfall
    assert now.confidence > 0.8 * first > 0.0


def test_a_change_of_settings_is_remembered_once(
    start: Callable[[Clock], Engine], config: GatewayConfig
) -> None:
    clock = Clock()
    for _ in range(3):
        start(clock)
        clock.now_s += 60.0
    db = connect(config.database)
    assert db.execute("SELECT count(*) FROM setting").fetchone() == (1,)


def test_what_is_older_than_kept_is_deleted(config: GatewayConfig) -> None:
    rows([store(NOON_S + k) for k in range(11)], config)
    db = connect(config.database)
    history.forget(db, NOON_S - 3600.0, 1000)
    assert db.execute("SELECT count(*) FROM stock_hour").fetchone() == (1,)
    history.forget(db, NOON_S + 3600.0, 1000)
    assert db.execute("SELECT count(*) FROM stock_hour").fetchone() == (0,)


def test_a_rating_that_cannot_be_written_may_be_sent_again(
    start: Callable[[Clock], Engine], config: GatewayConfig
) -> None:
    engine, rating = start(Clock()), Rating("bad-rating", NOON_S, 1)
    db = connect(config.database)
    db.execute("CREATE TRIGGER full BEFORE INSERT ON rating BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(OSError, match="cannot be written"):
        ask(engine, engine.rate(rating))
    assert engine._brain.book.open == []
    db.execute("DROP TRIGGER full")
    ask(engine, engine.rate(rating))
    assert len(engine._brain.book.open) == 1
    assert db.execute("SELECT count(*) FROM rating").fetchone() == (1,)
