"""The thread that looks through all cameras of the device, in turn."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from edge_agent.clock import Clock
from edge_agent.config import CameraSettings
from edge_agent.perception.health import CameraHealth, Health, HealthState
from edge_agent.pipeline import CameraPipeline
from edge_agent.publish.reporter import Reporter
from edge_agent.tracking.tracks import Tracks
from hardware.interfaces import Camera, Frame
from messages.payloads import SensorHealth

BLIND_S = 2.0
"""Without a frame for so long, nothing is known of what hangs on the camera."""

log = structlog.get_logger(__name__)


def open_eye(settings: CameraSettings, camera: Camera, now_s: float) -> Eye:
    """Make what looks through one camera.

    Raises:
        models.manifest.ModelError: the network cannot be used.
    """
    watch = CameraHealth(fps=settings.fps)
    health = Health(HealthState.CONNECTING, now_s)
    return Eye(camera, CameraPipeline(settings), watch, health, due_s=now_s)


@dataclass(slots=True)
class Eye:
    """One camera and what is made of it.

    Attributes:
        camera: where pictures come from.
        pipeline: what is made of them.
        watch: whether the camera can be believed.
        health: what the watch last said.
        due_s: when the next frame is wanted.
        frame_s: time of the last frame.
        rate: frames analysed a second, smoothed.
        counted: ids of people still followed who are in the count of people seen.
    """

    camera: Camera
    pipeline: CameraPipeline
    watch: CameraHealth
    health: Health
    due_s: float = 0.0
    frame_s: float = float("-inf")
    rate: float = 0.0
    counted: set[int] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Id of the camera."""
        return self.pipeline.camera.id

    @property
    def interval_s(self) -> float:
        """Seconds between two frames at the camera's rate."""
        return 1.0 / self.pipeline.camera.fps


class Eyes:
    """Looks through every camera at its rate, one frame at a time.

    Args:
        eyes: the cameras.
        reporter: takes the measures.
        clock: the agent's clock.
    """

    def __init__(self, eyes: list[Eye], reporter: Reporter, clock: Clock) -> None:
        self._eyes = eyes
        self._reporter = reporter
        self._clock = clock
        self._stop = threading.Event()
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="eyes", daemon=True)
        self.frames = 0
        self.people = 0

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and close the cameras."""
        self._stop.set()
        self._thread.join(5.0)
        for eye in self._eyes:
            eye.camera.close()

    def order(self, action: Callable[[], None]) -> None:
        """Have something done between two frames, in the thread that owns the measures."""
        self._orders.put(action)

    def pipeline_of(self, lane: str) -> CameraPipeline | None:
        """Find the camera that sees a lane."""
        for eye in self._eyes:
            if lane in eye.pipeline.camera.lanes:
                return eye.pipeline
        return None

    def health(self) -> dict[str, SensorHealth]:
        """Give the health of each camera."""
        return {
            eye.id: SensorHealth(
                state=eye.health.state.value,
                since=self._clock.utc(eye.health.since_s),
                detail=eye.health.detail[:200],
                rate=round(eye.rate, 2),
            )
            for eye in self._eyes
        }

    def _run(self) -> None:
        while self._eyes and not self._stop.is_set():
            while not self._orders.empty():
                self._orders.get()()
            eye = min(self._eyes, key=lambda e: e.due_s)
            wait_s = eye.due_s - self._clock.now_s()
            if wait_s > 0:
                self._stop.wait(wait_s)
            else:
                self._look(eye)

    def _look(self, eye: Eye) -> None:
        frame = eye.camera.read(0.0)
        now_s = self._clock.now_s()
        eye.watch.count(eye.camera.counters["frames"], now_s)
        if frame is None:
            # Look again soon: the next picture may come a moment later than its turn.
            eye.due_s = now_s + min(0.02, eye.interval_s / 4)
        else:
            eye.watch.see(frame.image, frame.t_s)
        self._judge(eye, now_s)
        if not eye.health.ok or now_s - eye.frame_s > BLIND_S:
            eye.rate = 0.0
            self._reporter.blind(eye.pipeline.camera, now_s)
        if frame is not None:
            self._analyse(eye, frame)

    def _analyse(self, eye: Eye, frame: Frame) -> None:
        step = eye.pipeline.step(frame)
        if eye.health.ok:
            self._reporter.camera(step.readings)
        self.frames += 1
        self._count_people(eye, step.tracks)
        gap_s = frame.t_s - eye.frame_s
        if 0 < gap_s < BLIND_S:
            eye.rate += 0.1 * (1.0 / gap_s - eye.rate)
        eye.frame_s = frame.t_s
        eye.due_s = max(eye.due_s + eye.interval_s, self._clock.now_s())

    def _judge(self, eye: Eye, now_s: float) -> None:
        before = eye.health.state
        eye.health = eye.watch.report(now_s, driver=eye.camera.state, detail=eye.camera.detail)
        if eye.health.state is not before:
            log.info(
                "camera", camera=eye.id, state=eye.health.state.value, detail=eye.health.detail
            )

    def _count_people(self, eye: Eye, tracks: Tracks) -> None:
        confirmed = set(tracks.ids[tracks.confirmed].tolist())
        self.people += len(confirmed - eye.counted)
        # Ids are never used again, so only those still followed need to be remembered.
        eye.counted = (eye.counted | confirmed) & set(tracks.ids.tolist())
