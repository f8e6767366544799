"""Rules that look ahead: goods that will not last, and lanes before the queue is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from configs.loading import ConfigError, loads
from gateway.config import GatewayConfig
from gateway.forecast.advisor import Need
from gateway.forecast.sales import Sales
from gateway.forecast.store import StoreNeed
from gateway.rule_settings import (
    CloseLaneSettings,
    OpenLaneSettings,
    RunsOutSettings,
    SizeGapSettings,
)
from gateway.rules.findings import Finding, Verdict
from gateway.rules.lanes import CloseLane, OpenLane
from gateway.rules.runs_out import RunsOut
from gateway.rules.shelves import Goods, SizeGap
from gateway.state.heard import Heard
from gateway.state.view import LaneView, ShelfView, StockView, StoreView
from messages.events import Picked, Returned
from messages.fields import LaneState

Hear = Callable[..., Heard]
GTIN = "06901234001006"
DAY_S = 86_400.0
START_S = 20_000 * DAY_S
UTC = ZoneInfo("UTC")


def local(t_s: float) -> tuple[int, float]:
    return int(t_s // DAY_S), t_s % DAY_S


@pytest.fixture
def sales(hear: Hear) -> Sales:
    """Ten days and a morning: three an hour leave from 10 to 20, and nine an hour at noon."""
    rng, learned = np.random.default_rng(1), Sales(local)
    for day in range(11):
        for hour in range(10, 20 if day < 10 else 12):
            for _ in range(rng.poisson(9.0 if hour in {12, 13} else 3.0)):
                at_s = START_S + day * DAY_S + (hour + rng.random()) * 3600.0
                learned.note(hear(Picked(epc="30AA", shelf="S1", gtin=GTIN, confidence=1), at_s))
    return learned


def view(hour: float, count: int | None, *, minimum: int = 2) -> StoreView:
    item = StockView(GTIN, count, 12, minimum)
    shelf = ShelfView("S1", {GTIN: item}, blind=None if count is not None else "stale")
    return StoreView(START_S + 10 * DAY_S + hour * 3600.0, {}, {"S1": shelf}, {}, {})


def test_it_learns_the_hours(sales: Sales) -> None:
    day_s = START_S + 10 * DAY_S
    noon = sales.expected("S1", GTIN, day_s + 12 * 3600, day_s + 14 * 3600)
    night = sales.expected("S1", GTIN, day_s + 21 * 3600, day_s + 24 * 3600)
    assert noon is not None
    assert 9.0 < noon < 22.0
    assert night is not None
    assert night < 1.0
    assert sales.expected("S1", "0" * 14, day_s, day_s + 3600) is None


def test_what_is_put_back_was_not_sold(hear: Hear) -> None:
    learned = Sales(local)
    for day in range(5):
        for n in range(20):
            at_s = START_S + day * DAY_S + 12 * 3600.0 + n
            learned.note(hear(Picked(epc="30AA", shelf="S1", gtin=GTIN, confidence=1), at_s))
            back = Returned(epc="30AA", shelf="S1", gtin=GTIN, confidence=1, away_s=5)
            learned.note(hear(back, at_s + 5))
    at_s = START_S + 5 * DAY_S + 12 * 3600.0
    assert sales_of(learned, at_s) == pytest.approx(0.0, abs=0.5)


def sales_of(learned: Sales, at_s: float) -> float:
    expected = learned.expected("S1", GTIN, at_s, at_s + 3600.0)
    assert expected is not None
    return expected


def judge(sales: Sales, at: StoreView, **settings: object) -> Finding:
    made = RunsOutSettings.model_validate(
        {"rounds": ["14:30", "20:00"], "ahead_s": 14400, **settings}
    )
    rule = RunsOut(made, sales, Goods({}, {}), UTC)
    (finding,) = rule.judge(at)
    return finding


@pytest.mark.parametrize(
    ("hour", "count", "verdict"),
    [
        (12.0, 6, Verdict.BAD),  # eighteen or so will be wanted by half past two
        (14.0, 8, Verdict.GOOD),  # the round comes in half an hour
        (12.0, 12, Verdict.GOOD),  # full: nothing can be brought
        (12.0, 2, Verdict.GOOD),  # at the minimum the restock rule speaks
        (12.0, None, Verdict.UNKNOWN),
    ],
)
def test_goods_that_will_not_last(
    sales: Sales, hour: float, count: int | None, verdict: Verdict
) -> None:
    finding = judge(sales, view(hour, count))
    assert finding.verdict is verdict
    if verdict is Verdict.BAD:
        assert "6 left" in finding.text.en
        assert "14:30" in finding.text.zh


@pytest.mark.parametrize(
    ("empty_in_s", "verdict"),
    [(None, Verdict.GOOD), (3600.0, Verdict.BAD), (9000.0, Verdict.BETWEEN), (4e4, Verdict.GOOD)],
)
def test_the_device_is_believed_until_enough_was_learned(
    empty_in_s: float | None, verdict: Verdict
) -> None:
    at = view(12.0, 6)
    item = replace(at.shelves["S1"].items[GTIN], empty_in_s=empty_in_s)
    shelf = replace(at.shelves["S1"], items={GTIN: item})
    assert judge(Sales(local), replace(at, shelves={"S1": shelf})).verdict is verdict


@pytest.mark.parametrize(("back", "verdict"), [({"B1": 4}, Verdict.BAD), ({}, Verdict.GOOD)])
def test_a_size_gap_that_only_the_device_knows(back: dict[str, int], verdict: Verdict) -> None:
    item = StockView(GTIN, 0, 12, 2, back=back, size_gap=True)
    shelf = ShelfView("S1", {GTIN: item}, blind=None)
    at = StoreView(START_S, {}, {"S1": shelf}, {}, {})
    (finding,) = SizeGap(SizeGapSettings(), {}, Goods({}, {})).judge(at)
    assert (finding.subject, finding.verdict) == (f"product:{GTIN}", verdict)
    if back:
        assert "4 in the back room, B1" in finding.text.en


def test_limits_that_contradict_are_refused() -> None:
    bad = "store: s\nrules: {runs_out: {chance: 0.3, clear_chance: 0.5}}"
    with pytest.raises(ConfigError, match="less than chance"):
        loads(bad, GatewayConfig)
    with pytest.raises(ConfigError, match="a time of day such as 14:30"):
        loads('store: s\nrules: {runs_out: {rounds: ["25:00"]}}', GatewayConfig)


def need(have: int, wanted: int, in_15min: int = 3) -> StoreNeed:
    one = Need(2, in_15min, 3, wanted, per_h=140.0, service_s=60.0, waiting=1)
    return StoreNeed(
        2, in_15min, 3, wanted, 140.0, 60.0, 1, have=have, kinds={"staffed": (have, one)}
    )


def lanes(opened: int) -> StoreView:
    each = {
        str(n): LaneView(
            str(n), LaneState.OPEN if n <= opened else LaneState.CLOSED, waiting=0, blind=None
        )
        for n in range(1, 5)
    }
    return StoreView(START_S, each, {}, {}, {})


def open_lane(found: StoreNeed, opened: int, *, ahead: bool = True) -> Finding:
    rule = OpenLane(OpenLaneSettings(ahead=ahead), {}, lambda _view: found)
    (finding,) = rule.judge(lanes(opened))
    return finding


def test_a_lane_is_asked_for_before_the_queue_is_there() -> None:
    asked = open_lane(need(have=2, wanted=3), 2)
    assert asked.verdict is Verdict.BAD
    assert "140 shoppers an hour" in asked.text.en
    assert "请开启3" in asked.text.zh
    assert open_lane(need(have=3, wanted=3), 3).verdict is Verdict.GOOD
    soon = open_lane(need(have=2, wanted=2), 2)
    assert soon.verdict is Verdict.BETWEEN, "needed soon: neither raised nor taken back"


def test_it_looks_ahead_only_where_the_manager_says_so() -> None:
    assert open_lane(need(have=2, wanted=3), 2, ahead=False).verdict is Verdict.GOOD


@pytest.mark.parametrize(("wanted", "verdict"), [(3, Verdict.GOOD), (2, Verdict.BAD)])
def test_no_lane_is_closed_that_the_forecast_needs(wanted: int, verdict: Verdict) -> None:
    rule = CloseLane(CloseLaneSettings(ahead=True), {}, lambda _view: need(3, wanted))
    (finding,) = rule.judge(lanes(3))
    assert finding.verdict is verdict
