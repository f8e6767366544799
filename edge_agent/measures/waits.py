"""How long a shopper who joins now will wait."""

from __future__ import annotations

import math
from dataclasses import dataclass

PRIOR_SERVICE_S = 60.0
"""Service time assumed before anything was seen; weighs as much as PRIOR_WEIGHT services."""
PRIOR_WEIGHT = 3.0
PRIOR_SPREAD = 0.6
"""Standard deviation of a service time as a share of its mean."""
MEMORY = 0.97
"""What the last services weigh against those before, per service."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A predicted wait in seconds: median and 90th percentile."""

    p50_s: float
    p90_s: float


class WaitPredictor:
    """Predicts by queue length times service time, with the rest of the running service."""

    def __init__(self) -> None:
        self._weight = PRIOR_WEIGHT
        self._sum_s = PRIOR_WEIGHT * PRIOR_SERVICE_S

    @property
    def service_s(self) -> float:
        """Mean service time."""
        return self._sum_s / self._weight

    def served(self, service_s: float) -> None:
        """Learn a finished service."""
        self._weight = self._weight * MEMORY + 1.0
        self._sum_s = self._sum_s * MEMORY + service_s

    def predict(self, ahead: int, serving_for_s: float | None) -> Wait:
        """Predict the wait of who joins now.

        Args:
            ahead: units that wait.
            serving_for_s: how long the running service has taken so far, None when there is none.
        """
        if ahead == 0 and serving_for_s is None:
            return Wait(0.0, 0.0)
        mean_s = self.service_s
        # The rest of a service of which nothing more is known than its age.
        rest_s = max(mean_s - (serving_for_s or 0.0), 0.3 * mean_s) if serving_for_s else mean_s / 2
        total_s = rest_s + ahead * mean_s
        spread_s = PRIOR_SPREAD * mean_s * math.sqrt(ahead + 0.5)
        return Wait(total_s, total_s + 1.28 * spread_s)
