"""Service times, learned as they are seen. Pure: no clock, no I/O."""

from __future__ import annotations

import math

_MEMORY = 200.0
"""Services after which an old one counts a third."""


class ServiceTimes:
    """Mean and spread of service times, from a prior towards what is seen.

    Args:
        prior_s: mean service time believed before anything was seen.
        prior_weight: services that the prior is worth.
    """

    def __init__(self, prior_s: float = 70.0, prior_weight: float = 10.0) -> None:
        self._n = prior_weight
        self._sum_s = prior_weight * prior_s
        self._squares = prior_weight * 1.5 * prior_s**2  # a coefficient of variation of .7

    def served(self, service_s: float) -> None:
        """Take in one finished service; times that no till produces are left out."""
        if not 1.0 <= service_s <= 3600.0:
            return
        keep = 1.0 - 1.0 / _MEMORY if self._n >= _MEMORY else 1.0
        self._n = keep * self._n + 1.0
        self._sum_s = keep * self._sum_s + service_s
        self._squares = keep * self._squares + service_s**2

    @property
    def mean_s(self) -> float:
        """Mean service time in seconds."""
        return self._sum_s / self._n

    @property
    def cv(self) -> float:
        """Coefficient of variation."""
        variance = max(0.0, self._squares / self._n - self.mean_s**2)
        return math.sqrt(variance) / self.mean_s
