"""How often the lanes needed in half an hour are forecast right, and how often that can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.policy.policies import WAIT_S, Advice
from gateway.forecast.arrivals import Rate
from gateway.forecast.lanes import Checkouts, ServiceLevel, lanes_needed
from simulators.checkouts.demand import CLOSE_H, DAY_S, OPEN_H, Floats, Month, shopped_within

QUARTER_S = 900.0
LEARN_DAYS = 7
SHARE = 0.8
_MINUTES: Floats = 60.0 * np.arange(OPEN_H * 60, CLOSE_H * 60, dtype=np.float64) + 30.0


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of quarter hours, after a week of learning, with the need known to ±1 lane.

    Attributes:
        ours: our forecast, against the need for those who really came in that quarter hour.
        ours_rate: our forecast, against the need for the true rate at which they came.
        knows_rate: a forecast that knows that true rate, rushes still to begin and all, against
            those who really came: what the dice of single shoppers leave at best.
        knows_store: one that knows half an hour before who is inside, the true shopping time and
            how today differs, but not the rushes that no calendar knows.
    """

    ours: float
    ours_rate: float
    knows_rate: float
    knows_store: float


def shares_within_one(month: Month) -> Shares:
    """Run our forecast over a month beside what could be known at best."""
    advice = Advice(month, SHARE)
    rows: list[tuple[int, int, int, int]] = []
    promised: dict[int, int] = {}
    joined, i = month.joined_s, 0
    first_day = min(LEARN_DAYS, month.days // 2)
    for number in range(month.days * 96):
        now_s = number * QUARTER_S
        if not OPEN_H * 3600.0 <= now_s % DAY_S < CLOSE_H * 3600.0:
            continue
        while i < len(joined) and joined[i] < now_s:
            advice.joined(float(joined[i]))
            advice.served(float(month.service_s[i]))
            i += 1
        if number in promised and now_s >= first_day * DAY_S:
            came = np.searchsorted(joined, (now_s, now_s + QUARTER_S))
            truth = _need(month, float(came[1] - came[0]))
            rate = _need(month, _true_count(month, now_s))
            known = _need(month, _known_count(month, now_s, now_s - 2 * QUARTER_S))
            rows.append((truth, rate, known, promised[number]))
        advice.come_in(now_s)
        need = advice.advisor.advise(now_s, have=1, waiting=0).in_30min
        if (now_s + 2 * QUARTER_S) % DAY_S < CLOSE_H * 3600.0:
            promised[number + 2] = need
    truth, rate, known, ours = np.array(rows).T
    return Shares(
        _within(truth, ours), _within(rate, ours), _within(truth, rate), _within(truth, known)
    )


def _within(truth: np.ndarray, forecast: np.ndarray) -> float:
    return float(np.mean(np.abs(truth - forecast) <= 1))


def _true_count(month: Month, from_s: float) -> float:
    """Mean number at the tills in a quarter hour, given the true rate at the door."""
    assert month.door_per_s is not None
    day, second = divmod(from_s, DAY_S)
    return float(month.door_per_s[int(day)] @ _arriving(month, second - _MINUTES)) * 60.0


def _known_count(month: Month, from_s: float, seen_s: float) -> float:
    """The same, given who had come in by ``seen_s`` and the plain rate after it."""
    assert month.plain_per_s is not None
    day, second = divmod(from_s, DAY_S)
    a, b = np.searchsorted(month.entered_s, (day * DAY_S, seen_s))
    inside = float(_arriving(month, from_s - month.entered_s[a:b]).sum())
    to_come = _MINUTES + day * DAY_S >= seen_s
    rate = month.plain_per_s[int(day)] * to_come
    return inside + float(rate @ _arriving(month, second - _MINUTES)) * 60.0


def _arriving(month: Month, since_s: Floats) -> Floats:
    """Chance to buy and reach the tills in the quarter hour that begins so long after the door."""
    size = month.size
    within = shopped_within(size, since_s + QUARTER_S) - shopped_within(size, since_s)
    return size.buyers * within


def _need(month: Month, count: float) -> int:
    size = month.size
    level, checkouts = ServiceLevel("wait", SHARE, WAIT_S), Checkouts(size.lanes, caution=0.0)
    rate = Rate(count / QUARTER_S, 0.0)
    return lanes_needed(level, rate, size.service_s, size.service_cv, checkouts)
