"""Our part of the comparison, in a process of its own: ``python -m benchmarks.perception.ours``."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import cv2

import models
from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.perception.appearance import looks
from edge_agent.tracking.tracker import Tracker, TrackerSettings
from edge_agent.zones.zones import Zones
from hardware.cameras import open_recording

ZONES = [
    {"id": "q", "kind": "queue", "lane": "1", "polygon": [[0.1, 0.3], [0.5, 0.3], [0.5, 0.9]]},
    {"id": "s", "kind": "service", "lane": "1", "polygon": [[0.5, 0.3], [0.9, 0.3], [0.9, 0.9]]},
    {"id": "door", "kind": "line", "points": [[0.1, 0.5], [0.9, 0.6]]},
]


class Laps:
    """CPU milliseconds of named parts, frame by frame."""

    def __init__(self) -> None:
        self.parts: dict[str, list[float]] = defaultdict(list)
        self._last_s = 0.0

    def start(self) -> None:
        """A frame begins."""
        self._last_s = time.process_time()

    def lap(self, part: str) -> None:
        """A part ends, the next begins."""
        now_s = time.process_time()
        self.parts[part].append(1000 * (now_s - self._last_s))
        self._last_s = now_s


def measure(video: Path) -> dict[str, list[float]]:
    """Decode, find, track and place everybody in a video."""
    cv2.setNumThreads(1)
    camera = CameraSettings.model_validate({"id": "c", "source": "x", "zones": ZONES})
    detector = models.load(camera.detector.model)
    settings = TrackerSettings(threshold=detector.entry.threshold)
    tracker, zones, measures = Tracker(settings), Zones(camera.zones), Measures(camera)
    recording = open_recording(video)
    laps = Laps()
    laps.start()
    while recording.advance():
        image = recording.picture()
        if image is None:
            continue
        laps.lap("decode")
        tensor = detector.tensor(image)
        laps.lap("resize")
        outputs = detector.infer(tensor)
        laps.lap("infer")
        found = detector.boxes(outputs)
        laps.lap("boxes")
        size = (image.shape[1], image.shape[0])
        appearance = looks(image, found, settings.keep_score)
        tracks = tracker.update(found, recording.t_s, size, appearance)
        laps.lap("track")
        measures.update(zones.update(tracks, size))
        laps.lap("zones")
    return laps.parts


if __name__ == "__main__":
    json.dump(measure(Path(sys.argv[1])), sys.stdout)
