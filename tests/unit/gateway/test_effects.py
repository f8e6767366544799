"""The effect of actions: found where there is one, not claimed where there is none."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gateway.reports.effects import changes, effects
from gateway.reports.matching import Moments, compare
from gateway.reports.record import ItemMove, Record, StockHour

UTC = ZoneInfo("UTC")
DAY_S = 86_400.0
MONDAY_S = 20 * 7 * DAY_S + 4 * DAY_S  # 1970-01-01 was a Thursday


def moments(rng: np.random.Generator, n: int, days: int, effect: float) -> Moments:
    """Situations in which the queue, and the day's luck, decide what follows."""
    day = rng.integers(0, days, n)
    luck = rng.normal(0.0, 0.5, 1000)[day]
    x = rng.uniform(0.0, 10.0, (n, 2))
    y = x[:, 0] + luck + effect + rng.normal(0.0, 1.0, n)
    return Moments(x, y, day)


@pytest.mark.parametrize("effect", [0.0, -1.5])
def test_the_band_holds_the_truth_as_often_as_it_says(effect: float) -> None:
    rng = np.random.default_rng(1)
    held, runs = 0, 150
    for _ in range(runs):
        idle = moments(rng, 1500, 60, 0.0)
        found = compare(moments(rng, 60, 20, effect), idle)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= effect <= found.high
    assert held / runs >= 0.88  # 95 % but for chance and the noise that controls share


def test_what_nobody_saw_or_nothing_compares_with_is_not_told() -> None:
    rng = np.random.default_rng(2)
    idle = moments(rng, 500, 30, 0.0)
    assert compare(moments(rng, 5, 5, -9.0), idle).verdict == "unknown", "too few actions"
    assert compare(moments(rng, 50, 2, -9.0), idle).verdict == "unknown", "of too few days"
    far = moments(rng, 50, 20, 0.0)
    far = Moments(far.x + 100.0, far.y, far.day)
    assert (compare(far, idle).matched, compare(far, idle).verdict) == (0, "unknown")
    unseen = Moments(far.x, np.full(50, np.nan), far.day)
    assert compare(unseen, idle).verdict == "unknown"


def empty(minutes: np.ndarray | None = None, **more: object) -> Record:
    nothing = np.empty(0)
    table = np.empty((0, 6)) if minutes is None else minutes
    fields: dict[str, object] = {
        "from_s": 0.0, "to_s": 1e12, "joined_s": nothing, "wait_s": nothing,
        "was_served": nothing.astype(bool), "minutes": table, "stock": (), "moves": (),
        "visits": (), "entered_s": nothing, "alerts": (), "ratings": (), "settings": (),
    }  # fmt: skip
    return Record(**(fields | more))  # type: ignore[arg-type]  # a test names only what it needs


def days_of_lanes(opens_at: float, days: int = 42) -> np.ndarray:
    """Minutes of lanes that queue up in bursts; a manager opens a lane for some of them.

    An opened lane takes 40 % of the queue away each minute.
    """
    rng = np.random.default_rng(3)
    rows = []
    for day in range(days):
        waiting, lanes, until = 0.0, 2, 0
        for minute in range(8 * 60, 20 * 60):
            if minute % 60 == 0:
                waiting += rng.uniform(3.0, 9.0)
            if waiting > 4.0 and lanes == 2 and rng.random() < opens_at:
                lanes, until = 3, minute + 30
            elif lanes == 3 and minute >= until:
                lanes = 2
            waiting = max(0.0, waiting * (0.6 if lanes == 3 else 0.93) + rng.normal(0.0, 0.1))
            start_s = MONDAY_S + day * DAY_S + minute * 60.0
            rows.append((start_s, 60.0, 60.0 * lanes, 60.0 * waiting, 0.0, 0.0))
    return np.array(rows)


def test_an_opened_lane_is_compared_with_queues_that_got_none() -> None:
    found = effects(empty(days_of_lanes(0.1)), MONDAY_S + 14 * DAY_S, 1e12, UTC)
    by_outcome = {effect.outcome: effect for effect in found}
    waiting = by_outcome["waiting"]
    assert waiting.difference.matched >= 20
    assert waiting.difference.verdict == "less"
    assert waiting.helped is True
    # Without a single wait that ended there is nothing to say of waits.
    assert by_outcome["wait_s"].helped is None
    assert by_outcome["wait_s"].difference.verdict == "unknown"


def shelf(fills: bool) -> Record:
    """A shelf that runs low every noon; on every other day somebody fills it at 13 o'clock."""
    rng = np.random.default_rng(4)
    hours, moves = [], []
    for day in range(40):
        for hour in range(8, 20):
            start = int(MONDAY_S + day * DAY_S + hour * 3600)
            filled = fills and day % 2 == 0 and hour >= 14
            count = 12.0 if hour < 11 or filled else 1.0
            low_s = 0.0 if count > 3 else 3600.0
            hours.append(StockHour(start, "S1", "g", 3600.0, 0.0, low_s, count * 3600.0))
            picks = rng.poisson(4.0 if count > 3 else 0.6)
            moves += [ItemMove(start + 60.0 * n, "picked", "S1", "g") for n in range(picks)]
    return empty(stock=tuple(hours), moves=tuple(moves))


def test_a_filled_shelf_sells_more_than_one_left_low() -> None:
    (found,) = effects(shelf(fills=True), MONDAY_S, 1e12, UTC)
    assert (found.kind, found.difference.verdict, found.helped) == ("shelf_filled", "more", True)
    assert found.difference.change == pytest.approx(3.4, abs=0.8)
    assert list(effects(shelf(fills=False), MONDAY_S, 1e12, UTC)) == []


@pytest.mark.parametrize(("shift", "verdict"), [(-40.0, "less"), (0.0, "same")])
def test_a_changed_setting_is_judged_by_the_days_before_and_after(
    shift: float, verdict: str
) -> None:
    rng = np.random.default_rng(5)
    changed_s = MONDAY_S + 14 * DAY_S
    joined = MONDAY_S + np.sort(rng.uniform(0.0, 28 * DAY_S, 20_000))
    wait = 100.0 + 50.0 * np.sin(joined / DAY_S * 6.28) + (joined > changed_s) * shift
    wait += rng.normal(0.0, 10.0, 28)[((joined - MONDAY_S) // DAY_S).astype(int)]
    settings = (
        (0.0, '{"rules": {"open_lane": {"waiting": 4}}}'),
        (changed_s, '{"rules": {"open_lane": {"waiting": 3}}}'),
    )
    record = empty(joined_s=joined, wait_s=wait, was_served=wait > 0, settings=settings)
    (found,) = effects(record, MONDAY_S, 1e12, UTC)
    assert found.subject == "rules.open_lane.waiting: 4 → 3"
    assert found.difference.verdict == verdict
    (early,) = effects(
        empty(joined_s=joined[:9000], wait_s=wait[:9000], settings=settings,
              was_served=wait[:9000] > 0), MONDAY_S, 1e12, UTC,
    )  # fmt: skip
    assert early.difference.verdict == "unknown", "nothing came after it yet"


def test_changes_of_settings_are_named() -> None:
    assert changes({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": None}, "d": 5}) == [
        "a.c: 2 → null",
        "d: null → 5",
    ]
