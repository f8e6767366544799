"""Runs the agent's own loop over many cameras and measures what it costs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from edge_agent.clock import Clock
from edge_agent.config import CameraSettings
from edge_agent.eyes import Eye, Eyes, open_eye
from edge_agent.measures.readings import Readings
from edge_agent.perception.motion import Motion
from edge_agent.perception.view import Glance
from edge_agent.publish.reporter import Reporter
from hardware.cameras import open_camera

ZONE = {"id": "q", "kind": "queue", "lane": "1", "polygon": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]}
SETTLE_S = 6.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a box did.

    Attributes:
        cpu_share: seconds of processor time a second, decoding included.
        rates_fps: pictures analysed a second, one a camera.
        detections_per_s: of all cameras.
        resident_mb: memory of the process.
    """

    cpu_share: float
    rates_fps: list[float]
    detections_per_s: float
    resident_mb: float


class _Always(Motion):
    """Takes every picture for new, as an agent does that detects in each."""

    def moved(self, glance: Glance) -> bool:
        return True


def measure(sources: list[Path], *, fps: float, seconds: float, gated: bool) -> Measured:
    """Measure in a process of its own."""
    order = {
        "sources": [str(path) for path in sources],
        "fps": fps,
        "seconds": seconds,
        "gated": gated,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.cameras.box", json.dumps(order)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _run(sources: list[str], fps: float, seconds: float, *, gated: bool) -> Measured:
    clock, taken = Clock(), _Taken()
    eyes = [_eye(f"c{i}", path, fps, clock) for i, path in enumerate(sources)]
    for eye in eyes:
        if not gated:
            eye.motion = _Always()
        taken.count(eye)
    box = Eyes(eyes, _Silent(), clock)
    pause = threading.Event()
    box.start()
    pause.wait(SETTLE_S)
    taken.clear()
    cpu_s, began_s = time.process_time(), time.monotonic()
    pause.wait(seconds)
    lasted_s = time.monotonic() - began_s
    result = Measured(
        (time.process_time() - cpu_s) / lasted_s,
        [taken.followed[eye.id] / lasted_s for eye in eyes],
        taken.looks / lasted_s,
        _resident_mb(),
    )
    box.stop()
    return result


class _Silent(Reporter):
    """Publishes nothing: the line is not what is measured here."""

    def __init__(self) -> None:
        pass

    def camera(self, readings: Readings) -> None:
        pass

    def blind(self, camera: CameraSettings, t_s: float) -> None:
        pass


class _Taken:
    """Counts what the pipelines of the eyes do."""

    def __init__(self) -> None:
        self.looks = 0
        self.followed: dict[str, int] = {}

    def clear(self) -> None:
        self.looks = 0
        self.followed = dict.fromkeys(self.followed, 0)

    def count(self, eye: Eye) -> None:
        look, follow = eye.pipeline.look, eye.pipeline.follow
        self.followed[eye.id] = 0

        def counted_look(frame):
            self.looks += 1
            return look(frame)

        def counted_follow(frame):
            self.followed[eye.id] += 1
            return follow(frame)

        eye.pipeline.look, eye.pipeline.follow = counted_look, counted_follow


def _eye(name: str, source: str, fps: float, clock: Clock) -> Eye:
    settings = CameraSettings.model_validate(
        {"id": name, "source": source, "fps": fps, "loop": True, "zones": [ZONE]}
    )
    camera = open_camera(source, clock=clock.now_s, loop=True, fps=fps)
    return open_eye(settings, camera, clock.now_s())


def _resident_mb() -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024.0 if found else float("nan")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    order = json.loads(sys.argv[1])
    gated = order.pop("gated")
    print(json.dumps(asdict(_run(**order, gated=gated))))
