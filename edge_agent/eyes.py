"""The thread that looks through all cameras of the device, in turn."""

from __future__ import annotations

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
    """

    camera: Camera
    pipeline: CameraPipeline
    watch: CameraHealth
    health: Health
    motion: Motion = field(default_factory=Motion)
    frame_s: float = float("-inf")
    rate: float = 0.0
    counted: set[int] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Id of the camera."""
        return self.pipeline.camera.id


class Eyes:
    """Looks through every camera at its rate, one frame at a time, as far as the box has time.

    Args:
        eyes: the cameras.
        reporter: takes the measures.
        clock: the agent's clock.
    """

    def __init__(self, eyes: list[Eye], reporter: Reporter, clock: Clock) -> None:
        self._eyes = eyes
        self._reporter = reporter
        self._shared = SharedLanes([eye.pipeline.camera for eye in eyes])
        self._clock = clock
        self._scheduler = Scheduler({eye.id: eye.pipeline.camera.fps for eye in eyes})
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

    def pipelines_of(self, lane: str) -> list[CameraPipeline]:
        """Find the cameras that see a lane, or a part of it."""
        return [eye.pipeline for eye in self._eyes if lane in eye.pipeline.camera.lanes]

    def health(self) -> dict[str, SensorHealth]:
        """Give the health of each camera."""
        return {
            eye.id: SensorHealth(
                state=eye.health.state.value,
                since=self._clock.utc(eye.health.since_s),
                detail=_detail(eye)[:200],
                rate=round(eye.rate, 2),
            )
            for eye in self._eyes
        }

    def _run(self) -> None:
        by_id = {eye.id: eye for eye in self._eyes}
        while self._eyes and not self._stop.is_set():
            while not self._orders.empty():
                self._orders.get()()
            camera, due_s = self._scheduler.next_turn()
            wait_s = due_s - self._clock.now_s()
            if wait_s > 0:
                self._stop.wait(wait_s)
            else:
                self._look(by_id[camera])

    def _look(self, eye: Eye) -> None:
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
            self._scheduler.no_picture(eye.id, now_s)
        else:
            self._analyse(eye, frame, glance, now_s)

    def _analyse(self, eye: Eye, frame: Frame, glance: Glance, began_s: float) -> None:
        decision = self._scheduler.decide(eye.id, frame.t_s, moved=eye.motion.moved(glance))
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
        self._scheduler.done(eye.id, now_s, look_s=look_s, detect_s=detect_s)

    def _take(self, eye: Eye, step: Step) -> None:
        if eye.health.ok:
            self._reporter.camera(self._shared.put(eye.id, step.readings))
        for lane, units in self._shared.elsewhere(eye.id, step.readings.t_s):
            eye.pipeline.measures.elsewhere(lane, units)
        self.frames += 1
        self._count_people(eye, step.tracks)
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

    def _count_people(self, eye: Eye, tracks: Tracks) -> None:
        confirmed = set(tracks.ids[tracks.confirmed].tolist())
        self.people += len(confirmed - eye.counted)
        # Ids are never used again, so only those still followed need to be remembered.
        eye.counted = (eye.counted | confirmed) & set(tracks.ids.tolist())


def _detail(eye: Eye) -> str:
    """Say why a camera is not ok, or that the box cannot keep up with it."""
    fps = eye.pipeline.camera.fps
    if eye.health.ok and eye.rate < _KEPT * fps:
        return f"the box analyses {eye.rate:.1f} of {fps:g} pictures a second"
    return eye.health.detail
