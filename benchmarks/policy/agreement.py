"""Do the fast checkouts tell the same as the drawn shop? ``python -m benchmarks.policy.agreement``.

The policy bench runs on ``simulators/checkouts``, where a month takes seconds. Here the same
decider runs a day of ``simulators/scene``, where people walk, choose, queue up and give up, and
then the same shoppers, with the same services, on the fast one. Both have calls that nobody
follows and sensors that overlook people.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from benchmarks.policy.policies import reactive
from simulators.checkouts.demand import Floats, Month, StoreSize
from simulators.checkouts.queues import Decider, Floor, Staffing, simulate
from simulators.scene.layout import shop
from simulators.scene.scene import Scene
from simulators.scene.settings import SceneSettings

OPEN_S, HOUR_S = 8 * 3600.0, 3600.0
LANES = 4
ARRIVALS = (60, 80, 120, 190, 260, 210, 130, 110, 150, 230, 250, 150)
STAFFING = Staffing(walk_s=(20.0, 60.0), no_show=0.1, miss=0.08)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a day; ``joined_s`` since midnight."""

    joined_s: Floats
    service_s: Floats
    wait_s: Floats
    lane_hours: float

    @property
    def late(self) -> float:
        """Share who waited over three minutes."""
        return float((self.wait_s > 180.0).mean())


def on_scene(decide: Decider, hours: int, seed: int) -> Outcome:
    """Let a decider run the lanes of the drawn shop."""
    settings = SceneSettings(
        layout=shop(LANES),
        arrivals_per_hour=ARRIVALS[:hours],
        restock_s=300.0,
        browse_only=0.0,
        passers_per_hour=0.0,
        patience_s=1e6,
        tolerance=(60, 90),
    )
    scene, rng = Scene(settings, seed), Random(seed)
    lane_s, every_s = 0.0, STAFFING.every_s
    joined: dict[int, float] = {}
    done: list[tuple[float, float, float]] = []
    waits: dict[int, float] = {}
    for tick in range(1, int(hours * HOUR_S / every_s) + 1):
        scene.advance(tick * every_s)
        lanes = scene.snapshot().lanes
        staffed = [name for name, lane in lanes.items() if lane.state != "closed"]
        lane_s += every_s * len(staffed)
        _step(scene, decide, rng)
        for event in scene.take_events():
            if event.unit is None:
                continue
            if event.event == "joined":
                joined.setdefault(event.unit, event.t_s)
            elif event.event == "service_start":
                waits[event.unit] = event.t_s - joined[event.unit]
            elif event.event == "service_end" and event.service_s is not None:
                done.append((joined[event.unit], event.service_s, waits[event.unit]))
    table = np.array(sorted(done))
    return Outcome(OPEN_S + table[:, 0], table[:, 1], table[:, 2], lane_s / HOUR_S)


def _step(scene: Scene, decide: Decider, rng: Random) -> None:
    lanes = scene.snapshot().lanes
    opened = [name for name, lane in lanes.items() if lane.state == "open"]
    waiting = tuple(
        sum(rng.random() >= STAFFING.miss for _ in range(lane.units))
        for lane in lanes.values()
        if lane.state != "closed"
    )
    busy = sum(lane.served > 0 for lane in lanes.values())
    wanted = decide(Floor(OPEN_S + scene.now_s, len(opened), 0, waiting, busy))
    closed = [name for name, lane in lanes.items() if lane.state == "closed"]
    for name in closed[: max(0, wanted - len(opened))]:
        if rng.random() >= STAFFING.no_show:
            scene.set_lane(name, is_open=True)
    if wanted < len(opened) and len(opened) > 1:
        scene.set_lane(min(opened, key=lambda name: lanes[name].units), is_open=False)


def on_checkouts(day: Outcome, decide: Decider, seed: int) -> Outcome:
    """Let a decider run the fast checkouts for the shoppers of a day."""
    size = StoreSize("scene", LANES, 0.0, service_s=float(day.service_s.mean()))
    month = Month(size, 1, day.joined_s, day.joined_s, day.service_s)
    # The day of the scene ends sooner, and the last lane stays on: count to the last shopper alone.
    counted = Counted(decide, float(day.joined_s[-1]))
    result = simulate(month, counted, staffing=STAFFING, seed=seed)
    return replace(day, wait_s=result.wait_s, lane_hours=counted.lane_s / HOUR_S)


class Counted:
    """A decider whose lane hours are counted until a moment."""

    def __init__(self, decide: Decider, until_s: float) -> None:
        self._decide = decide
        self._until_s = until_s
        self.lane_s = 0.0

    def __call__(self, floor: Floor) -> int:
        """Decide, and count."""
        if floor.now_s <= self._until_s:
            self.lane_s += STAFFING.every_s * len(floor.waiting)
        return self._decide(floor)


def compare(make: Callable[[], Decider], hours: int, seed: int) -> tuple[Outcome, Outcome]:
    """Give the day of the drawn shop and the same day on the fast checkouts."""
    drawn = on_scene(make(), hours, seed)
    return drawn, on_checkouts(drawn, make(), seed)


def main() -> None:
    """Print both for some deciders and seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=len(ARRIVALS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    chosen = parser.parse_args()
    print("decider seed: drawn shop (mean wait, over 3 min, lane hours) | fast checkouts")
    deciders: dict[str, Callable[[], Decider]] = {
        "two lanes": lambda: lambda _floor: 2,
        "reactive 2": lambda: reactive(2),
        "reactive 4": lambda: reactive(4),
    }
    for name, make in deciders.items():
        for seed in chosen.seeds:
            both = compare(make, chosen.hours, seed)
            told = [
                f"{one.wait_s.mean():5.0f} s {100 * one.late:5.1f} % {one.lane_hours:5.1f} h"
                for one in both
            ]
            print(f"{name:12s} {seed}: {told[0]} | {told[1]}", flush=True)


if __name__ == "__main__":
    main()
