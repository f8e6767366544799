"""How often the lanes needed in half an hour are forecast right."""

from __future__ import annotations

import numpy as np

from benchmarks.policy.policies import WAIT_S, Advice
from gateway.forecast.arrivals import Rate
from gateway.forecast.lanes import Checkouts, ServiceLevel, lanes_needed
from simulators.checkouts.demand import CLOSE_H, DAY_S, OPEN_H, Month

QUARTER_S = 900.0
LEARN_DAYS = 7


def share_within_one(month: Month) -> float:
    """Share of quarter hours, after a week of learning, with the need known to ±1 lane.

    The truth is the need for those who really came in that quarter hour.
    """
    advice = Advice(month, 0.8)
    checkouts = Checkouts(month.size.lanes, caution=0.0)
    right: list[bool] = []
    promised: dict[int, int] = {}
    joined, i = month.joined_s, 0
    first_day = min(LEARN_DAYS, month.days // 2)
    for day in range(month.days):
        for quarter in range(OPEN_H * 4, CLOSE_H * 4):
            number = day * 96 + quarter
            now_s = number * QUARTER_S
            while i < len(joined) and joined[i] < now_s:
                advice.joined(float(joined[i]))
                advice.service.served(float(month.service_s[i]))
                i += 1
            if number in promised and day >= first_day:
                came = np.searchsorted(joined, (now_s, now_s + QUARTER_S))
                rate = Rate(float(came[1] - came[0]) / QUARTER_S, 0.0)
                truth = _need(rate, month.size.service_s, month.size.service_cv, checkouts)
                right.append(abs(truth - promised[number]) <= 1)
            # The middle of the quarter hour that starts in 30 minutes.
            rate = advice.arrivals.forecast(now_s, 2 * QUARTER_S + QUARTER_S / 2)
            need = _need(rate, advice.service.mean_s, advice.service.cv, checkouts)
            if (now_s + 2 * QUARTER_S) % DAY_S < CLOSE_H * 3600.0:
                promised[number + 2] = need
    return float(np.mean(right))


def _need(rate: Rate, service_s: float, service_cv: float, checkouts: Checkouts) -> int:
    return lanes_needed(ServiceLevel("wait", 0.8, WAIT_S), rate, service_s, service_cv, checkouts)
