"""The agent's steps over many cameras, on a clock that counts processor time.

Wall time on a shared machine tells more of the neighbours than of the agent. Here the agent's own
scheduler, watch, motion, detector, tracker and measures work on real compressed pictures, and the
clock moves on by the processor time that they took: what is told is what one core of this machine
keeps up with when it is left alone. Decoding runs in threads of its own in the agent, so it is
counted, but holds nobody up.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.config import CameraSettings
from edge_agent.perception.health import CameraHealth
from edge_agent.perception.motion import Motion
from edge_agent.perception.scheduler import Decision, Scheduler
from edge_agent.perception.view import Glance
from edge_agent.pipeline import CameraPipeline
from hardware.cameras import Recording, open_recording
from hardware.interfaces import CameraState, Frame

ZONE = {"id": "q", "kind": "queue", "lane": "1", "polygon": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a box did.

    Attributes:
        decode, look, detect: processor seconds a second; ``look`` is all but the other two.
        rates_fps: pictures analysed a second, one a camera.
        detections_per_s: of all cameras.
        resident_mb: memory of the process.
    """

    decode: float
    look: float
    detect: float
    rates_fps: list[float]
    detections_per_s: float
    resident_mb: float

    @property
    def cores(self) -> float:
        """Processor seconds a second."""
        return self.decode + self.look + self.detect


@dataclass(slots=True)
class _Camera:
    """A recording played in a loop, and what the agent has for a camera."""

    path: Path
    recording: Recording
    pipeline: CameraPipeline
    watch: CameraHealth
    motion: Motion = field(default_factory=Motion)
    index: int = -1
    followed: int = 0

    def frame(self, now_s: float, fps: float) -> Frame:
        """Decode up to the picture of this moment, as a camera's thread does."""
        while self.index < int(now_s * fps):
            self.index += 1
            if not self.recording.advance():
                self.recording = open_recording(self.path)
                self.recording.advance()
        return Frame(self.recording.picture(), now_s, self.index)


def measure(sources: list[Path], *, fps: float, seconds: float, gated: bool) -> Measured:
    """Run a box for so many seconds of its own time.

    Args:
        sources: recordings, one a camera.
        fps: rate of the recordings and of the analysis.
        seconds: how long.
        gated: detect only where something moved; else in every picture.
    """
    cameras = {f"c{i}": _camera(f"c{i}", path, fps) for i, path in enumerate(sources)}
    scheduler = Scheduler(dict.fromkeys(cameras, fps))
    cost, detections, now_s = {"decode": 0.0, "look": 0.0, "detect": 0.0}, 0, 0.0
    while now_s < seconds:
        name, due_s = scheduler.next_turn()
        now_s = max(now_s, due_s)
        camera = cameras[name]
        began = time.thread_time()
        frame = camera.frame(now_s, fps)
        decoded = time.thread_time()
        glance = Glance(frame.image)
        camera.watch.see(glance, now_s)
        camera.watch.report(now_s, driver=CameraState.OK)
        moved = camera.motion.moved(glance) or not gated
        decision = scheduler.decide(name, now_s, moved=moved)
        detect_s = 0.0
        if decision is Decision.DETECT:
            before = time.thread_time()
            camera.pipeline.look(frame)
            camera.motion.detected(glance)
            detect_s = time.thread_time() - before
            detections += 1
        if decision is not Decision.SKIP:
            camera.pipeline.follow(frame)
            camera.followed += 1
        look_s = time.thread_time() - decoded - detect_s
        now_s += look_s + detect_s
        scheduler.done(name, now_s, look_s=look_s, detect_s=detect_s or None)
        cost["decode"] += decoded - began
        cost["look"] += look_s
        cost["detect"] += detect_s
    parts = {part: spent / now_s for part, spent in cost.items()}
    rates = [camera.followed / now_s for camera in cameras.values()]
    return Measured(
        **parts, rates_fps=rates, detections_per_s=detections / now_s, resident_mb=_resident_mb()
    )


def _camera(name: str, path: Path, fps: float) -> _Camera:
    settings = CameraSettings.model_validate(
        {"id": name, "source": str(path), "fps": fps, "zones": [ZONE]}
    )
    pipeline = CameraPipeline(settings)
    # The first run makes the network ready, which is no cost of running.
    pipeline.look(Frame(open_recording(path).read().image, 0.0, 0))
    return _Camera(path, open_recording(path), pipeline, CameraHealth(fps=fps))


def _resident_mb() -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024.0 if found else float("nan")
