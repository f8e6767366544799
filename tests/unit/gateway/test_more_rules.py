"""The other rules, each by a table of small stores."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from configs.loading import ConfigError, loads
from gateway.brain import Brain
from gateway.config import GatewayConfig
from gateway.outputs.alerts import AlertBook
from gateway.outputs.tasks import pick_list
from gateway.rules.catalogue import make_rules
from gateway.rules.findings import Finding, Verdict
from gateway.state.heard import Heard
from gateway.state.maintenance import Work
from gateway.state.view import (
    DeviceView,
    FootfallView,
    LaneView,
    ShelfView,
    StockView,
    StoreView,
    SweepView,
    ZoneView,
)
from messages.events import Misplaced, Moved
from messages.fields import LaneState
from messages.payloads import QueueData, SensorHealth, StatusData

BAD, BETWEEN, GOOD, UNKNOWN = Verdict.BAD, Verdict.BETWEEN, Verdict.GOOD, Verdict.UNKNOWN
OATS, MILK = "06901234001006", "06901234001013"
CONFIG = f"""
store: demo
lanes:
  - {{id: "1", position: 1}}
  - {{id: "2", position: 2, wait: null, unattended: {{waiting: 3}}}}
zones:
  - {{id: service, name: {{zh: 服务台, en: Service desk}}, service: true}}
  - {{id: cereals, name: {{zh: 麦片, en: Cereals}}}}
shelves:
  - {{id: S1, name: {{zh: 麦片架, en: Cereals}}}}
  - {{id: S2, name: {{zh: 牛奶架, en: Milk}}, restock: null}}
  - {{id: B1, name: {{zh: 后仓, en: Stock room}}, area: back}}
products:
  - {{gtin: "{OATS}", name: {{zh: T恤, en: Shirt}}, style: shirt, size: S}}
  - {{gtin: "{MILK}", name: {{zh: T恤, en: Shirt}}, style: shirt, size: M}}
screens: [{{id: sc, lane: "1", watched: true}}]
rules:
  close_lane: {{waiting: 1, keep_open: 1}}
  kpis:
    - {{id: osa, measure: shelf_availability, below: 0.9, clear: 0.95}}
    - {{id: crowd, measure: store_waiting, above: 8}}
    - {{id: full, measure: store_inside, above: 200, clear: 180}}
"""


@pytest.fixture
def settings() -> GatewayConfig:
    return loads(CONFIG, GatewayConfig)


def lane(name: str, waiting: int, state: str = "open", wait_s: float | None = None) -> LaneView:
    return LaneView(name, LaneState(state), waiting, 1, wait_s, None, 0.9, 0.0, "d", "c", None)


def shelf(name: str, counts: dict[str, int | None], area: str = "floor") -> ShelfView:
    items = {gtin: StockView(gtin, count, 10, 3) for gtin, count in counts.items()}
    return ShelfView(name, items, area, 0.0, "d", "r", None)


def store(
    lanes: Iterable[LaneView] = (), shelves: Iterable[ShelfView] = (), now_s: float = 100.0
) -> StoreView:
    return StoreView(now_s, {x.lane: x for x in lanes}, {x.shelf: x for x in shelves}, {}, {})


def judge(settings: GatewayConfig, view: StoreView, rule: str) -> dict[str, Finding]:
    (one,) = (r for r in make_rules(settings) if r.name == rule)
    return {finding.subject: finding for finding in one.judge(view)}


@pytest.mark.parametrize(
    ("lanes", "verdict"),
    [
        ([lane("1", 0), lane("2", 1)], BAD),
        ([lane("1", 1), lane("2", 1)], GOOD),
        ([lane("1", 0), lane("2", 0, "closed")], GOOD),
        ([lane("1", 0), LaneView("2", blind="stale")], UNKNOWN),
    ],
)
def test_close_a_lane_only_when_every_lane_is_seen(
    settings: GatewayConfig, lanes: list[LaneView], verdict: Verdict
) -> None:
    assert judge(settings, store(lanes), "close_lane")["lanes"].verdict is verdict


@pytest.mark.parametrize(
    ("wait_s", "waiting", "verdict"),
    [(500, 3, BAD), (400, 3, BETWEEN), (200, 3, GOOD), (None, 0, GOOD), (None, 2, UNKNOWN)],
)
def test_wait_too_long_is_off_where_its_lane_says_so(
    settings: GatewayConfig, wait_s: float | None, waiting: int, verdict: Verdict
) -> None:
    view = store([lane("1", waiting, wait_s=wait_s), lane("2", 9, wait_s=900)])
    found = judge(settings, view, "wait")
    assert {s: f.verdict for s, f in found.items()} == {"lane:1": verdict}


def test_unattended_uses_the_limit_of_its_lane(settings: GatewayConfig) -> None:
    found = judge(settings, store([lane("1", 1, "closed"), lane("2", 2, "closed")]), "unattended")
    assert [f.verdict for f in found.values()] == [BAD, GOOD]
    assert found["lane:1"].text.en == "Lane 1 has no cashier and 1 waiting"
    unseen = judge(settings, store([lane("1", 1, "unknown"), lane("2", 3, "closed")]), "unattended")
    assert [f.verdict for f in unseen.values()] == [UNKNOWN, BAD]


@pytest.mark.parametrize(
    ("zone", "verdict"),
    [
        (ZoneView("service", 1, None, 200.0, 0.0, blind=None), BAD),
        (ZoneView("service", 1, None, 20.0, 0.0, blind=None), GOOD),
        (ZoneView("service", 0, None, 200.0, 0.0, blind=None), GOOD),
        (ZoneView("service", blind="stale"), UNKNOWN),
    ],
)
def test_help_is_wanted_only_where_there_is_service(
    settings: GatewayConfig, zone: ZoneView, verdict: Verdict
) -> None:
    long = ZoneView("cereals", 1, None, 900.0, 0.0, blind=None)
    view = replace(store(), zones={"service": zone, "cereals": long})
    found = judge(settings, view, "help")
    assert {s: f.verdict for s, f in found.items()} == {"zone:service": verdict}


def test_restock_names_the_back_room_and_leaves_out_shelves_that_turn_it_off(
    settings: GatewayConfig,
) -> None:
    shelves = [shelf("S1", {OATS: 1}), shelf("S2", {OATS: 0}), shelf("B1", {OATS: 24}, "back")]
    (found,) = judge(settings, store(shelves=shelves), "restock").values()
    assert (
        found.text.en
        == "Cereals: Shirt, 1/10 left. Please refill (24 in the back room, Stock room)"
    )
    assert found.text.zh == "麦片架：T恤剩1/10件，请补货（后仓后仓有24件）"


@pytest.mark.parametrize(
    ("floor", "back", "verdict"),
    [
        ({OATS: 3, MILK: 0}, {MILK: 5}, BAD),
        ({OATS: 3, MILK: 0}, {MILK: 0}, GOOD),
        ({OATS: 3, MILK: 2}, {MILK: 5}, GOOD),
        ({OATS: 3, MILK: None}, {MILK: 5}, UNKNOWN),
        ({OATS: 3}, {MILK: 5}, BAD),
    ],
)
def test_size_gap_only_where_the_back_room_can_fill_it(
    settings: GatewayConfig, floor: dict[str, int | None], back: dict[str, int | None],
    verdict: Verdict,
) -> None:  # fmt: skip
    view = store(shelves=[shelf("S1", floor), shelf("B1", back, "back")])
    found = judge(settings, view, "size_gap")[f"product:{MILK}"]
    assert found.verdict is verdict
    if verdict is BAD:
        assert "missing in size M" in found.text.en


def test_misplaced_goods_are_counted_until_they_are_moved(
    settings: GatewayConfig, hear: Callable[..., Heard]
) -> None:
    brain = Brain(settings, AlertBook(settings.alerts))
    for n, epc in enumerate(("AAAA", "BBBB"), 1):
        wrong = Misplaced(epc=epc, gtin=OATS, shelf="S2", confidence=0.9)
        brain.live.note(hear(wrong, 100.0, seq=n))
    found = judge(settings, brain.live.view(100.0), "misplaced")
    assert found[f"shelf:S2/{OATS}"].text.en == "2 × Shirt lie at Milk by mistake"
    for epc in ("AAAA", "BBBB"):
        moved = Moved(epc=epc, gtin=OATS, shelf="S1", from_shelf="S2", confidence=0.9)
        brain.live.note(hear(moved, 101.0))
    assert judge(settings, brain.live.view(101.0), "misplaced")[f"shelf:S2/{OATS}"].verdict is GOOD


def test_a_sweep_is_told_while_it_is_fresh(settings: GatewayConfig) -> None:
    view = replace(store(), sweeps=(SweepView("S1", OATS, 9, 12.4, 90.0),))
    (found,) = judge(settings, view, "sweep").values()
    assert (found.severity, found.text.en) == (
        "critical",
        "Cereals: 9 × Shirt taken within 12 s. Please have a look",
    )
    assert not judge(settings, replace(view, now_s=200.0), "sweep")


def test_a_watched_screen_is_missed(settings: GatewayConfig) -> None:
    found = judge(settings, replace(store(), screens={"sc": False}), "screen")
    assert found["screen:sc"].text.en == "The screen sc (Lane 1) is not connected"


def kpis(settings: GatewayConfig, view: StoreView) -> dict[str, Verdict]:
    rules = [r for r in make_rules(settings) if r.name == "kpi"]
    return {f.subject: f.verdict for rule in rules for f in rule.judge(view)}


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [({OATS: 5, MILK: 0}, BAD), ({OATS: 5, MILK: 1}, GOOD), ({OATS: 5, MILK: None}, UNKNOWN)],
)
def test_a_kpi_under_its_limit(
    settings: GatewayConfig, counts: dict[str, int | None], verdict: Verdict
) -> None:
    assert kpis(settings, store(shelves=[shelf("S1", counts)]))["kpi:osa/S1"] is verdict


@pytest.mark.parametrize(
    ("inside", "verdict"), [(180, GOOD), (190, BETWEEN), (201, BAD), (None, UNKNOWN)]
)
def test_a_shop_that_is_too_full(
    settings: GatewayConfig, inside: int | None, verdict: Verdict
) -> None:
    view = replace(store(), footfall=FootfallView(inside=inside))
    assert kpis(settings, view)["kpi:full/store"] is verdict


def test_a_kpi_over_its_limit_needs_every_lane(settings: GatewayConfig) -> None:
    assert kpis(settings, store([lane("1", 5), lane("2", 4)]))["kpi:crowd/store"] is BAD
    blind = LaneView("2", blind="stale")
    assert kpis(settings, store([lane("1", 9), blind]))["kpi:crowd/store"] is UNKNOWN


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("open_lane: {waiting: 2, clear_waiting: 2}", "clear_waiting: expected less than"),
        ("open_lane: {waiting: 2, clear_waiting: 1}\n  close_lane: {waiting: 2}",
         "close_lane.waiting: expected less than open_lane.waiting"),
        ("wait: {wait_s: 60, clear_wait_s: 90}", "wait.clear_wait_s: expected less than wait_s"),
        ("kpis: [{id: a, measure: lane_waiting}]", "expected either above or below, found neither"),
        ("kpis: [{id: a, measure: lane_waiting, above: 3, clear: 4}]", "clear: expected at most"),
    ],
)  # fmt: skip
def test_settings_that_contradict_are_refused(rules: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loads(f"store: demo\nrules:\n  {rules}\n", GatewayConfig)
    assert problem in str(caught.value)


def test_a_blind_camera_raises_its_own_alert_and_silences_what_hangs_on_it(
    settings: GatewayConfig, hear: Callable[..., Heard]
) -> None:
    brain = Brain(settings, AlertBook(settings.alerts))
    covered = StatusData(state="online", cameras={"c": SensorHealth(state="covered")})
    for second in range(120):
        brain.live.apply(hear(covered, second))
        for name in ("1", "2"):
            brain.live.apply(hear(QueueData(lane=name, camera="c"), second))
        brain.think(second)
    assert {alert.rule for alert in brain.book.open} == {"sensor"}


def test_maintenance_is_silence_until_it_ends(
    settings: GatewayConfig, hear: Callable[..., Heard]
) -> None:
    brain = Brain(settings, AlertBook(settings.alerts))
    brain.maintenance.begin(Work("device:d1", 60.0, 0.0, "Li"))
    for second in range(120):
        brain.live.apply(hear(StatusData(state="lost"), second))
        brain.think(second)
        assert bool(brain.book.open) is (second >= 65)


def test_pick_list_goes_by_urgency_and_way(settings: GatewayConfig) -> None:
    view = store(
        shelves=[
            shelf("S1", {OATS: 2}),
            shelf("S2", {MILK: 0}),
            shelf("S3", {OATS: 1}),
            shelf("B1", {OATS: 24}, "back"),
        ]
    )
    book = AlertBook(settings.alerts)
    (restock,) = (r for r in make_rules(settings) if r.name == "restock")
    for finding in restock.judge(view):
        book.raise_(finding, 100.0)
    book.raise_(replace(finding, subject=f"shelf:S2/{MILK}", severity="critical"), 100.0)
    tasks = pick_list(view, book.open, {"S1": 9, "S2": 5, "S3": 1})
    assert [(t.shelf, t.urgent, t.bring) for t in tasks] == [
        ("S2", True, 10),
        ("S3", False, 9),
        ("S1", False, 8),
    ]
    assert tasks[1].sources == (("B1", 24),)


def test_devices_are_told_apart(settings: GatewayConfig) -> None:
    states = {"a": "online", "b": "lost", "c": "silent", "d": "stopped"}
    devices = {name: DeviceView(name, state, 0.0) for name, state in states.items()}
    found = judge(settings, replace(store(), devices=devices), "device")
    assert [(f.verdict, f.severity) for f in found.values()] == [
        (GOOD, "critical"),
        (BAD, "critical"),
        (BAD, "critical"),
        (BAD, "info"),
    ]
