"""When to open and close lanes. Pure: no clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.forecast.arrivals import STEP_S, ArrivalForecast
from gateway.forecast.lanes import Checkouts, ServiceLevel, lanes_needed
from gateway.forecast.service import ServiceTimes

QUARTER_S = 900.0


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
        arrivals: ArrivalForecast,
        service: ServiceTimes,
    ) -> None:
        self._level = level
        self._checkouts = checkouts
        self._arrivals = arrivals
        self._service = service
        self._changed_s = float("-inf")
        self._have: int | None = None

    def advise(self, now_s: float, *, have: int, waiting: int) -> Need:
        """Say how many lanes are needed.

        Args:
            now_s: time in seconds.
            have: lanes open or on their way.
            waiting: people waiting at all lanes together.
        """
        if self._have is not None and have > self._have:
            self._changed_s = now_s
        self._have = have
        # Somebody waits at each open lane in the course of things: only the rest is a backlog.
        backlog = max(0, waiting - have)
        now = self._needed(now_s, 0.0, backlog)
        soon_s = self._checkouts.open_s + STEP_S / 2
        soon = max(now, self._needed(now_s, soon_s, 0))
        wanted = max(have, soon)
        if soon < have and now_s - self._changed_s >= self._checkouts.stay_s:
            # A lane closes only when it would not be missed before its next opening could pay.
            steps = range(1, int(self._checkouts.stay_s // STEP_S) + 1)
            later = max(self._needed(now_s, k * STEP_S, 0) for k in steps)
            wanted = max(have - 1, soon, later) if later < have else have
        return Need(
            now=now,
            in_15min=self._in_quarter(now_s, QUARTER_S),
            in_30min=self._in_quarter(now_s, 2 * QUARTER_S),
            wanted=min(wanted, self._checkouts.lanes),
            per_h=self._arrivals.forecast(now_s, STEP_S).per_s * 3600.0,
            service_s=self._service.mean_s,
            waiting=waiting,
        )

    def _in_quarter(self, now_s: float, ahead_s: float) -> int:
        """Lanes that the quarter hour which begins then is expected to need, without caution."""
        return lanes_needed(
            self._level,
            self._arrivals.over(now_s, ahead_s, QUARTER_S),
            self._service.mean_s,
            self._service.cv,
            replace(self._checkouts, caution=0.0),
        )

    def _needed(self, now_s: float, ahead_s: float, backlog: int) -> int:
        return lanes_needed(
            self._level,
            self._arrivals.forecast(now_s, ahead_s),
            self._service.mean_s,
            self._service.cv,
            self._checkouts,
            waiting=backlog,
        )
