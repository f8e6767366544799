"""The threads that look, over several cameras at a time: real recordings, real detector."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from edge_agent.clock import Clock
from edge_agent.config import CameraSettings
from edge_agent.eyes import Eyes, open_eye
from edge_agent.measures.heat import HeatMap
from edge_agent.measures.readings import Readings
from edge_agent.publish.reporter import Reporter
from hardware.cameras import open_camera

CAMERAS = 5
WORKERS = 3


class Listener:
    """Stands in for the line to the broker, and remembers who said what."""

    def __init__(self) -> None:
        self.said: dict[str, int] = {}
        self.threads: set[str] = set()
        self.overlaps: list[str] = []
        self.changed = threading.Condition()
        self._inside: set[str] = set()

    def camera(self, camera: CameraSettings, readings: Readings, heat: HeatMap) -> None:
        (zone,) = readings.zones
        with self.changed:
            if zone in self._inside:
                self.overlaps.append(zone)
            self._inside.add(zone)
            self.threads.add(threading.current_thread().name)
            self.said[zone] = self.said.get(zone, 0) + 1
            self.changed.notify_all()
        # Long enough for another worker to come in with the same camera, if it could.
        threading.Event().wait(0.005)
        with self.changed:
            self._inside.discard(zone)

    def blind(self, camera: CameraSettings, t_s: float) -> None:
        return

    def wait_for(self, zone: str, times: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.said.get(zone, 0) >= times, 60.0), self.said


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Ten seconds of a square that wanders over a patterned wall."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 8.0, (320, 192))
    wall = np.random.default_rng(5).integers(60, 200, (24, 40, 3), np.uint8)
    wall = cv2.resize(wall, (320, 192), interpolation=cv2.INTER_NEAREST)
    for frame in range(80):
        image = wall.copy()
        image[60:120, 3 * frame : 3 * frame + 30] = 20
        writer.write(image)
    writer.release()
    return path


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def eyes(clip: Path, listener: Listener) -> Iterator[Eyes]:
    clock = Clock()
    opened = []
    for number in range(CAMERAS):
        zone = {"id": f"z{number}", "kind": "dwell", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
        settings = CameraSettings.model_validate(
            {"id": f"c{number}", "source": str(clip), "loop": True, "zones": [zone]}
        )
        camera = open_camera(str(clip), clock=clock.now_s, loop=True, fps=settings.fps)
        opened.append(open_eye(settings, camera, clock.now_s()))
    eyes = Eyes(opened, cast("Reporter", listener), clock, workers=WORKERS)
    eyes.start()
    yield eyes
    eyes.stop()


def test_every_camera_is_looked_at_by_one_worker_at_a_time(eyes: Eyes, listener: Listener) -> None:
    for number in range(CAMERAS):
        listener.wait_for(f"z{number}", 10)
    assert listener.overlaps == []
    assert len(listener.threads) > 1
    assert set(eyes.health()) == {f"c{number}" for number in range(CAMERAS)}
    # A frame is counted just after its measures are told: one of each worker may be between.
    assert eyes.frames >= 10 * CAMERAS - WORKERS


def test_an_order_is_carried_out_by_whoever_looks(eyes: Eyes, listener: Listener) -> None:
    done = threading.Event()
    names: list[str] = []

    def action() -> None:
        names.append(threading.current_thread().name)
        done.set()

    eyes.order("c3", action)
    assert done.wait(60.0)
    assert names[0].startswith("eyes")


def test_no_camera_no_worker() -> None:
    eyes = Eyes([], cast("Reporter", Listener()), Clock())
    eyes.start()
    assert eyes.health() == {}
    eyes.stop()
