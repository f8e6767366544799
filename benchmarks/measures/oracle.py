"""What could be known of a wait: the true queue, and the true distribution of service times."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.delays import LaneSight
from simulators.scene.settings import SceneSettings
from simulators.scene.truth import Event

_DRAWS = 500
_STEPS_S = 1.4
"""The few steps to the counter after each service, as walked in the simulated shop."""

Floats = NDArray[np.float64]


@dataclass(slots=True)
class TrueLane:
    """One lane as its true events tell.

    Attributes:
        queue: unit → when it joined.
        serving_since_s: start of the running service, None when nobody is served.
        last_wait_s: wait of the last unit that was served.
        end_s: end of the last service.
    """

    queue: dict[int, float] = field(default_factory=dict)
    serving_since_s: float | None = None
    last_wait_s: float | None = None
    end_s: float | None = None

    def take(self, event: Event) -> None:
        """Take in one true event of this lane."""
        if event.unit is None:
            return
        if event.event == "joined":
            self.queue[event.unit] = event.t_s
        elif event.event in ("reneged", "jockeyed"):
            self.queue.pop(event.unit, None)
        elif event.event == "service_start":
            self.queue.pop(event.unit, None)
            self.serving_since_s, self.last_wait_s = event.t_s, event.wait_s or 0.0
        elif event.event == "service_end":
            self.serving_since_s, self.end_s = None, event.t_s

    def sight(self, t_s: float) -> LaneSight:
        """What is to be known at ``t_s``."""
        return LaneSight(
            len(self.queue),
            None if self.serving_since_s is None else t_s - self.serving_since_s,
            t_s - min(self.queue.values()) if self.queue else None,
            self.last_wait_s,
        )


class Oracle:
    """Knows the true distribution of service times; predicts the median of what may come."""

    def __init__(self, settings: SceneSettings, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        items = 1.0 + self._rng.exponential(settings.items_mean - 1.0, 6000)
        mean_s = settings.service_base_s + settings.service_item_s * items
        sigma = settings.service_sigma
        noise = np.exp(sigma * self._rng.standard_normal(6000) - sigma**2 / 2.0)
        self._services: Floats = mean_s * noise

    def predict(self, sight: LaneSight) -> float:
        """Median wait in seconds of who joins now."""
        if sight.idle:
            return 0.0
        total = np.zeros(_DRAWS)
        if sight.serving_for_s is not None:
            left = self._services[self._services > sight.serving_for_s] - sight.serving_for_s
            total += self._rng.choice(left if len(left) else np.array([5.0]), _DRAWS) + _STEPS_S
        for _ in range(sight.waiting):
            total += self._rng.choice(self._services, _DRAWS) + _STEPS_S
        return float(np.median(total))
