"""Cost of the measures beside that of the zones before them, for the same frames.

Run alone with ``python -m benchmarks.measures.speed``: five seconds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.pipeline import learned
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.crowd import Found
from edge_agent.zones.zones import Zones

PEOPLE, LANES, DWELL = 40, 3, 3
FRAMES, FPS = 1200, 8.0
SIZE = (1280, 720)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds a frame."""

    measures_ms: float
    zones_ms: float


def camera() -> CameraSettings:
    """Three lanes of three zones, and three dwell zones: twelve."""
    zones: list[dict[str, object]] = []
    for i in range(LANES):
        x, lane = 0.3 * i, str(i + 1)
        parts = (("queue", 0.1, 0.7, 0.08), ("service", 0.7, 0.9, 0.08), ("staff", 0.7, 0.9, 0.0))
        for kind, top, bottom, shift in parts:
            left = x + shift
            corners = [(left, top), (left + 0.08, top), (left + 0.08, bottom), (left, bottom)]
            zones.append({"id": f"{kind}-{lane}", "kind": kind, "lane": lane, "polygon": corners})
    for i in range(DWELL):
        x = 0.18 + 0.3 * i
        corners = [(x, 0.1), (x + 0.1, 0.1), (x + 0.1, 0.6), (x, 0.6)]
        zones.append({"id": f"dwell-{i}", "kind": "dwell", "polygon": corners})
    return CameraSettings.model_validate({"id": "cam", "source": "x", "zones": zones})


def frames() -> list[Tracks]:
    """People who stand and sway; one in ten is hidden at any time."""
    rng = np.random.default_rng(7)
    lanes = [(0.12 + 0.3 * (i % LANES), 0.15 + 0.05 * (i // LANES)) for i in range(PEOPLE)]
    homes = np.array([(x, y if y < 0.68 else 0.8) for x, y in lanes]) * SIZE
    ids, ones = np.arange(PEOPLE, dtype=np.int64), np.ones(PEOPLE, np.bool_)
    made = []
    for k in range(FRAMES):
        feet = homes + rng.normal(0.0, 3.0, homes.shape)
        half = np.array([22.0, 0.0])
        boxes = np.hstack([feet - half - [0.0, 120.0], feet + half]).astype(np.float32)
        t_s, seen = k / FPS, rng.random(PEOPLE) > 0.1
        made.append(
            Tracks(
                t_s, ids, boxes, np.full(PEOPLE, 0.8, np.float32), ones, seen,
                np.zeros(PEOPLE), np.full(PEOPLE, t_s), np.where(seen, ids, -1),
            )
        )  # fmt: skip
    return made


def _found(tracks: Tracks) -> Found:
    """Twice as many boxes as people; the first of them are the people."""
    boxes = np.tile(tracks.boxes / np.array([*SIZE, *SIZE]), (2, 1))
    return Found(boxes, boxes[:, 3], np.full(len(boxes), 0.5))


def measure() -> Cost:
    """Measure both on the same frames, in CPU time."""
    settings = camera()
    zones, measures = Zones(settings.zones), Measures(settings, learned())
    spent = [0.0, 0.0]
    for tracks in frames():
        found = _found(tracks)
        start = time.process_time()
        presence = zones.update(tracks, SIZE, found)
        middle = time.process_time()
        measures.update(presence)
        spent[0] += time.process_time() - middle
        spent[1] += middle - start
    return Cost(*(1000.0 * s / FRAMES for s in spent))


def report() -> None:
    """Print one line."""
    cost = measure()
    print(
        f"{PEOPLE} people, 12 zones, CPU ms a frame: measures {cost.measures_ms:.2f}, "
        f"zones before them {cost.zones_ms:.2f} ({cost.measures_ms / cost.zones_ms:.2f} x)"
    )


if __name__ == "__main__":
    report()
