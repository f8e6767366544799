"""Wait predictors over a simulated day, told the true events of each lane.

This leaves the camera out: it compares what is made of a queue that is seen without error with an
oracle that knows the true distribution of service times, and with simpler ways.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.delays import LaneSight, delays
from edge_agent.measures.service import ServiceTimes
from edge_agent.measures.waits import Wait, WaitBlend
from simulators.scene.scene import Scene
from simulators.scene.settings import SceneSettings, day
from simulators.scene.truth import Event

HOURS = 12.5
_DRAWS = 500
_STEPS_S = 1.4
"""The few steps to the counter after each service, as walked in the simulated shop."""

Floats = NDArray[np.float64]


@dataclass(slots=True)
class _Lane:
    """One lane as its true events tell."""

    queue: dict[int, float] = field(default_factory=dict)
    serving_since_s: float | None = None
    last_wait_s: float | None = None
    end_s: float | None = None
    said: dict[int, tuple[Wait, float, float]] = field(default_factory=dict)

    def sight(self, t_s: float) -> LaneSight:
        """What is known at ``t_s``."""
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
        """Median wait of who joins now."""
        if sight.idle:
            return 0.0
        total = np.zeros(_DRAWS)
        if sight.serving_for_s is not None:
            left = self._services[self._services > sight.serving_for_s] - sight.serving_for_s
            total += self._rng.choice(left if len(left) else np.array([5.0]), _DRAWS) + _STEPS_S
        for _ in range(sight.waiting):
            total += self._rng.choice(self._services, _DRAWS) + _STEPS_S
        return float(np.median(total))


class Day:
    """Goes through the events of a day and notes every wait and what was said of it.

    Attributes:
        rows: (real, p50, p90, oracle, naive, QL, HOL, LES) in seconds; NaN where not said.
    """

    def __init__(self, settings: SceneSettings, seed: int) -> None:
        self.rows: list[list[float]] = []
        self._oracle = Oracle(settings, seed)
        self._services, self._blend = ServiceTimes(), WaitBlend()
        self._lanes: dict[str, _Lane] = {}

    def take(self, event: Event) -> None:
        """Take in one true event."""
        if event.lane is None or event.unit is None:
            return
        lane = self._lanes.setdefault(event.lane, _Lane())
        if event.event == "joined":
            self._joined(lane, event)
        elif event.event in ("reneged", "jockeyed"):
            lane.queue.pop(event.unit, None)
            lane.said.pop(event.unit, None)
        elif event.event == "service_start":
            self._started(lane, event)
        elif event.event == "service_end":
            self._services.learn(event.lane, event.t_s, event.service_s or 0.0)
            lane.serving_since_s, lane.end_s = None, event.t_s

    def _joined(self, lane: _Lane, event: Event) -> None:
        assert event.unit is not None
        assert event.lane is not None
        sight = lane.sight(event.t_s)
        service = self._services.of(event.lane, event.t_s)
        busy = sight.serving_for_s is not None
        naive_s = (sight.waiting + busy) * service.mean_s
        wait = self._blend.predict(delays(sight, service))
        lane.said[event.unit] = (wait, self._oracle.predict(sight), naive_s)
        lane.queue[event.unit] = event.t_s

    def _started(self, lane: _Lane, event: Event) -> None:
        assert event.unit is not None
        real_s = event.wait_s or 0.0
        joined_s = lane.queue.pop(event.unit, event.t_s)
        if lane.end_s is not None and joined_s < lane.end_s:
            self._services.learn_change(event.t_s - lane.end_s)
        lane.serving_since_s, lane.last_wait_s = event.t_s, real_s
        wait, oracle_s, naive_s = lane.said.pop(event.unit)
        self._blend.learn(wait, real_s)
        said = wait.delays
        single = (said.queue_length, said.head_of_line, said.last_to_enter)
        numbers = [np.nan if value is None else value for value in single]
        self.rows.append([real_s, wait.p50_s, wait.p90_s, oracle_s, naive_s, *numbers])


def run(seed: int) -> Floats:
    """Live through one day; gives the rows of :class:`Day`."""
    scene = Scene(day(), seed)
    scene.advance(HOURS * 3600.0)
    log = Day(scene.settings, seed)
    for event in scene.take_events():
        log.take(event)
    return np.array(log.rows)


def report(seeds: range) -> None:
    """Print the table."""
    print("seed  waits  mean  oracle  ours  ratio  naive     QL    HOL    LES  p90 covers  of mean")
    for seed in seeds:
        rows = run(seed)
        real = rows[:, 0]
        mae = [float(np.nanmean(np.abs(rows[:, c] - real))) for c in range(8)]
        print(
            f"{seed:4} {len(rows):6} {real.mean():5.0f} {mae[3]:7.1f} {mae[1]:5.1f} "
            f"{mae[1] / mae[3]:6.2f} {mae[4]:6.1f} {mae[5]:6.1f} {mae[6]:6.1f} {mae[7]:6.1f} "
            f"{np.mean(real <= rows[:, 2]):11.1%} {mae[1] / real.mean():8.1%}"
        )
