"""The one place where an agent is wired."""

from __future__ import annotations

import hashlib
import secrets
import signal
import threading
from functools import partial
from importlib.metadata import version
from pathlib import Path

import structlog

from edge_agent.clock import Clock
from edge_agent.config import CameraSettings, DeviceConfig, ReaderSettings
from edge_agent.eyes import Eyes, open_eye
from edge_agent.publish.commands import CommandError, Commands
from edge_agent.publish.link import Link
from edge_agent.publish.outbox import Outbox
from edge_agent.publish.reporter import Reporter
from edge_agent.reader_options import reader_options
from edge_agent.shelf_setup import open_shelves
from edge_agent.tags import Ears
from hardware.cameras import RecordingError, open_camera, open_recording
from hardware.interfaces import Camera, Image, TagReader
from hardware.rfid import open_reader
from messages.fields import LaneState
from messages.payloads import Command, StatusData
from messages.topics import Topics

STATUS_S = 1.0
WORDS = tuple(state.value for state in LaneState if state is not LaneState.UNKNOWN)
"""States that a manager may give a lane."""

log = structlog.get_logger(__name__)


class AgentFailedError(RuntimeError):
    """A part of the agent died of a defect."""


class Agent:
    """A running edge agent.

    Args:
        config: the device's settings.
        folder: what relative paths of the config start from.
        clock: seconds and wall time.
    """

    def __init__(self, config: DeviceConfig, folder: Path, clock: Clock | None = None) -> None:
        self.config = config
        self._folder = folder
        self._clock = clock or Clock()
        boot = f"{int(self._clock.now_s()):x}-{secrets.token_hex(3)}"
        topics = Topics(config.store)
        self._outbox = Outbox(
            folder / config.outbox.path, device=config.device, boot=boot, keep=config.outbox.keep
        )
        commands = Commands(
            {"lane": self._order_lane}, lambda: self._clock.utc(self._clock.now_s())
        )
        self._link = Link(
            config.mqtt,
            topics,
            config.device,
            self._outbox,
            boot=boot,
            clock=self._clock,
            on_command=commands.take,
        )
        self._reporter = Reporter(
            self._link, self._outbox, topics, config.device, self._clock, config.publish_every_s
        )
        now_s = self._clock.now_s()
        self._eyes = Eyes(
            [open_eye(c, self._camera(c), now_s, _reference(c, folder)) for c in config.cameras],
            self._reporter,
            self._clock,
        )
        self._shelves = open_shelves(config, folder)
        self._ears = Ears(
            self._reader,
            config.readers,
            self._shelves,
            self._reporter,
            self._clock,
        )
        digest = hashlib.sha256(config.model_dump_json().encode()).hexdigest()
        self._config_rev = f"sha256:{digest[:12]}"

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set, then say so and let everything go."""
        self._link.start()
        self._eyes.start()
        self._ears.start()
        log.info("started", device=self.config.device, broker=self.config.mqtt.url)
        while not stop.wait(STATUS_S):
            self._reporter.status(self._status("online"), self._clock.now_s())
        self._ears.stop()
        self._eyes.stop()
        self._link.stop(self._status("stopped"))
        self._outbox.close()
        log.info("stopped", device=self.config.device)

    def _status(self, state: str) -> StatusData:
        return StatusData.model_validate(
            {
                "state": state,
                "version": version("instore-edge"),
                "config_rev": self._config_rev,
                "cameras": self._eyes.health(),
                "readers": self._ears.health(),
                "outbox": len(self._outbox),
                "counters": {
                    "frames": self._eyes.frames,
                    "people": self._eyes.people,
                    "reads": self._ears.reads,
                    "refused": self._link.refused,
                    "dropped": self._outbox.dropped,
                    **self._ears.counters(),
                    **self._shelves.counters,
                },
            }
        )

    def _camera(self, settings: CameraSettings) -> Camera:
        return open_camera(
            settings.source, clock=self._clock.now_s, loop=settings.loop, fps=settings.fps
        )

    def _reader(self, settings: ReaderSettings) -> TagReader:
        return open_reader(reader_options(settings, self._folder), clock=self._clock.now_s)

    def _order_lane(self, command: Command) -> None:
        """Take the manager's word on a lane; no state lets the camera speak again."""
        lane, state = str(command.args.get("lane")), command.args.get("state")
        if state not in {None, *WORDS}:
            raise CommandError(
                f"args.state: expected one of {WORDS} or null, found {str(state)[:60]!r}"
            )
        word = None if state is None else LaneState(str(state))
        pipelines = self._eyes.pipelines_of(lane)
        if not pipelines:
            raise CommandError(
                f"args.lane: expected a lane that a camera sees, found {lane[:60]!r}"
            )
        for pipeline in pipelines:
            order = partial(pipeline.measures.override, lane, word)
            self._eyes.order(pipeline.camera.id, order)


def _reference(settings: CameraSettings, folder: Path) -> Image | None:
    """Read a camera's commissioning picture; without it the agent learns the view by itself."""
    if settings.reference is None:
        return None
    try:
        frame = open_recording(folder / settings.reference).read()
    except RecordingError as error:
        log.warning("no commissioning picture", camera=settings.id, error=str(error))
        return None
    return None if frame is None else frame.image


def run(config: DeviceConfig, folder: Path) -> None:
    """Run an agent until SIGINT or SIGTERM.

    Raises:
        AgentFailedError: a thread of the agent died of a defect. The process ends rather than
            report on a shop that it no longer watches; a supervisor starts it again.
    """
    stop = threading.Event()
    failures: list[str] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def fail(failure: threading.ExceptHookArgs) -> None:
        thread = failure.thread.name if failure.thread is not None else "a thread"
        failures.append(f"{thread}: {failure.exc_value!r}")
        log.error("thread died", thread=thread, exc_info=failure.exc_value)
        stop.set()

    threading.excepthook = fail
    Agent(config, folder).run(stop)
    if failures:
        raise AgentFailedError("; ".join(failures))
