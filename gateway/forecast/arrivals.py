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
_RECENT = 9
"""Steps over which today is compared with the profile: 45 minutes."""
_LEVEL_WEIGHT = 15.0
"""People that the belief "today is as usual" is worth."""
_FORGET_A_WEEK = 0.7

Local = Callable[[float], tuple[int, float]]
"""Seconds → (weekday 0..6, seconds since local midnight)."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """Expected arrivals a second, and how sure that is (standard deviation of the rate)."""

    per_s: float
    sd_per_s: float


class WeekProfile:
    """Usual counts of each step of the week."""

    def __init__(self) -> None:
        self._sum = np.zeros((7, _BINS))
        self._seen = np.zeros((7, _BINS))

    def learn(self, weekday: int, index: int, count: float) -> None:
        """Take in one finished step."""
        self._sum[weekday, index] = _FORGET_A_WEEK * self._sum[weekday, index] + count
        self._seen[weekday, index] = _FORGET_A_WEEK * self._seen[weekday, index] + 1.0

    def add(self, weekday: int, index: int, count: float) -> None:
        """Take in people who belong to a step that was learned before they were told of."""
        self._sum[weekday, index] += count

    def expected(self, weekday: int, index: int) -> float:
        """Usual count of a step: its own, its neighbours' and that of the other weekdays."""
        near = np.arange(index - 2, index + 3) % _BINS
        kernel = np.array([0.4, 0.8, 1.0, 0.8, 0.4])
        own_sum = float(self._sum[weekday, near] @ kernel)
        own_seen = float(self._seen[weekday, near] @ kernel)
        all_sum = float(self._sum[:, near].sum(axis=0) @ kernel)
        all_seen = float(self._seen[:, near].sum(axis=0) @ kernel)
        pooled = all_sum / all_seen if all_seen > 0.0 else 0.0
        return (own_sum + 1.5 * pooled) / (own_seen + 1.5)


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
        self._entered: Floats = np.zeros(LAGS + _RECENT)
        self._joined: Floats = np.zeros(LAGS + _RECENT)
        self._profiles = (WeekProfile(), WeekProfile())
        self._gram = np.zeros((LAGS, LAGS))
        self._cross = np.zeros(LAGS)
        self._weights: Floats | None = None
        self._learned = 0
        self._made: dict[int, Rate] = {}  # forecasts hold until the step under way ends

    def entered(self, t_s: float, people: int = 1) -> None:
        """Take in that people came into the shop."""
        self._count(0, t_s, people)

    def joined(self, t_s: float, people: int = 1) -> None:
        """Take in that people reached the checkouts."""
        self._count(1, t_s, people)

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
        steps = round(ahead_s / STEP_S)
        if steps not in self._made:
            self._made[steps] = self._forecast(steps)
        return self._made[steps]

    def _forecast(self, steps: int) -> Rate:
        usual = self._usual(1, steps)
        if self._weights is None:
            mean = usual * self._level(1)
        else:
            mean = self._convolved(steps) * self._recent_error()
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
        self._made.clear()

    def _advance(self, t_s: float) -> None:
        step = int(t_s // STEP_S)
        if self._step is None or step < self._step - len(self._entered):
            self._step = step
            self._made.clear()
            return
        while self._step < step:
            if step - self._step > 2 * _BINS:  # off for days: nothing to learn from silence
                self._step = step - 1
                self._now[:] = 0.0
                self._entered[:] = self._joined[:] = 0.0
            self._finish_step()

    def _finish_step(self) -> None:
        assert self._step is not None  # noqa: S101 - set by _advance
        weekday, index = self._place(0)
        for profile, count in zip(self._profiles, self._now, strict=True):
            profile.learn(weekday, index, float(count))
        self._entered = np.concatenate([self._now[:1], self._entered[:-1]])
        self._joined = np.concatenate([self._now[1:], self._joined[:-1]])
        self._learn_shopping_time()
        self._made.clear()
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

    def _level(self, stream: int) -> float:
        """How the last steps compare with the usual, shrunk towards 1 (Gamma–Poisson)."""
        seen = (self._entered, self._joined)[stream][:_RECENT].sum()
        usual = sum(self._usual(stream, -1 - k) for k in range(_RECENT))
        return float((seen + _LEVEL_WEIGHT) / (usual + _LEVEL_WEIGHT))

    def _convolved(self, ahead: int) -> float:
        """Arrivals from those already inside and those who are still to come in."""
        assert self._weights is not None  # noqa: S101 - asked by forecast
        total, level = 0.0, self._level(0)
        for lag in range(LAGS):
            back = lag - ahead  # steps before the one under way
            inside = back > 0
            entrants = self._entered[back - 1] if inside else self._usual(0, -back) * level
            total += float(self._weights[lag] * entrants)
        return total

    def _recent_error(self) -> float:
        """How the convolution did over the last steps, shrunk towards 1."""
        assert self._weights is not None  # noqa: S101 - asked by forecast
        predicted = sum(float(self._weights @ self._entered[k : k + LAGS]) for k in range(_RECENT))
        seen = float(self._joined[:_RECENT].sum())
        weight = 2.0 * _LEVEL_WEIGHT
        return (seen + weight) / (predicted + weight)
