"""When to open and close lanes. Pure: no clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from gateway.forecast.arrivals import STEP_S, Rate
from gateway.forecast.lanes import Checkouts, ServiceLevel, lanes_needed
from gateway.forecast.outlook import BLOCK_S, Outlook
from gateway.forecast.service import ServiceTimes

QUARTER_S = 900.0

AHEAD = 8
"""Blocks of the outlook by which lanes are chosen: 20 minutes."""

MOST_AT_ONCE = 4
"""Lanes that are asked for at once, at most."""


class Arrivals(Protocol):
    """Forecast of arrivals at some checkouts."""

    def forecast(self, now_s: float, ahead_s: float) -> Rate:
        """Give the rate that far ahead."""

    def over(self, now_s: float, ahead_s: float, long_s: float) -> Rate:
        """Give the mean rate over a time."""


@dataclass(frozen=True, slots=True)
class Need:
    """Lanes needed for the promise, and what speaks for it.

    Attributes:
        now, in_15min, in_30min: lanes needed; the latter for the quarter hours that begin then.
        wanted: lanes to have, with the time to open and the shortest opening kept.
        per_h: forecast arrivals at the checkouts in the next quarter hour, as an hourly rate.
        service_s: mean service time.
        waiting: people waiting now.
    """

    now: int
    in_15min: int
    in_30min: int
    wanted: int
    per_h: float
    service_s: float
    waiting: int


class LaneAdvisor:
    """Looks ahead so that a lane is open when it is needed, not after.

    The lanes wanted are the fewest for which the promise is kept over the next minutes, carried
    forward from the queue that is there (:mod:`gateway.forecast.outlook`). What later quarter hours
    will need, for which no queue is known yet, comes from Erlang's formula.

    Args:
        level: what the manager promises.
        checkouts: what there is.
        arrivals: forecast of arrivals, fed by the caller.
        service: service times, fed by the caller.
    """

    def __init__(
        self,
        level: ServiceLevel,
        checkouts: Checkouts,
        arrivals: Arrivals,
        service: ServiceTimes,
    ) -> None:
        self._level = level
        self._checkouts = checkouts
        self._arrivals = arrivals
        self._service = service
        self._outlook = Outlook(checkouts.lanes, level)
        self._plain = replace(checkouts, caution=0.0)
        self._quarters: dict[float, tuple[float, int]] = {}
        self._changed_s = float("-inf")
        self._have: int | None = None

    def advise(self, now_s: float, *, have: int, waiting: int, served: int | None = None) -> Need:
        """Say how many lanes are needed.

        Args:
            now_s: time in seconds.
            have: lanes open or on their way.
            waiting: people waiting at all lanes together.
            served: people being served; None where it is not known.
        """
        if self._have is not None and have > self._have:
            self._changed_s = now_s
        self._have = have
        # Somebody waits at each open lane in the course of things: only the rest is a backlog.
        backlog = max(0, waiting - have)
        return Need(
            now=self._needed(now_s, backlog),
            in_15min=self._in_quarter(now_s, QUARTER_S),
            in_30min=self._in_quarter(now_s, 2 * QUARTER_S),
            wanted=self._wanted(now_s, have, waiting, served),
            per_h=self._arrivals.forecast(now_s, STEP_S).per_s * 3600.0,
            service_s=self._service.mean_s,
            waiting=waiting,
        )

    def _wanted(self, now_s: float, have: int, waiting: int, served: int | None) -> int:
        checkouts = self._checkouts
        rates = [self._arrivals.forecast(now_s, k * BLOCK_S).per_s for k in range(AHEAD)]
        if served is None:
            usual = rates[0] * self._service.mean_s
            served = have if waiting else round(min(have, usual))
        most = max(checkouts.least, checkouts.lanes)
        # A lane that has just opened stays; one closes at a time, several can open at once.
        may_close = now_s - self._changed_s >= checkouts.stay_s
        first = min(most, max(checkouts.least, have - 1 if may_close else have))
        opening = max(1, round(checkouts.open_s / BLOCK_S))
        best, best_kept = first, -1.0
        for lanes in range(first, min(most, have + MOST_AT_ONCE) + 1):
            plan = [have if lanes > have and k < opening else lanes for k in range(AHEAD)]
            plan = [max(1, count) for count in plan]
            kept = self._outlook.course(served, waiting, plan, rates, self._service.mean_s).kept
            if kept > best_kept + 1e-6:
                best, best_kept = lanes, kept
            if kept >= self._level.share:
                return lanes
        return best

    def _in_quarter(self, now_s: float, ahead_s: float) -> int:
        """Lanes that the quarter hour which begins then is expected to need, without caution."""
        step, need = self._quarters.get(ahead_s, (None, 0))
        if step != now_s // STEP_S:  # the forecast holds for a step
            need = lanes_needed(
                self._level,
                self._arrivals.over(now_s, ahead_s, QUARTER_S),
                self._service.mean_s,
                self._service.cv,
                self._plain,
            )
            self._quarters[ahead_s] = now_s // STEP_S, need
        return need

    def _needed(self, now_s: float, backlog: int) -> int:
        return lanes_needed(
            self._level,
            self._arrivals.forecast(now_s, 0.0),
            self._service.mean_s,
            self._service.cv,
            self._checkouts,
            waiting=backlog,
        )
