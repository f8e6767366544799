"""Hours of a simulated day through a camera that makes mistakes: lengths, waits, Little's law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.measures.readings import Readings
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.zones import Zones
from messages.payloads import Joined, WaitDone, WaitScore
from simulators.camera.noise import NoisyDetector, NoisyTracker, NoisyTracks
from simulators.camera.views import VIEWS
from simulators.camera.zones import zones
from simulators.scene.scene import Scene
from simulators.scene.settings import day
from simulators.scene.truth import Event, Snapshot

FPS = 4.0
FROM_H, HOURS = 3.5, 1.0
"""Into the lunch peak, with a lane that opens."""
NEAR_S, NEAR_SHARE = 6.0, 0.15
"""A wait is recovered when one ends at that time, and is right within this."""


@dataclass(slots=True)
class Found:
    """What was measured, and the truth of it."""

    errors: list[int] = field(default_factory=list)
    served: list[bool] = field(default_factory=list)
    waits: list[tuple[float, WaitDone]] = field(default_factory=list)
    joined: list[Joined] = field(default_factory=list)
    truth: list[Event] = field(default_factory=list)
    scores: list[WaitScore] = field(default_factory=list)

    def add(self, snapshot: Snapshot, readings: Readings) -> None:
        """Take in one frame."""
        for lane, data in readings.lanes.items():
            true = snapshot.lanes[lane]
            if data.waiting is not None and (true.state != "closed" or data.waiting):
                self.errors.append(data.waiting - true.waiting)
                self.served.append(data.served == true.served)
        for event in readings.events:
            if isinstance(event, WaitDone):
                self.waits.append((readings.t_s, event))
            elif isinstance(event, Joined):
                self.joined.append(event)

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


def run(view: str, seed: int) -> Found:
    """Watch the hours."""
    scene = Scene(day(), seed)
    layout = scene.settings.layout
    place = VIEWS[view](layout)
    camera = CameraSettings.model_validate(
        {"id": "cam", "source": "x", "fps": FPS, "zones": zones(layout, place)}
    )
    tracker = NoisyTracker(NoisyDetector(layout, place, seed))
    areas, measures, found = Zones(camera.zones), Measures(camera), Found()
    size = (place.width, place.height)
    scene.advance(FROM_H * 3600.0)
    scene.take_events()
    readings = None
    for k in range(round(HOURS * 3600.0 * FPS)):
        scene.advance(FROM_H * 3600.0 + k / FPS)
        snapshot = scene.snapshot()
        tracks = Tracks(**_fields(tracker.track(snapshot)))
        readings = measures.update(areas.update(tracks, size))
        found.add(snapshot, readings)
    found.truth = [e for e in scene.take_events() if e.event == "service_start"]
    if readings is not None:
        found.scores = [d.score for d in readings.lanes.values() if d.score is not None]
    return found


def _fields(tracks: NoisyTracks) -> dict[str, Any]:
    return {f.name: getattr(tracks, f.name) for f in fields(tracks)}


def report(seeds: Sequence[int]) -> None:
    """Print the table."""
    print("view   seed  waiting MAE  served right  waits recovered  wait MAE  p90 covers  Little")
    for view in ("high", "along"):
        for seed in seeds:
            found = run(view, seed)
            scored = [s for s in found.scores if s.n]
            n = sum(s.n for s in scored)
            mae = sum(s.n * (s.mae_s or 0.0) for s in scored) / max(n, 1)
            cover = sum(s.n * (s.p90_coverage or 0.0) for s in scored) / max(n, 1)
            little = [s.little_residual for s in scored if s.little_residual is not None]
            print(
                f"{view:6} {seed:4} {np.mean(np.abs(found.errors)):12.2f} "
                f"{np.mean(found.served):13.1%} {found.recovered():16.1%} {mae:9.1f} "
                f"{cover:11.1%} {max(little, default=float('nan')):7.1%}"
            )
