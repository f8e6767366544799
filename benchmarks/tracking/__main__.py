"""Tracker and zones: MOT figures, and CPU milliseconds beside a plain two-stage tracker in Python.

``python -m benchmarks.tracking`` judges drawn shops, whose truth is exact; with ``--video VIDEO
--labels GT.txt`` (boxes in the format of the MOT challenge) that recording, at its rate and at half
of it.

The peer is the usual textbook loop over tracks: constant velocity, IoU, scipy's assignment, twice;
no occlusion, clutter, duplicates, colours or zones. Both see the same drawn walkers in the same
run; medians of 300 frames.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from benchmarks.tracking.figures import on_drawn, on_labelled
from edge_agent.config import DwellZone, LineZone
from edge_agent.tracking.overlap import iou
from edge_agent.tracking.tracker import Tracker
from edge_agent.zones.zones import Zones
from models.detections import Detections

SIZE = (1280, 720)
FPS = 8.0
FRAMES = 300
Floats = NDArray[np.float64]


class PlainTracker:
    """Two stages of IoU matching; a track is a dict."""

    def __init__(self) -> None:
        self.tracks: list[dict[str, Floats]] = []

    def update(self, detections: Detections) -> None:
        """Take in one frame."""
        boxes = detections.boxes.astype(np.float64)
        for track in self.tracks:
            track["box"] = track["box"] + track["speed"]
            track["age"] = track["age"] + 1
        free = set(range(len(self.tracks)))
        taken: set[int] = set()
        for low, high in ((0.45, 1.1), (0.1, 0.45)):
            chosen = np.flatnonzero((detections.scores >= low) & (detections.scores < high))
            rows = sorted(free)
            if not rows or not len(chosen):
                continue
            cost = 1.0 - iou(np.array([self.tracks[r]["box"] for r in rows]), boxes[chosen])
            for row, column in zip(*linear_sum_assignment(cost), strict=True):
                if cost[row, column] < 0.7:
                    track, box = self.tracks[rows[row]], boxes[chosen[column]]
                    track["speed"] = 0.7 * track["speed"] + 0.3 * (box - track["box"])
                    track["box"], track["age"] = box, np.zeros(1)
                    free.discard(rows[row])
                    taken.add(int(chosen[column]))
        self.tracks = [t for t in self.tracks if t["age"][0] < FPS]
        for row in np.flatnonzero(detections.scores >= 0.45):
            if int(row) not in taken:
                self.tracks.append({"box": boxes[row], "speed": np.zeros(4), "age": np.zeros(1)})


def walkers(people: int) -> list[Detections]:
    """Frames of people who walk to and fro, two weak detections for each sure one."""
    rng = np.random.default_rng(people)
    place = rng.uniform([100, 250], [1180, 700], (people, 2))
    speed = rng.normal(0.0, 8.0, (people, 2))
    frames = []
    for _ in range(FRAMES):
        place += speed
        speed[(place < [50, 220]) | (place > [1230, 710])] *= -1
        size = np.array([25.0, 150.0])
        sure = np.concatenate([place - size, place + size * [1, 0]], axis=1)
        boxes = np.concatenate([sure, sure * 0.97, sure * 1.03]) + rng.normal(0, 3, (3 * people, 4))
        scores = np.concatenate([rng.uniform(0.5, 0.9, people), rng.uniform(0.1, 0.3, 2 * people)])
        order = np.argsort(-scores)
        frames.append(Detections(boxes[order].astype(np.float32), scores[order].astype(np.float32)))
    return frames


def median_ms(step: Callable[[int], object]) -> float:
    """Median CPU time of ``step`` over all frames."""
    times = []
    for frame in range(FRAMES):
        start = time.process_time()
        step(frame)
        times.append((time.process_time() - start) * 1e3)
    return statistics.median(times)


def main() -> None:
    """Print figures, then speed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracking")
    parser.add_argument("--video", type=Path)
    parser.add_argument("--labels", type=Path)
    args = parser.parse_args()
    if args.video and args.labels:
        for every in (1, 2):
            print(f"every {every}: {on_labelled(args.video, args.labels, every=every)}")
        return
    print("drawn shops, 20 s, everybody of whom a tenth is in sight")
    for view in ("corner", "high", "side", "along"):
        for seed in (1, 2):
            print(f"  {view:7} seed {seed}: {on_drawn(view, seed=seed, seconds=20.0)}")
    _speed()


def _speed() -> None:
    """Print a line for each number of people."""
    zones = [
        DwellZone(
            id=f"z{i}", kind="dwell", polygon=((i / 8, 0.4), (i / 8 + 0.1, 0.4), (i / 8, 0.9))
        )
        for i in range(8)
    ]
    line = LineZone(id="door", kind="line", points=((0.0, 0.6), (1.0, 0.6)))
    print("people  tracker  +colours  zones   plain loop (CPU ms a frame)  ours / plain")
    for people in (4, 10, 25):
        frames = walkers(people)
        looks = [np.ones((len(f), 24), np.float32) for f in frames]
        bare, full, floor, plain = Tracker(), Tracker(), Zones([*zones, line]), PlainTracker()
        seen = []

        def track(frame: int) -> None:
            seen.append(full.update(frames[frame], frame / FPS, SIZE, looks[frame]))  # noqa: B023 - called in this round

        alone_ms = median_ms(lambda f: bare.update(frames[f], f / FPS, SIZE))  # noqa: B023 - called in this round
        with_looks_ms = median_ms(track)
        zones_ms = median_ms(lambda f: floor.update(seen[f], SIZE))  # noqa: B023 - called in this round
        plain_ms = median_ms(lambda f: plain.update(frames[f]))  # noqa: B023 - called in this round
        print(
            f"{people:6}  {alone_ms:7.2f}  {with_looks_ms:8.2f}  {zones_ms:5.2f}  {plain_ms:11.2f}"
            f"  {(with_looks_ms + zones_ms) / plain_ms:31.1f}"
        )


if __name__ == "__main__":
    main()
