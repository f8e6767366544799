"""Who came, who went, who is inside: over entrances, devices, days, restarts and outages."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.brain import Brain
from gateway.config import GatewayConfig, LineSettings, Names
from gateway.outputs.alerts import AlertBook
from gateway.rules.calendar import DAYS
from gateway.state.drift import Drift
from gateway.state.heard import Heard
from gateway.state.view import FootfallView
from messages.events import LineCrossing
from messages.payloads import StatusData
from messages.places import LineData

Hear = Callable[..., Heard]
ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


class Shop:
    """Two doors on two devices, open from 8 to 22; seconds go by only where they matter."""

    def __init__(self, config: GatewayConfig, hear: Hear, **more: object) -> None:
        hours = dict.fromkeys(DAYS, ("08:00-22:00",))
        config = config.model_copy(update={"opening_hours": hours, **more})
        self.brain = Brain(config, AlertBook(config.alerts))
        self._hear = hear
        self._seq = 0

    def cross(self, line: str, direction: str, t_s: float, device: str = "d1") -> None:
        self._seq += 1
        event = LineCrossing(line=line, direction=direction, person=1)  # type: ignore[arg-type]  # a str
        self.brain.note(self._hear(event, t_s, device=device, seq=self._seq))

    def counts(self, line: str, entered: int, left: int, t_s: float, device: str = "d1") -> None:
        for direction, number in (("in", entered), ("out", left)):
            for _ in range(number):
                self.cross(line, direction, t_s, device)

    def see(self, line: str, t_s: float, device: str = "d1", *, blind: bool = False) -> None:
        count = None if blind else 0
        data = LineData(line=line, entered=count, left=count, camera="c")
        self.brain.live.apply(self._hear(data, t_s, device=device))

    def watch_day(self, date: str, lines: tuple[str, ...] = ("a", "b")) -> None:
        """Let the lines have been seen all day, as the history of the gateway tells after it."""
        for line in lines:
            for hour in range(8, 22):
                self.brain.footfall.watched(at(f"{date}T{hour:02}:30"), line, 3600.0)

    def now(self, t_s: float) -> FootfallView:
        return self.brain.think(t_s).view.footfall


@pytest.fixture
def shop(config: GatewayConfig, hear: Hear) -> Shop:
    return Shop(config, hear)


def test_the_shop_is_the_sum_of_its_doors_on_all_devices(shop: Shop) -> None:
    noon_s = at("2026-01-14T12:00")
    for line, device in (("a", "d1"), ("b", "d2")):
        shop.see(line, noon_s, device)
    shop.counts("a", 5, 1, noon_s - 60.0, "d1")
    shop.counts("b", 2, 3, noon_s - 30.0, "d2")
    view = shop.brain.think(noon_s).view
    assert (view.footfall.entered, view.footfall.left, view.footfall.inside) == (7, 4, 3)
    assert view.footfall.since_s == at("2026-01-13T23:00")
    assert (view.lines["b"].entered, view.lines["b"].left) == (2, 3)


def test_one_blind_door_makes_the_shop_unknown_and_its_people_are_not_forgotten(
    shop: Shop,
) -> None:
    noon_s = at("2026-01-14T12:00")
    shop.see("a", noon_s)
    shop.see("b", noon_s, "d2", blind=True)
    shop.counts("a", 5, 1, noon_s)
    view = shop.brain.think(noon_s).view
    assert (view.footfall.inside, view.footfall.entered, view.footfall.left) == (None,) * 3
    assert view.footfall.blind == "line b: sensor"
    assert (view.lines["a"].entered, view.lines["b"].entered) == (5, None)
    shop.see("b", noon_s + 2.0, "d2")
    assert shop.now(noon_s + 2.0).inside == 4


@pytest.mark.parametrize("end", ["stale", "device lost"])
def test_a_door_that_is_stale_or_of_a_lost_device_makes_the_shop_unknown(
    shop: Shop, hear: Hear, end: str
) -> None:
    noon_s = at("2026-01-14T12:00")
    shop.see("a", noon_s)
    assert shop.now(noon_s + 1.0).inside == 0
    if end == "device lost":
        shop.brain.live.apply(hear(StatusData(state="lost"), noon_s + 2.0))
    assert shop.now(noon_s + 11.0).blind == f"line a: {end}"


def test_a_line_on_two_devices_is_known_while_both_see_it(shop: Shop) -> None:
    noon_s = at("2026-01-14T12:00")
    shop.see("a", noon_s, "d1")
    shop.see("a", noon_s, "d2", blind=True)
    shop.counts("a", 1, 0, noon_s, "d1")
    shop.counts("a", 2, 0, noon_s, "d2")
    assert shop.now(noon_s).inside is None
    shop.see("a", noon_s, "d2")
    assert shop.now(noon_s).inside == 3


def test_a_named_entrance_that_nobody_reports_is_missing_and_an_inner_line_is_none(
    config: GatewayConfig, hear: Hear
) -> None:
    name = Names(zh="门", en="door")
    lines = (
        LineSettings(id="a", name=name),
        LineSettings(id="b", name=name),
        LineSettings(id="inner", name=name, entrance=False),
    )
    shop = Shop(config, hear, lines=lines)
    noon_s = at("2026-01-14T12:00")
    for line in ("a", "inner", "unlisted"):
        shop.see(line, noon_s)
        shop.counts(line, 3, 1, noon_s)
    assert shop.now(noon_s).blind == "line b: no data"
    shop.see("b", noon_s)
    view = shop.brain.think(noon_s).view
    assert (view.footfall.entered, view.footfall.inside) == (3, 2)
    assert view.lines["inner"].entered == 3


def test_a_shop_without_entrances_says_nothing(shop: Shop) -> None:
    assert shop.now(at("2026-01-14T12:00")) == FootfallView()


def test_closing_time_empties_the_shop_once_staff_have_left(shop: Shop) -> None:
    shop.counts("a", 50, 40, at("2026-01-14T12:00"))
    shop.counts("a", 0, 3, at("2026-01-14T22:30"))
    for moment, entered, inside in (("22:59", 50, 7), ("23:00", 0, 0)):
        t_s = at(f"2026-01-14T{moment}")
        shop.see("a", t_s)
        assert (shop.now(t_s).entered, shop.now(t_s).inside) == (entered, inside)


def test_what_a_door_misses_is_learned_at_closing(shop: Shop) -> None:
    # The door misses every twelfth who leaves.
    for day in range(10, 15):
        shop.counts("a", 600, 550, at(f"2026-01-{day}T15:00"))
        shop.watch_day(f"2026-01-{day}", ("a",))
    noon_s = at("2026-01-15T12:00")
    shop.see("a", noon_s)
    shop.counts("a", 300, 183, noon_s)  # 200 have left
    shop.watch_day("2026-01-15", ("a",))
    view = shop.now(noon_s)
    assert view.leftover == 50
    assert view.inside == pytest.approx(100, abs=8)
    assert view.inside_low is not None
    assert view.inside_high is not None
    assert view.inside_low <= 100 <= view.inside_high < 130
    # A crossing that comes days late counts for its own day, and for what that day teaches.
    shop.counts("a", 0, 50, at("2026-01-14T16:00"))
    assert (shop.now(noon_s).leftover, shop.now(noon_s).left) == (0, 183)


def test_a_day_that_was_not_seen_whole_teaches_nothing(shop: Shop) -> None:
    shop.counts("a", 600, 100, at("2026-01-14T15:00"))
    for hour in range(8, 15):
        shop.brain.footfall.watched(at(f"2026-01-14T{hour:02}:30"), "a", 3600.0)
    noon_s = at("2026-01-15T12:00")
    shop.see("a", noon_s)
    shop.counts("a", 300, 200, noon_s)
    view = shop.now(noon_s)
    assert (view.leftover, view.inside) == (None, 100)
    assert (view.confidence, view.inside_low, view.inside_high) == (0.0, None, None)


def test_only_opening_hours_in_which_the_line_was_seen_count_as_seen(shop: Shop) -> None:
    start_s = at("2026-01-14T07:59:30")
    for second in range(90):
        if not 40 <= second < 60:
            shop.see("a", start_s + second)
        else:
            shop.see("a", start_s + second, blind=True)
        shop.now(start_s + second)
    # Open for 59 s by then, of which 20 were not seen.
    assert shop.now(start_s + 89.0).confidence == pytest.approx(39 / 59)


def test_doors_are_told_apart_where_days_differ() -> None:
    chance = random.Random(5)

    def counted(people: int, stay: int) -> dict[str, tuple[int, int]]:
        """People come by one door in some part and leave by the other; b misses who leave."""
        by_a = round(people * chance.choice((0.1, 0.3, 0.6, 0.9)))
        leave_a = round((people - stay) * (1.0 - by_a / people))
        return {
            "a": (_seen(chance, by_a, 0.99), _seen(chance, leave_a, 0.99)),
            "b": (
                _seen(chance, people - by_a, 0.99),
                _seen(chance, people - stay - leave_a, 0.88),
            ),
        }

    days = [counted(chance.randint(800, 2000), 0) for _ in range(14)]
    entered, left = (sum(day[x][k] for day in days for x in "ab") for k in (0, 1))
    drift, ours, raw, pooled = Drift(("a", "b"), days), 0.0, 0.0, 0.0
    for _ in range(40):
        now = counted(chance.randint(800, 2000), 300)
        come, gone = (sum(now[x][k] for x in "ab") for k in (0, 1))
        ours += abs(drift.inside(now).count - 300)
        raw += abs(come - gone - 300)
        pooled += abs(come - gone * entered / left - 300)
    assert ours < 0.33 * raw
    assert ours < 0.6 * pooled, "one correction for the whole shop"


def test_a_band_holds_the_truth_nine_times_of_ten() -> None:
    chance = random.Random(6)
    held = 0
    for _ in range(300):
        share = chance.gauss(0.97, 0.02), chance.gauss(0.97, 0.02)
        days = []
        for _ in range(6):
            people = chance.randint(300, 900)
            days.append({"a": tuple(_seen(chance, people, s) for s in share)})
        entered, left = 400, 330
        now = {"a": (_seen(chance, entered, share[0]), _seen(chance, left, share[1]))}
        inside = Drift(("a",), days).inside(now)  # type: ignore[arg-type]  # pairs
        held += inside.low <= entered - left <= inside.high
    assert 0.82 <= held / 300 <= 0.99


def _seen(chance: random.Random, number: int, share: float) -> int:
    return sum(chance.random() < share for _ in range(number))
