"""The agent's steps over many cameras, on a clock that counts processor time.

Wall time on a shared machine tells more of the neighbours than of the agent. Here the agent's own
scheduler, watch, motion, detector, tracker and measures work on real compressed pictures, and the
clock of each worker moves on by the processor time that they took, made longer by what decoding
takes of the processors meanwhile: what is told is what this machine keeps up with when it is left
alone.
"""

from __future__ import annotations

import heapq
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


@dataclass(frozen=True, slots=True, order=True)
class _Going:
    """What a worker is at: until when, with which camera (none while it waits), at which cost."""

    until_s: float
    camera: str = ""
    look_s: float = 0.0
    detect_s: float | None = None


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


@dataclass(slots=True)
class Box:
    """Cameras, and workers that take turns with them.

    Attributes:
        sources: recordings, one a camera.
        fps: rate of the recordings and of the analysis.
        workers: threads that look; the box has a processor for each.
        gated: detect only where something moved; else in every picture.
    """

    sources: list[Path]
    fps: float
    workers: int
    gated: bool
    cameras: dict[str, _Camera] = field(init=False)
    scheduler: Scheduler = field(init=False)
    cost: dict[str, float] = field(init=False)
    detections: int = 0

    def run(self, seconds: float) -> Measured:
        """Work for so many seconds of the box's own time."""
        names = [f"c{i}" for i in range(len(self.sources))]
        self.cameras = {
            name: _camera(name, path, self.fps)
            for name, path in zip(names, self.sources, strict=True)
        }
        self.scheduler = Scheduler(dict.fromkeys(names, self.fps), workers=self.workers)
        self.cost = {"decode": 0.0, "look": 0.0, "detect": 0.0}
        now_s, going = 0.0, [_Going(0.0)] * self.workers
        while now_s < seconds:
            done = heapq.heappop(going)
            now_s = done.until_s
            if done.camera:
                self.scheduler.done(done.camera, now_s, look_s=done.look_s, detect_s=done.detect_s)
            heapq.heappush(going, self._begin(now_s))
        return Measured(
            **{part: spent / now_s for part, spent in self.cost.items()},
            rates_fps=[camera.followed / now_s for camera in self.cameras.values()],
            detections_per_s=self.detections / now_s,
            resident_mb=resident_mb(),
        )

    def _begin(self, now_s: float) -> _Going:
        turn = self.scheduler.next_turn()
        if turn is None:
            return _Going(now_s + 0.001)
        name, due_s = turn
        if due_s > now_s:
            return _Going(due_s)
        self.scheduler.take(name)
        look_s, detect_s = self._turn(name, self.cameras[name], now_s)
        # Decoding has threads of its own, which take their part of the same processors.
        slower = self.workers / max(0.1, self.workers - self.cost["decode"] / max(now_s, 1.0))
        look_s *= slower
        if detect_s is not None:
            detect_s *= slower
        return _Going(now_s + look_s + (detect_s or 0.0), name, look_s, detect_s)

    def _turn(self, name: str, camera: _Camera, now_s: float) -> tuple[float, float | None]:
        """Do it, and give what it cost: the look without the detection, and the detection."""
        began = time.thread_time()
        frame = camera.frame(now_s, self.fps)
        decoded = time.thread_time()
        glance = Glance(frame.image)
        camera.watch.see(glance, now_s)
        camera.watch.report(now_s, driver=CameraState.OK)
        moved = camera.motion.moved(glance) or not self.gated
        decision = self.scheduler.decide(name, now_s, moved=moved)
        detect_s = None
        if decision is Decision.DETECT:
            before = time.thread_time()
            camera.pipeline.look(frame)
            camera.motion.detected(glance)
            detect_s = time.thread_time() - before
            self.detections += 1
        if decision is not Decision.SKIP:
            camera.pipeline.follow(frame)
            camera.followed += 1
        look_s = time.thread_time() - decoded - (detect_s or 0.0)
        self.cost["decode"] += decoded - began
        self.cost["look"] += look_s
        self.cost["detect"] += detect_s or 0.0
        return look_s, detect_s


def _camera(name: str, path: Path, fps: float) -> _Camera:
    settings = CameraSettings.model_validate(
        {"id": name, "source": str(path), "fps": fps, "zones": [ZONE]}
    )
    pipeline = CameraPipeline(settings)
    # The first run makes the network ready, which is no cost of running.
    pipeline.look(Frame(open_recording(path).read().image, 0.0, 0))
    return _Camera(path, open_recording(path), pipeline, CameraHealth(fps=fps))


def resident_mb() -> float:
    """Memory of this process in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024.0 if found else float("nan")
