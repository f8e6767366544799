"""Wait predictors over a simulated day, told the true events of each lane.

This leaves the camera out: it compares what is made of a queue that is seen without error with an
oracle that knows the true distribution of service times, and with simpler ways.
"""

from __future__ import annotations

import numpy as np

from benchmarks.measures.oracle import Floats, Oracle, TrueLane
from edge_agent.measures.delays import delays
from edge_agent.measures.service import ServiceTimes
from edge_agent.measures.waits import Wait, WaitBlend
from simulators.scene.scene import Scene
from simulators.scene.settings import SceneSettings, day
from simulators.scene.truth import Event

HOURS = 12.5


class Day:
    """Goes through the events of a day and notes every wait and what was said of it.

    Attributes:
        rows: (real, p50, p90, oracle, naive, QL, HOL, LES) in seconds; NaN where not said.
    """

    def __init__(self, settings: SceneSettings, seed: int) -> None:
        self.rows: list[list[float]] = []
        self._oracle = Oracle(settings, seed)
        self._services, self._blend = ServiceTimes(), WaitBlend()
        self._lanes: dict[str, TrueLane] = {}
        self._said: dict[int, tuple[Wait, float, float]] = {}

    def take(self, event: Event) -> None:
        """Take in one true event."""
        if event.lane is None or event.unit is None:
            return
        lane = self._lanes.setdefault(event.lane, TrueLane())
        if event.event == "joined":
            self._said[event.unit] = self._say(lane, event.lane, event.t_s)
        elif event.event in ("reneged", "jockeyed"):
            self._said.pop(event.unit, None)
        elif event.event == "service_start":
            self._started(lane, event.unit, event)
        elif event.event == "service_end":
            self._services.learn(event.lane, event.t_s, event.service_s or 0.0)
        lane.take(event)

    def _say(self, lane: TrueLane, name: str, t_s: float) -> tuple[Wait, float, float]:
        sight = lane.sight(t_s)
        service = self._services.of(name, t_s)
        busy = sight.serving_for_s is not None
        naive_s = (sight.waiting + busy) * service.mean_s
        return self._blend.predict(delays(sight, service)), self._oracle.predict(sight), naive_s

    def _started(self, lane: TrueLane, unit: int, event: Event) -> None:
        real_s = event.wait_s or 0.0
        if lane.end_s is not None and lane.queue.get(unit, event.t_s) < lane.end_s:
            self._services.learn_change(event.t_s - lane.end_s)
        wait, oracle_s, naive_s = self._said.pop(unit)
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
