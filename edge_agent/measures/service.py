"""Service times, learned per lane and hour.

Service times are close to lognormal (Brown et al., "Statistical analysis of a telephone call
center", JASA 2005, doi 10.1198/016214504000001808), so their logarithms are averaged. What one
lane or hour has seen is drawn towards what the whole camera has seen, and that towards a prior,
each in the measure of how little was seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

SHORTEST_S = 2.0
"""A shorter service is none: somebody walked through."""
LONGEST_S = 1800.0

_PRIOR_MEDIAN_S, _PRIOR_SIGMA, _PRIOR_WEIGHT = 45.0, 0.6, 4.0
_PRIOR_CHANGE_S = 3.0
_LANE_WEIGHT, _HOUR_WEIGHT = 8.0, 12.0
_MEMORY = 1.0 - 1.0 / 120.0
_FAR = 4.0


@dataclass(slots=True)
class _Average:
    """Running mean with fading weights."""

    weight: float = 0.0
    total: float = 0.0

    def add(self, value: float) -> None:
        self.weight = self.weight * _MEMORY + 1.0
        self.total = self.total * _MEMORY + value

    def drawn_to(self, centre: float, weight: float) -> float:
        """Mean as if ``weight`` further values of ``centre`` had been seen."""
        return (self.total + weight * centre) / (self.weight + weight)


@dataclass(frozen=True)
class ServiceTime:
    """Distribution of a service time.

    Attributes:
        median_s, sigma: lognormal median and spread of the logarithm.
        change_s: mean time from the end of a service to the start of the next one.
    """

    median_s: float
    sigma: float
    change_s: float

    @cached_property
    def mean_s(self) -> float:
        """Mean."""
        return self.median_s * math.exp(0.5 * self.sigma**2)

    @cached_property
    def variance(self) -> float:
        """Variance in s²."""
        return self.mean_s**2 * math.expm1(self.sigma**2)

    @cached_property
    def _square(self) -> float:
        """Mean of the square, s²."""
        return (self.median_s * math.exp(self.sigma**2)) ** 2

    def rest(self, age_s: float) -> tuple[float, float]:
        """Mean and variance of what is left of a service that began ``age_s`` ago."""
        z = math.log(max(age_s, 1e-9) / self.median_s) / self.sigma
        if z > _FAR:
            # So far out the tail is steep enough for its first term (Mills' ratio).
            mean_s = age_s * self.sigma / z
            return mean_s, mean_s**2
        beyond = _above(z)
        mean_s = self.mean_s * _above(z - self.sigma) / beyond
        square = self._square * (_above(z - 2.0 * self.sigma) / beyond)
        return max(mean_s - age_s, 0.0), max(square - mean_s**2, 0.0)


def _above(z: float) -> float:
    """Share of a normal distribution above ``z`` deviations."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


@dataclass(slots=True)
class ServiceTimes:
    """What the services of one camera's lanes have taught."""

    _log: _Average = field(default_factory=_Average)
    _square: _Average = field(default_factory=_Average)
    _change: _Average = field(default_factory=_Average)
    _lanes: dict[str, _Average] = field(default_factory=dict)
    _hours: dict[tuple[str, int], _Average] = field(default_factory=dict)
    # What was worked out since the last lesson.
    _known: dict[tuple[str, int], ServiceTime] = field(default_factory=dict)

    def learn(self, lane: str, t_s: float, service_s: float) -> None:
        """Take in a finished service; one too short or too long to be one is left out."""
        if not SHORTEST_S <= service_s <= LONGEST_S:
            return
        expected = math.log(self.of(lane, t_s).median_s)
        value = math.log(service_s)
        self._known.clear()
        self._log.add(value)
        self._square.add((value - expected) ** 2)
        self._lanes.setdefault(lane, _Average()).add(value)
        self._hours.setdefault((lane, _hour(t_s)), _Average()).add(value)

    def learn_change(self, change_s: float) -> None:
        """Take in the time between two services with somebody waiting."""
        self._known.clear()
        self._change.add(min(max(change_s, 0.0), 60.0))

    def of(self, lane: str, t_s: float) -> ServiceTime:
        """Distribution to expect at a lane at that hour."""
        when = lane, _hour(t_s)
        known = self._known.get(when)
        if known is None:
            known = self._known[when] = self._work_out(*when)
        return known

    def _work_out(self, lane: str, hour: int) -> ServiceTime:
        centre = self._log.drawn_to(math.log(_PRIOR_MEDIAN_S), _PRIOR_WEIGHT)
        lane_log = self._lanes.get(lane, _Average()).drawn_to(centre, _LANE_WEIGHT)
        hour_log = self._hours.get((lane, hour), _Average()).drawn_to(lane_log, _HOUR_WEIGHT)
        sigma = math.sqrt(self._square.drawn_to(_PRIOR_SIGMA**2, _PRIOR_WEIGHT))
        change_s = self._change.drawn_to(_PRIOR_CHANGE_S, _PRIOR_WEIGHT)
        return ServiceTime(math.exp(hour_log), sigma, change_s)


def _hour(t_s: float) -> int:
    return int(t_s // 3600.0) % 24
