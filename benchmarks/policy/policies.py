"""Deciders that the advice is compared with. Each has one knob for its budget of lane hours."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

import numpy as np

from gateway.forecast.advisor import LaneAdvisor
from gateway.forecast.arrivals import ArrivalForecast, Rate
from gateway.forecast.lanes import Checkouts, ServiceLevel, lanes_needed
from gateway.forecast.service import ServiceTimes
from simulators.checkouts.demand import DAY_S, Month, StoreSize, usual_per_s
from simulators.checkouts.queues import Decider, Floor

WAIT_S = 120.0
"""The promise whose share is the knob of ours, of the roster and of the clairvoyant."""
SHARES = (0.97, 0.9, 0.8, 0.65, 0.45, 0.25)


def local(t_s: float) -> tuple[int, float]:
    """Weekday and second of the day of a simulated moment."""
    return int(t_s // DAY_S) % 7, t_s % DAY_S


class Advice:
    """Ours: what ``gateway.forecast`` advises, fed by what sensors would tell.

    Args:
        month: the shoppers.
        share: share promised.
        seen: share of those who come in or reach the tills that is seen.
        seen_served: share of services that is seen; nobody is nearer to a camera for longer.
    """

    def __init__(
        self,
        month: Month,
        share: float,
        *,
        seen: float = 0.95,
        seen_served: float = 0.99,
    ) -> None:
        self._entered = month.entered_s
        self._rng = np.random.default_rng(7)
        self._seen, self._seen_served = seen, seen_served
        self._next = 0
        self.arrivals = ArrivalForecast(local)
        self.service = ServiceTimes()
        self.advisor = LaneAdvisor(
            ServiceLevel("wait", share, WAIT_S),
            Checkouts(month.size.lanes),
            self.arrivals,
            self.service,
        )

    def joined(self, t_s: float) -> None:
        """Somebody reaches the checkouts; a camera misses a few."""
        self.come_in(t_s)
        if self._rng.random() < self._seen:
            self.arrivals.joined(t_s)

    def served(self, service_s: float) -> None:
        """Somebody was served."""
        if self._rng.random() < self._seen_served:
            self.arrivals.served()
            self.service.served(service_s)

    def __call__(self, floor: Floor) -> int:
        """Give the lanes wanted now."""
        self.come_in(floor.now_s)
        have = floor.open + floor.coming
        waiting = sum(floor.waiting)
        return self.advisor.advise(
            floor.now_s, have=have, waiting=waiting, served=floor.busy
        ).wanted

    def come_in(self, now_s: float) -> None:
        """Everybody who came through the door by now."""
        while self._next < len(self._entered) and self._entered[self._next] <= now_s:
            if self._rng.random() < self._seen:
                self.arrivals.entered(float(self._entered[self._next]))
            self._next += 1


def reactive(more_than: int, stay_s: float = 900.0) -> Decider:
    """Open when more than so many wait at a lane; close when nobody waits and a lane is idle."""
    opened_s = -np.inf

    def decide(floor: Floor) -> int:
        nonlocal opened_s
        have = floor.open + floor.coming
        if max(floor.waiting, default=0) > more_than and floor.coming == 0:
            opened_s = floor.now_s
            return have + 1
        idle = floor.busy < floor.open and sum(floor.waiting) == 0
        if idle and floor.now_s - opened_s >= stay_s:
            opened_s = floor.now_s - stay_s + 120.0  # one after the other
            return have - 1
        return have

    return decide


def roster(size: StoreSize, share: float) -> Decider:
    """A fixed plan by weekday and half hour, made with the true average of arrivals."""
    starts = np.arange(0.0, 7 * DAY_S, 1800.0)
    # The average shopper reaches the till one shopping time after the door.
    per_s = usual_per_s(size, starts + 900.0 - size.shop_s) * size.buyers
    level, checkouts = ServiceLevel("wait", share, WAIT_S), Checkouts(size.lanes)
    plan = [
        lanes_needed(level, Rate(float(r), 0.0), size.service_s, size.service_cv, checkouts)
        for r in per_s
    ]

    def decide(floor: Floor) -> int:
        return plan[int((floor.now_s + 120.0) % (7 * DAY_S) // 1800.0)]

    return decide


class _Known:
    """Arrivals as somebody knows them who has seen the future."""

    def __init__(self, month: Month) -> None:
        self._joined = month.joined_s.tolist()

    def forecast(self, now_s: float, ahead_s: float) -> Rate:
        return self.over(now_s, ahead_s, 150.0)

    def over(self, now_s: float, ahead_s: float, long_s: float) -> Rate:
        a = bisect_left(self._joined, now_s + ahead_s)
        b = bisect_left(self._joined, now_s + ahead_s + long_s)
        return Rate((b - a) / long_s, 0.0)


def clairvoyant(month: Month, share: float) -> Decider:
    """Ours, but knowing who will come; still has to call cashiers in time, and some do not come."""
    service = ServiceTimes(prior_s=month.size.service_s, prior_weight=1e6)
    level = ServiceLevel("wait", share, WAIT_S)
    advisor = LaneAdvisor(level, Checkouts(month.size.lanes), _Known(month), service)

    def decide(floor: Floor) -> int:
        have, waiting = floor.open + floor.coming, sum(floor.waiting)
        return advisor.advise(floor.now_s, have=have, waiting=waiting, served=floor.busy).wanted

    return decide


Make = Callable[[Month, float], tuple[Decider, dict[str, Callable[[float], None]]]]


def _ours(month: Month, knob: float) -> tuple[Decider, dict[str, Callable[[float], None]]]:
    advice = Advice(month, knob)
    return advice, {"on_joined": advice.joined, "on_served": advice.served}


POLICIES: dict[str, tuple[Make, tuple[float, ...]]] = {
    "ours": (_ours, SHARES),
    "reactive": (lambda _m, k: (reactive(int(k)), {}), (1.0, 2.0, 3.0, 4.0, 6.0)),
    "roster": (lambda m, k: (roster(m.size, k), {}), SHARES),
    "clairvoyant": (lambda m, k: (clairvoyant(m, k), {}), SHARES),
}
"""Policy → (how to make it with a knob, knobs from generous to frugal)."""
