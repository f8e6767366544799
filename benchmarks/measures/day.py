"""A simulated day through a camera that makes mistakes: lengths, waits, Little's law.

The scene tells the truth; the noise model of :mod:`simulators.camera.noise`, which a test holds to
the real detector, tells what a camera would see of it; zones and measures make of that what an
agent publishes. What stood on the screen when somebody truly joined is scored against how long
they truly waited.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

import numpy as np

from benchmarks.measures.oracle import Floats, Oracle, TrueLane
from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.measures.readings import QueueData, Readings
from edge_agent.measures.waits import Wait
from edge_agent.pipeline import learned
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.zones import Zones
from messages.events import Advanced, ServiceDone, WaitDone
from simulators.camera.following import NoisyTracker, NoisyTracks
from simulators.camera.noise import NoiseSettings, NoisyDetector
from simulators.camera.views import VIEWS
from simulators.camera.zones import zones
from simulators.scene.scene import Scene
from simulators.scene.settings import day
from simulators.scene.truth import Event, Snapshot

FPS = 2.0
HOURS = 12.5
BEFORE_S = 4.0
"""Who walks up to a queue counts before they truly join, so a length is read so long before."""
BATCH = 256
"""Moments worked out at once."""
NEAR_S, NEAR_SHARE = 6.0, 0.15
"""A wait is recovered when one ends at that time, and is right within this."""
SOON_S = 8.0
"""That a queue moved up is told of within so long."""
PERFECT = NoiseSettings(
    hidden=(0.0, 1.0), logit=(6.0, 6.0), spread=0.0, small_logit=0.0, box_bias=0.0, box_jitter=0.0,
    double=0.0, false_per_s=0.0, switch_hidden_s=1e12, switch_clear_s=1e12,
)  # fmt: skip


@dataclass(slots=True)
class Said:
    """What stood on a lane's screen when a unit joined, and what the oracle said."""

    wait: Wait | None
    oracle_s: float
    naive_s: float


@dataclass(slots=True)
class Found:
    """What was measured of a day, and the truth of it.

    Attributes:
        errors: measured minus true people waiting, a frame and lane.
        served: whether the person served was right there.
        waits: (time, wait) of waits that the measures told of.
        truth: true starts of services.
        rows: (real, p50, p90, oracle, naive, QL, HOL, LES) in seconds; NaN where not said.
        services: service times that the measures told of, seconds.
        unsaid: waits for which no wait stood on the screen.
        little: lane → residual of Little's law at the end, as it is published.
        stood_s: person-seconds of the lengths that were published.
        moved, told_moved: (time, lane) of queues that moved up, and when that was told of.
        cpu_s: CPU time of it all.
    """

    errors: list[int] = field(default_factory=list)
    served: list[bool] = field(default_factory=list)
    waits: list[tuple[float, WaitDone]] = field(default_factory=list)
    truth: list[Event] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    services: list[float] = field(default_factory=list)
    unsaid: int = 0
    little: dict[str, float] = field(default_factory=dict)
    stood_s: float = 0.0
    moved: list[tuple[float, str]] = field(default_factory=list)
    told_moved: list[tuple[float, str]] = field(default_factory=list)
    cpu_s: float = 0.0

    def see(self, snapshot: Snapshot, readings: Readings, for_s: float) -> None:
        """Take in one frame, which lasts ``for_s``."""
        for lane, data in readings.lanes.items():
            true = snapshot.lanes[lane]
            self.stood_s += (data.waiting or 0) * for_s
            if data.waiting is not None and (true.state != "closed" or data.waiting):
                self.errors.append(data.waiting - true.waiting)
                self.served.append(data.served == true.served)
        for event in readings.events:
            if isinstance(event, WaitDone):
                self.waits.append((readings.t_s, event))
            elif isinstance(event, ServiceDone):
                self.services.append(event.service_s)
            elif isinstance(event, Advanced):
                self.told_moved.append((readings.t_s, event.lane))

    def started(self, event: Event, said: Said | None) -> None:
        """Take in a true start of a service, with what was said when the unit joined."""
        self.truth.append(event)
        if said is None or said.wait is None:
            self.unsaid += 1
            return
        wait, delays = said.wait, said.wait.delays
        single = (delays.queue_length, delays.head_of_line, delays.last_to_enter)
        self.rows.append(
            [event.wait_s or 0.0, wait.p50_s, wait.p90_s, said.oracle_s, said.naive_s]
            + [np.nan if value is None else value for value in single]
        )

    def recovered(self) -> float:
        """Share of true waits of units that were told of rightly."""
        left = [(t, w) for t, w in self.waits if w.outcome == "served"]
        hits = 0
        for event in self.truth:
            wait_s = event.wait_s or 0.0
            near = max(NEAR_S, NEAR_SHARE * wait_s)
            for k, (t_s, wait) in enumerate(left):
                same = wait.lane == event.lane and abs(t_s - event.t_s) < 3.0 * NEAR_S
                if same and abs(wait.wait_s - wait_s) <= near:
                    del left[k]
                    hits += 1
                    break
        return hits / max(len(self.truth), 1)

    def little_of_all(self) -> float:
        """Residual of Little's law over all lanes, from the lengths and waits that were told."""
        waited_s = sum(wait.wait_s for _, wait in self.waits if wait.outcome != "balked")
        return abs(self.stood_s - waited_s) / max(self.stood_s, 1.0)

    def moved_up(self) -> int:
        """How often a queue moved up and that was told of soon."""
        left = list(self.told_moved)
        hits = 0
        for moved_s, lane in self.moved:
            soon = (t for t in left if t[1] == lane and 0.0 <= t[0] - moved_s <= SOON_S)
            first = next(soon, None)
            if first is not None:
                left.remove(first)
                hits += 1
        return hits

    def table(self) -> Floats:
        """(N, 8) of ``rows``."""
        return np.array(self.rows, np.float64).reshape(-1, 8)


class Day:
    """One day before one camera.

    Args:
        view: where the camera hangs.
        seed: of the scene and the noise.
        noise: how the camera errs.
        fps: pictures analysed a second.
    """

    def __init__(
        self, view: str, seed: int, noise: NoiseSettings | None = None, fps: float = FPS
    ) -> None:
        self.found = Found()
        self._fps = fps
        self._scene = Scene(day(), seed)
        layout = self._scene.settings.layout
        place = VIEWS[view](layout)
        camera = CameraSettings.model_validate(
            {"id": "cam", "source": "x", "fps": fps, "zones": zones(layout, place)}
        )
        self._size = (place.width, place.height)
        self._tracker = NoisyTracker(NoisyDetector(layout, place, seed, noise))
        self._zones, self._measures = Zones(camera.zones), Measures(camera, learned())
        self._oracle = Oracle(self._scene.settings, seed)
        self._lanes = {lane.lane: TrueLane() for lane in layout.lanes}
        self._said: dict[int, Said] = {}
        self._shown: dict[str, QueueData] = {}
        self._lengths: deque[dict[str, QueueData]] = deque([{}], maxlen=round(BEFORE_S * fps))

    def run(self, hours: float = HOURS) -> Found:
        """Live through it."""
        start = time.process_time()
        moments = np.arange(round(hours * 3600.0 * self._fps)) / self._fps
        for snapshot, events, tracks in lived(self._scene, self._tracker, moments):
            for event in events:
                self._happened(event)
            presence = self._zones.update(tracks, self._size)
            readings = self._measures.update(presence)
            self._shown = readings.lanes
            self._lengths.append(readings.lanes)
            self.found.see(snapshot, readings, 1.0 / self._fps)
        self.found.little = {
            lane: data.score.little_residual
            for lane, data in self._shown.items()
            if data.score is not None and data.score.little_residual is not None
        }
        self.found.cpu_s = time.process_time() - start
        return self.found

    def _happened(self, event: Event) -> None:
        lane = self._lanes.get(event.lane or "")
        if lane is None or event.lane is None or event.unit is None:
            return
        if event.event == "joined":
            self._said[event.unit] = Said(
                self._measures.promises()[event.lane],
                self._oracle.predict(lane.sight(event.t_s)),
                self._naive_s(event.lane),
            )
        elif event.event == "advanced":
            self.found.moved.append((event.t_s, event.lane))
        elif event.event in ("reneged", "jockeyed"):
            self._said.pop(event.unit, None)
        elif event.event == "service_start":
            self.found.started(event, self._said.pop(event.unit, None))
        lane.take(event)

    def _naive_s(self, lane: str) -> float:
        """Length that was shown just before, times the mean of the service times seen so far."""
        shown = self._lengths[0].get(lane)
        if shown is None or shown.units is None or not self.found.services:
            return np.nan
        return (shown.units + bool(shown.served)) * float(np.mean(self.found.services))


_fields: Callable[[NoisyTracks], tuple[Any, ...]] = attrgetter(*(f.name for f in fields(Tracks)))


def lived(
    scene: Scene, tracker: NoisyTracker, moments: Floats
) -> Iterator[tuple[Snapshot, list[Event], Tracks]]:
    """Live through moments; give of each what is true, what happened, and whom a tracker follows.

    Many are worked out at once: first the shop, then what is seen of it.
    """
    for some in np.split(moments, range(BATCH, len(moments), BATCH)):
        snapshots, happened = [], []
        for t_s in some.tolist():
            scene.advance(t_s)
            happened.append(scene.take_events())
            snapshots.append(scene.snapshot())
        for snapshot, events, noisy in zip(
            snapshots, happened, tracker.follow(snapshots), strict=True
        ):
            yield snapshot, events, Tracks(*_fields(noisy))


def report(seeds: Sequence[int], views: Sequence[str] = ("high", "along")) -> None:
    """Print the table."""
    print(
        "view    seed  waits  unsaid  mean  oracle  ours  ratio  naive    QL   HOL   LES  "
        "p90 covers  of mean | length MAE  served right  recovered  Little (worst lane)  "
        "moved up (told)  CPU s"
    )
    cases = [("perfect", PERFECT, views[0]), *((view, None, view) for view in views)]
    for name, noise, view in cases:
        for seed in seeds:
            print(f"{name:7} {seed:4}" + _row(Day(view, seed, noise).run()))


def _row(found: Found) -> str:
    rows = found.table()
    real = rows[:, 0]
    mae = [float(np.nanmean(np.abs(rows[:, c] - real))) for c in range(8)]
    return (
        f" {len(found.truth):6} {found.unsaid:7} {real.mean():5.0f} {mae[3]:7.1f} {mae[1]:5.1f} "
        f"{mae[1] / mae[3]:6.2f} {mae[4]:6.1f} {mae[5]:5.1f} {mae[6]:5.1f} {mae[7]:5.1f} "
        f"{np.mean(real <= rows[:, 2]):11.1%} {mae[1] / real.mean():8.1%} | "
        f"{np.mean(np.abs(found.errors)):10.2f} {np.mean(found.served):13.1%} "
        f"{found.recovered():10.1%} {found.little_of_all():7.1%} "
        f"{max(found.little.values(), default=np.nan):12.1%} "
        f"{found.moved_up():5} of {len(found.moved)} ({len(found.told_moved)}) {found.cpu_s:6.0f}"
    )
