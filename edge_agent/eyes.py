"""The thread that looks through all cameras of the device, in turn."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from edge_agent.clock import Clock
from edge_agent.pipeline import CameraPipeline
from edge_agent.publish.reporter import Reporter
from edge_agent.tracking.tracks import Tracks
from hardware.interfaces import Camera, CameraState
from messages.payloads import SensorHealth

BLIND_S = 2.0
"""Without a frame for so long, nothing is known of what hangs on the camera."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Eye:
    """One camera and what is made of it.

    Attributes:
        camera: where pictures come from.
        pipeline: what is made of them.
        due_s: when the next frame is wanted.
        frame_s: time of the last frame.
        state, since_s: health and since when.
        rate: frames analysed a second, smoothed.
        counted: ids of people still followed who are in the count of people seen.
    """

    camera: Camera
    pipeline: CameraPipeline
    due_s: float = 0.0
    frame_s: float = float("-inf")
    state: str = CameraState.CONNECTING.value
    since_s: float = 0.0
    rate: float = 0.0
    counted: set[int] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Id of the camera."""
        return self.pipeline.camera.id


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
                state=eye.state,
                since=self._clock.utc(eye.since_s),
                detail=eye.camera.detail[:200],
                rate=round(eye.rate, 2) if eye.state == CameraState.OK else 0.0,
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
        interval_s = 1.0 / eye.pipeline.camera.fps
        if frame is None:
            # Look again soon: the next picture may come a moment later than its turn.
            eye.due_s = now_s + min(0.02, interval_s / 4)
            if now_s - eye.frame_s > BLIND_S:
                self._blind(eye, now_s)
            return
        step = eye.pipeline.step(frame)
        self._reporter.camera(step.readings)
        self.frames += 1
        self._count_people(eye, step.tracks)
        gap_s = frame.t_s - eye.frame_s
        if 0 < gap_s < BLIND_S:
            eye.rate += 0.1 * (1.0 / gap_s - eye.rate)
        eye.frame_s = frame.t_s
        eye.due_s = max(eye.due_s + interval_s, self._clock.now_s())
        self._change(eye, CameraState.OK.value, now_s)

    def _count_people(self, eye: Eye, tracks: Tracks) -> None:
        confirmed = set(tracks.ids[tracks.confirmed].tolist())
        self.people += len(confirmed - eye.counted)
        # Ids are never used again, so only those still followed need to be remembered.
        eye.counted = (eye.counted | confirmed) & set(tracks.ids.tolist())

    def _blind(self, eye: Eye, now_s: float) -> None:
        state = eye.camera.state
        name = CameraState.LOST.value if state is CameraState.OK else state.value
        eye.rate = 0.0
        self._change(eye, name, now_s)
        self._reporter.blind(eye.pipeline.camera, now_s)

    def _change(self, eye: Eye, state: str, now_s: float) -> None:
        if state != eye.state:
            log.info("camera", camera=eye.id, state=state, detail=eye.camera.detail)
            eye.state, eye.since_s = state, now_s
