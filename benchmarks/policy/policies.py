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
SHARES = (0.97, 0.9, 0.75, 0.5, 0.2)
BUDGETS = {
    0.95: (300.0, 0.5),
    0.8: (300.0, 0.25),
    0.5: (450.0, 0.0),
    0.2: (600.0, 0.0),
    0.05: (600.0, 0.0),
}
"""Share promised → (seconds to drain a backlog, caution): what a manager with that budget sets."""


def local(t_s: float) -> tuple[int, float]:
    """Weekday and second of the day of a simulated moment."""
    return int(t_s // DAY_S) % 7, t_s % DAY_S


class Advice:
    """Ours: what ``gateway.forecast`` advises, fed by what sensors would tell.

    Args:
        month: the shoppers.
        share: share promised, a key of :data:`BUDGETS`.
        seen: share of those who come in or reach the tills that is seen.
        seen_served: share of services that is seen; nobody is nearer to a camera for longer.
        caution: in place of the one of the budget.
    """

    def __init__(
        self,
        month: Month,
        share: float,
        *,
        seen: float = 0.95,
        seen_served: float = 0.99,
        caution: float | None = None,
    ) -> None:
        drain_s, usual_caution = BUDGETS[share]
        self._entered = month.entered_s
        self._rng = np.random.default_rng(7)
        self._seen, self._seen_served = seen, seen_served
        self._next = 0
        self.arrivals = ArrivalForecast(local)
        self.service = ServiceTimes()
        self.advisor = LaneAdvisor(
            ServiceLevel("wait", share, WAIT_S),
            Checkouts(
                month.size.lanes,
                drain_s=drain_s,
                caution=usual_caution if caution is None else caution,
            ),
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
        return self.advisor.advise(floor.now_s, have=have, waiting=sum(floor.waiting)).wanted

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


def clairvoyant(month: Month, share: float) -> Decider:
    """Knows who will come and how long they take; still has to call cashiers in time."""
    joined = month.joined_s.tolist()
    work = np.concatenate([[0.0], np.cumsum(month.service_s)])
    level, checkouts = ServiceLevel("wait", share, WAIT_S), Checkouts(month.size.lanes)

    def decide(floor: Floor) -> int:
        have = floor.open + floor.coming
        backlog = max(0, sum(floor.waiting) - have)
        needs = []
        for ahead_s in (0.0, 150.0, 300.0, 600.0, 900.0):
            a = bisect_left(joined, floor.now_s + ahead_s)
            b = bisect_left(joined, floor.now_s + ahead_s + 300.0)
            mean_s = float(work[b] - work[a]) / (b - a) if b > a else month.size.service_s
            rate = Rate((b - a) / 300.0, 0.0)
            needs.append(
                lanes_needed(
                    level,
                    rate,
                    mean_s,
                    month.size.service_cv,
                    checkouts,
                    waiting=backlog if ahead_s == 0.0 else 0,
                )
            )
        soon = max(needs[:3])
        return soon if soon > have else max(soon, max(needs)) if max(needs) < have else have

    return decide


Make = Callable[[Month, float], tuple[Decider, dict[str, Callable[[float], None]]]]


def _ours(month: Month, knob: float) -> tuple[Decider, dict[str, Callable[[float], None]]]:
    advice = Advice(month, knob)
    return advice, {"on_joined": advice.joined, "on_served": advice.served}


POLICIES: dict[str, tuple[Make, tuple[float, ...]]] = {
    "ours": (_ours, tuple(BUDGETS)),
    "reactive": (lambda _m, k: (reactive(int(k)), {}), (1.0, 2.0, 3.0, 4.0, 6.0)),
    "roster": (lambda m, k: (roster(m.size, k), {}), SHARES),
    "clairvoyant": (lambda m, k: (clairvoyant(m, k), {}), SHARES),
}
"""Policy → (how to make it with a knob, knobs from generous to frugal)."""
