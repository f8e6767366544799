"""When shoppers will reach the checkouts. Pure: no clock, no I/O.

It is forecast from those already inside, the time of the week, and how today differs from it.
Checkout arrivals are modelled as entrances of earlier steps, each weighted with the share of
shoppers who take that long to shop: a convolution with the shopping-time distribution, learned by
non-negative least squares (Lawson & Hanson 1974). Entrances that are still to come are forecast by
the profile of the week, scaled by how the last hour compares with it. The weights sum to the share
of entrants who buy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

STEP_S = 300.0
LAGS = 18
"""Steps of shopping time that are learned: 90 minutes."""
_BINS = int(86_400 / STEP_S)
_TODAY = 60
"""Steps over which today is compared with the profile: five hours."""
_RUSH = 2
"""Steps that tell of a rush: ten minutes."""
_RUSH_LASTS = 0.75
"""Share of a rush that is left a step later: rushes of half an hour or so."""
_CHECK = 36
"""Steps over which the forecast is compared with what came: three hours."""
_LEVEL_WEIGHT, _RUSH_WEIGHT = 15.0, 10.0
"""People that the beliefs "today is as usual" and "there is no rush" are worth."""
_FORGET_A_WEEK = 0.7
_RATIO_WEIGHT = 300.0
"""Arrivals that the belief "each is served once" is worth."""
_ENOUGH_SERVICES = 50.0
_SMOOTH = 4
"""Steps on each side over which the profile is smoothed (triangle): 20 minutes."""
_POOLED = 10.0
"""Days that the shape of all weekdays together is worth against that of the weekday itself."""

Local = Callable[[float], tuple[int, float]]
"""Seconds → (weekday 0..6, seconds since local midnight)."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """Expected arrivals a second, and how sure that is (standard deviation of the rate)."""

    per_s: float
    sd_per_s: float


def _kernel() -> Floats:
    """(steps, steps) matrix that smooths a day, which goes on into the next."""
    apart = np.abs(np.subtract.outer(np.arange(_BINS), np.arange(_BINS)))
    apart = np.minimum(apart, _BINS - apart)
    weights = np.maximum(0.0, _SMOOTH + 1.0 - apart)
    smooth: Floats = weights / weights.sum(axis=0)
    return smooth


_KERNEL = _kernel()


class WeekProfile:
    """Usual counts of each step of the week.

    A weekday has few days to learn from, so its shape is drawn towards that of all days, and its
    size towards the mean of all.
    """

    def __init__(self) -> None:
        self._sum = np.zeros((7, _BINS))
        self._days = np.zeros((7, _BINS))
        self._usual: Floats | None = None

    def learn(self, weekday: int, index: int, count: float) -> None:
        """Take in one finished step."""
        self._sum[weekday, index] = _FORGET_A_WEEK * self._sum[weekday, index] + count
        self._days[weekday, index] = _FORGET_A_WEEK * self._days[weekday, index] + 1.0
        self._usual = None

    def add(self, weekday: int, index: int, count: float) -> None:
        """Take in people who belong to a step that was learned before they were told of."""
        self._sum[weekday, index] += count
        self._usual = None

    def expected(self, weekday: int, index: int) -> float:
        """Usual count of a step."""
        if self._usual is None:
            self._usual = self._work_out()
        return float(self._usual[weekday, index])

    def _work_out(self) -> Floats:
        """(7, steps of a day) usual counts."""
        smooth, seen = self._sum @ _KERNEL, self._days @ _KERNEL
        # A day that is under way has seen a part of its steps: means of steps, not of days.
        own = np.divide(smooth, seen, out=np.zeros_like(self._sum), where=seen > 0.0)
        pooled = smooth.sum(axis=0) / np.maximum(seen.sum(axis=0), 1e-9)
        both = (seen > 0.0) & (pooled > 0.0)
        theirs = np.where(both, np.broadcast_to(pooled, own.shape), 0.0).sum(axis=1)
        size = np.divide(own.sum(axis=1), theirs, out=np.ones(7), where=theirs > 0.0)
        days = seen.max(axis=1)
        size = (days * size + 1.0) / (days + 1.0)
        usual: Floats = (seen * own + _POOLED * size[:, None] * pooled) / (seen + _POOLED)
        return usual


class ArrivalForecast:
    """Forecasts arrivals at the checkouts of one store.

    People told of late, since a device was off the network, count for the step in which they
    came. A jump back beyond all that is remembered is a clock that was set: it is taken as "now".

    Args:
        local: converts seconds to the store's weekday and time of day.
    """

    def __init__(self, local: Local) -> None:
        self._local = local
        self._step: int | None = None
        self._now = np.zeros(2)  # entrances, arrivals of the step under way
        self._entered: Floats = np.zeros(LAGS + _TODAY)
        self._joined: Floats = np.zeros(LAGS + _TODAY)
        self._profiles = (WeekProfile(), WeekProfile())
        self._gram = np.zeros((LAGS, LAGS))
        self._cross = np.zeros(LAGS)
        self._weights: Floats | None = None
        self._learned = 0
        self._services = self._arrivals = 0.0
        # Forecasts, and how today compares, hold until the step under way ends.
        self._made: dict[int, Rate] = {}
        self._compared: dict[int, tuple[float, float]] = {}

    def entered(self, t_s: float, people: int = 1) -> None:
        """Take in that people came into the shop."""
        self._count(0, t_s, people)

    def joined(self, t_s: float, people: int = 1) -> None:
        """Take in that people reached the checkouts."""
        self._count(1, t_s, people)

    def served(self, people: int = 1) -> None:
        """Take in that services ended.

        Who comes is seen less surely than who is served, and a family that comes in three is
        served once: the ratio of both, within limits, makes arrivals count as services.
        """
        self._services += people

    @property
    def services_per_arrival(self) -> float:
        """Services that one arrival that was seen leads to; near 1."""
        if self._services < _ENOUGH_SERVICES:
            return 1.0  # nobody sees them at all
        ratio = (self._services + _RATIO_WEIGHT) / (self._arrivals + _RATIO_WEIGHT)
        return min(max(ratio, 0.8), 1.2)

    @property
    def shopping_time(self) -> Floats | None:
        """(LAGS,) share of shoppers by steps of shopping time; None until it was learned."""
        if self._weights is None or self._weights.sum() <= 0.0:
            return None
        shares: Floats = self._weights / self._weights.sum()
        return shares

    def forecast(self, now_s: float, ahead_s: float) -> Rate:
        """Forecast the arrivals of the step that lies ``ahead_s`` after ``now_s``."""
        self._advance(now_s)
        return self._step_rate(int(ahead_s // STEP_S))

    def over(self, now_s: float, ahead_s: float, long_s: float) -> Rate:
        """Forecast the mean rate over ``long_s`` that begin ``ahead_s`` after ``now_s``."""
        self._advance(now_s)
        first, count = int(ahead_s // STEP_S), max(1, round(long_s / STEP_S))
        rates = [self._step_rate(first + k) for k in range(count)]
        return Rate(sum(r.per_s for r in rates) / count, sum(r.sd_per_s for r in rates) / count)

    def _step_rate(self, steps: int) -> Rate:
        if steps not in self._made:
            self._made[steps] = self._forecast(steps)
        return self._made[steps]

    def _forecast(self, steps: int) -> Rate:
        usual = self._usual(1, steps)
        if self._weights is None:
            level, rush = self._today(1)
            mean = usual * level * (1.0 + rush * _RUSH_LASTS ** (steps + 1))
        else:
            mean = self._convolved(steps) * self._recent_error()
        mean *= self.services_per_arrival
        # Poisson noise is the queue's own; this is what is not known of the rate itself.
        sd = 0.35 * np.sqrt(mean + 1.0) + 0.05 * mean
        return Rate(max(mean, 0.0) / STEP_S, float(sd) / STEP_S)

    # -- learning ---------------------------------------------------------------------------

    def _count(self, stream: int, t_s: float, people: int) -> None:
        self._advance(t_s)
        assert self._step is not None  # noqa: S101 - set by _advance
        late = self._step - int(t_s // STEP_S)
        if late <= 0:
            self._now[stream] += people
            return
        (self._entered, self._joined)[stream][late - 1] += people
        self._profiles[stream].add(*self._place(-late), people)
        self._forget_made()

    def _advance(self, t_s: float) -> None:
        step = int(t_s // STEP_S)
        if self._step is None or step < self._step - len(self._entered):
            self._step = step
            self._forget_made()
            return
        while self._step < step:
            if step - self._step > 2 * _BINS:  # off for days: nothing to learn from silence
                self._step = step - 1
                self._now[:] = 0.0
                self._entered[:] = self._joined[:] = 0.0
            self._finish_step()

    def _forget_made(self) -> None:
        self._made.clear()
        self._compared.clear()

    def _finish_step(self) -> None:
        assert self._step is not None  # noqa: S101 - set by _advance
        weekday, index = self._place(0)
        for profile, count in zip(self._profiles, self._now, strict=True):
            profile.learn(weekday, index, float(count))
        self._entered = np.concatenate([self._now[:1], self._entered[:-1]])
        self._joined = np.concatenate([self._now[1:], self._joined[:-1]])
        self._learn_shopping_time()
        self._arrivals = 0.9995 * self._arrivals + float(self._now[1])
        self._services *= 0.9995  # a week
        self._forget_made()
        self._step += 1
        self._now[:] = 0.0

    def _learn_shopping_time(self) -> None:
        lagged = self._entered[:LAGS]
        if not lagged.any():
            return
        self._gram = 0.9998 * self._gram + np.outer(lagged, lagged)
        self._cross = 0.9998 * self._cross + lagged * self._joined[0]
        self._learned += 1
        if self._learned % 144 == 0:
            self._weights = self._solve()

    def _solve(self) -> Floats | None:
        # A smooth distribution is more likely than a jagged one: penalise second differences.
        rough = np.diff(np.eye(LAGS), 2, axis=0)
        scale = float(np.trace(self._gram)) / LAGS
        gram = self._gram + 0.3 * scale * rough.T @ rough + 1e-6 * scale * np.eye(LAGS)
        root = np.linalg.cholesky(gram)
        weights, _ = nnls(root.T, np.linalg.solve(root, self._cross))
        return weights if weights.sum() > 0.05 else None

    # -- forecasting ------------------------------------------------------------------------

    def _place(self, ahead: int) -> tuple[int, int]:
        assert self._step is not None  # noqa: S101 - set by _advance
        weekday, second = self._local((self._step + ahead + 0.5) * STEP_S)
        return weekday, int(second // STEP_S) % _BINS

    def _usual(self, stream: int, ahead: int) -> float:
        return self._profiles[stream].expected(*self._place(ahead))

    def _today(self, stream: int) -> tuple[float, float]:
        """How today compares with the usual, and how the last minutes compare with today.

        Both are shrunk towards "as usual" (Gamma–Poisson). The first is a factor, the second is
        what a rush adds to 1.
        """
        if stream not in self._compared:
            self._compared[stream] = self._compare(stream)
        return self._compared[stream]

    def _compare(self, stream: int) -> tuple[float, float]:
        seen = (self._entered, self._joined)[stream][:_TODAY]
        usual = np.array([self._usual(stream, -1 - k) for k in range(_TODAY)])
        level = float((seen.sum() + _LEVEL_WEIGHT) / (usual.sum() + _LEVEL_WEIGHT))
        lately = float(seen[:_RUSH].sum()), level * float(usual[:_RUSH].sum())
        return level, (lately[0] + _RUSH_WEIGHT) / (lately[1] + _RUSH_WEIGHT) - 1.0

    def _convolved(self, ahead: int) -> float:
        """Arrivals from those already inside and those who are still to come in."""
        assert self._weights is not None  # noqa: S101 - asked by forecast
        total = 0.0
        level, rush = self._today(0)
        for lag in range(LAGS):
            back = lag - ahead  # steps before the one under way
            if back > 0:
                entrants = self._entered[back - 1]
            else:
                entrants = self._usual(0, -back) * level * (1.0 + rush * _RUSH_LASTS ** (1 - back))
            total += float(self._weights[lag] * entrants)
        return total

    def _recent_error(self) -> float:
        """How the convolution did over the last steps, shrunk towards 1."""
        assert self._weights is not None  # noqa: S101 - asked by forecast
        predicted = sum(float(self._weights @ self._entered[k : k + LAGS]) for k in range(_CHECK))
        seen = float(self._joined[:_CHECK].sum())
        weight = 2.0 * _LEVEL_WEIGHT
        return (seen + weight) / (predicted + weight)
