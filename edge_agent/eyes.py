"""The threads that look through all cameras of the device, in turn."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from edge_agent.clock import Clock
from edge_agent.config import CameraSettings
from edge_agent.measures.shared_lanes import SharedLanes
from edge_agent.perception.health import CameraHealth, Health, HealthState
from edge_agent.perception.motion import Motion
from edge_agent.perception.scheduler import Decision, Scheduler
from edge_agent.perception.view import Glance
from edge_agent.pipeline import CameraPipeline, Step
from edge_agent.publish.reporter import Reporter
from edge_agent.tracking.tracks import Tracks
from hardware.interfaces import Camera, Frame, Image
from messages.payloads import SensorHealth

BLIND_S = 2.0
"""Without a frame for so long, nothing is known of what hangs on the camera."""
_ALL_TAKEN_S = 0.01
_KEPT = 0.8
"""Share of the promised rate below which a camera's detail says so."""

log = structlog.get_logger(__name__)


def open_eye(
    settings: CameraSettings, camera: Camera, now_s: float, reference: Image | None = None
) -> Eye:
    """Make what looks through one camera.

    Args:
        settings: the camera's settings.
        camera: where pictures come from.
        now_s: seconds of the agent's clock.
        reference: the commissioning picture, where there is one.

    Raises:
        models.manifest.ModelError: the network cannot be used.
    """
    watch = CameraHealth(fps=settings.fps, reference=reference)
    health = Health(HealthState.CONNECTING, now_s)
    return Eye(camera, CameraPipeline(settings), watch, health)


@dataclass(slots=True)
class Eye:
    """One camera and what is made of it.

    Attributes:
        camera: where pictures come from.
        pipeline: what is made of them.
        watch: whether the camera can be believed.
        health: what the watch last said.
        motion: whether anything moved since the last detection.
        frame_s: time of the last frame.
        rate: frames analysed a second, smoothed.
        counted: ids of people still followed who are in the count of people seen.
        orders: what is to be done between two of its frames.
    """

    camera: Camera
    pipeline: CameraPipeline
    watch: CameraHealth
    health: Health
    motion: Motion = field(default_factory=Motion)
    frame_s: float = float("-inf")
    rate: float = 0.0
    counted: set[int] = field(default_factory=set)
    orders: queue.SimpleQueue[Callable[[], None]] = field(default_factory=queue.SimpleQueue)

    @property
    def id(self) -> str:
        """Id of the camera."""
        return self.pipeline.camera.id


class Eyes:
    """Looks through every camera at its rate, as far as the box has time.

    A worker for each processor takes turns with the cameras; a camera is in one worker's hands at
    a time, so nothing of it needs a lock.

    Args:
        eyes: the cameras.
        reporter: takes the measures.
        clock: the agent's clock.
        workers: threads that look; one for each processor by default.
    """

    def __init__(
        self, eyes: list[Eye], reporter: Reporter, clock: Clock, *, workers: int | None = None
    ) -> None:
        workers = min(workers or len(os.sched_getaffinity(0)), len(eyes))
        self._eyes = {eye.id: eye for eye in eyes}
        self._reporter = reporter
        self._shared = SharedLanes([eye.pipeline.camera for eye in eyes])
        self._clock = clock
        self._scheduler = Scheduler(
            {eye.id: eye.pipeline.camera.fps for eye in eyes}, workers=workers
        )
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"eyes {n}", daemon=True)
            for n in range(workers)
        ]
        self.frames = 0
        self.people = 0

    def start(self) -> None:
        """Begin to look."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop, and close the cameras."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5.0)
        for eye in self._eyes.values():
            eye.camera.close()

    def order(self, camera: str, action: Callable[[], None]) -> None:
        """Have something done between two frames of a camera, by whoever has it in hand."""
        self._eyes[camera].orders.put(action)

    def pipelines_of(self, lane: str) -> list[CameraPipeline]:
        """Find the cameras that see a lane, or a part of it."""
        eyes = self._eyes.values()
        return [eye.pipeline for eye in eyes if lane in eye.pipeline.camera.lanes]

    def health(self) -> dict[str, SensorHealth]:
        """Give the health of each camera."""
        return {
            eye.id: SensorHealth(
                state=eye.health.state.value,
                since=self._clock.utc(eye.health.since_s),
                detail=_detail(eye)[:200],
                rate=round(eye.rate, 2),
            )
            for eye in self._eyes.values()
        }

    def _run(self) -> None:
        while not self._stop.is_set():
            eye, wait_s = self._turn()
            if eye is None:
                self._stop.wait(wait_s)
            else:
                self._look(eye)

    def _turn(self) -> tuple[Eye | None, float]:
        """Take the camera that is due, or say how long there is none."""
        with self._lock:
            turn = self._scheduler.next_turn()
            if turn is None:
                return None, _ALL_TAKEN_S
            camera, due_s = turn
            wait_s = due_s - self._clock.now_s()
            if wait_s > 0:
                return None, wait_s
            self._scheduler.take(camera)
            return self._eyes[camera], 0.0

    def _look(self, eye: Eye) -> None:
        while not eye.orders.empty():
            eye.orders.get()()
        frame = eye.camera.read(0.0)
        now_s = self._clock.now_s()
        eye.watch.count(eye.camera.counters["frames"], now_s)
        glance = None
        if frame is not None:
            glance = Glance(frame.image)
            eye.watch.see(glance, frame.t_s)
        self._judge(eye, now_s)
        if not eye.health.ok or now_s - eye.frame_s > BLIND_S:
            eye.rate = 0.0
            self._reporter.blind(eye.pipeline.camera, now_s)
        if frame is None or glance is None:
            with self._lock:
                self._scheduler.no_picture(eye.id, now_s)
        else:
            self._analyse(eye, frame, glance, now_s)

    def _analyse(self, eye: Eye, frame: Frame, glance: Glance, began_s: float) -> None:
        moved = eye.motion.moved(glance)
        with self._lock:
            decision = self._scheduler.decide(eye.id, frame.t_s, moved=moved)
        detect_s = None
        if decision is Decision.DETECT:
            before_s = self._clock.now_s()
            eye.pipeline.look(frame)
            eye.motion.detected(glance)
            detect_s = self._clock.now_s() - before_s
        if decision is not Decision.SKIP:
            self._take(eye, eye.pipeline.follow(frame))
        now_s = self._clock.now_s()
        look_s = now_s - began_s - (detect_s or 0.0)
        with self._lock:
            self._scheduler.done(eye.id, now_s, look_s=look_s, detect_s=detect_s)

    def _take(self, eye: Eye, step: Step) -> None:
        if eye.health.ok:
            readings = self._shared.put(eye.id, step.readings)
            self._reporter.camera(eye.pipeline.camera, readings, eye.pipeline.measures.heat)
        for lane, units in self._shared.elsewhere(eye.id, step.readings.t_s):
            eye.pipeline.measures.elsewhere(lane, units)
        self._count(eye, step.tracks)
        gap_s = step.tracks.t_s - eye.frame_s
        if 0 < gap_s < BLIND_S:
            eye.rate += 0.1 * (1.0 / gap_s - eye.rate)
        eye.frame_s = step.tracks.t_s

    def _judge(self, eye: Eye, now_s: float) -> None:
        before = eye.health.state
        eye.health = eye.watch.report(now_s, driver=eye.camera.state, detail=eye.camera.detail)
        if eye.health.state is not before:
            log.info(
                "camera", camera=eye.id, state=eye.health.state.value, detail=eye.health.detail
            )

    def _count(self, eye: Eye, tracks: Tracks) -> None:
        confirmed = set(tracks.ids[tracks.confirmed].tolist())
        with self._lock:
            self.frames += 1
            self.people += len(confirmed - eye.counted)
        # Ids are never used again, so only those still followed need to be remembered.
        eye.counted = (eye.counted | confirmed) & set(tracks.ids.tolist())


def _detail(eye: Eye) -> str:
    """Say why a camera is not ok, or that the box cannot keep up with it."""
    fps = eye.pipeline.camera.fps
    if eye.health.ok and eye.rate < _KEPT * fps:
        return f"the box analyses {eye.rate:.1f} of {fps:g} pictures a second"
    return eye.health.detail
