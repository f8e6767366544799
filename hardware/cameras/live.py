"""A camera that never makes its reader wait for old pictures, and never gives up."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from hardware.backoff import Backoff
from hardware.cameras.stamps import StampMapper
from hardware.interfaces import CameraState, Frame, Image

Decode = Callable[[], Image | None]
"""Gives the picture, or None when its bytes are broken."""

_SETTLED_S = 10.0
"""A connection that lasts so long makes up for the failures before it."""

_log = structlog.get_logger(__name__)


class FeedError(Exception):
    """A connection failed or ended; the text says why, in one line without credentials."""


class FeedEndedError(FeedError):
    """The source came to its end: a recording that is over."""


class Feed(Protocol):
    """One open connection to a camera. Used by one thread, except ``interrupt``."""

    @property
    def broken(self) -> int:
        """Pieces of the stream thrown away so far because they were no picture."""

    def advance(self) -> float | None:
        """Wait for the next picture.

        Returns:
            The camera's own time of it in seconds from any origin, or None where it gives none.

        Raises:
            FeedError: the connection is lost, or no picture came in time.
        """

    def picture(self) -> Decode:
        """Give the picture that ``advance`` found; it may be decoded later and elsewhere."""

    def interrupt(self) -> None:
        """Make a waiting ``advance`` in another thread return soon, if possible."""

    def close(self) -> None:
        """Let the connection go."""


Connect = Callable[[], Feed]
"""Opens a connection; raises FeedError."""


@dataclass(frozen=True, slots=True)
class _Pending:
    decode: Decode
    t_s: float
    index: int
    came_s: float


class LiveCamera:
    """Reads a feed in its own thread and keeps only the newest picture.

    Decoding happens in :meth:`read`, in the reader's thread, where the feed allows it: pictures
    that nobody takes cost nothing. A picture that waited for more than a second, or two intervals
    of a slow rate, is not given any more: the camera may be long gone.

    Args:
        label: how messages call this camera; no credentials.
        connect: opens a connection.
        clock: seconds; the clock of ``Frame.t_s``.
        fps: pictures kept a second at most; None keeps all.
        loop: open a source that ended again, without a pause.
        stall_s: no picture for so long means lost, whatever the driver believes.
        backoff: waits between attempts.
    """

    def __init__(
        self,
        label: str,
        connect: Connect,
        *,
        clock: Callable[[], float],
        fps: float | None = None,
        loop: bool = False,
        stall_s: float = 10.0,
        backoff: Backoff | None = None,
    ) -> None:
        self._label = label
        self._connect = connect
        self._clock = clock
        self._pace = Pace(fps)
        self._loop = loop
        self._stall_s = stall_s
        self._stale_s = max(1.0, 2.0 / fps) if fps else 1.0
        self._backoff = backoff or Backoff()
        self._news = threading.Condition()
        self._closed = threading.Event()
        self._feed: Feed | None = None
        self._pending: _Pending | None = None
        self._state = CameraState.CONNECTING
        self._detail = f"connecting to {label}"
        self._heard_s = self._connected_s = clock()
        self._given_s = float("-inf")
        self._counters = {"frames": 0, "broken": 0, "connections": 0, "failures": 0}
        self._thread = threading.Thread(target=self._run, name=f"camera {label}", daemon=True)
        self._thread.start()

    @property
    def state(self) -> CameraState:
        """The state now; a feed that claims to live but gives nothing is lost."""
        with self._news:
            return CameraState.LOST if self._stalled() else self._state

    @property
    def detail(self) -> str:
        """Why it is in that state, in one line without credentials."""
        with self._news:
            if self._stalled():
                return f"no picture for {self._clock() - self._heard_s:.0f} s"
            return self._detail

    @property
    def counters(self) -> Mapping[str, int]:
        """Counts since the start: frames, broken, connections, failures."""
        with self._news:
            return dict(self._counters)

    def read(self, timeout_s: float) -> Frame | None:
        """Wait for the next picture not yet given; None when none came in time."""
        deadline_s = self._clock() + timeout_s
        while True:
            with self._news:
                self._news.wait_for(
                    lambda: self._pending is not None or self._closed.is_set(),
                    timeout=max(0.0, deadline_s - self._clock()),
                )
                pending, self._pending = self._pending, None
            if pending is None or self._closed.is_set():
                return None
            if self._clock() - pending.came_s > self._stale_s:
                continue
            image = pending.decode()
            if image is not None:
                return Frame(image, pending.t_s, pending.index)
            with self._news:
                self._counters["broken"] += 1

    def close(self) -> None:
        """Stop the thread and let the connection go; later reads give None."""
        with self._news:
            self._closed.set()
            feed = self._feed
            self._news.notify_all()
        if feed is not None:
            feed.interrupt()
        # A driver that hangs in a system call must not hang its owner: the thread is a daemon.
        self._thread.join(timeout=2.0)

    def _stalled(self) -> bool:
        return self._state is CameraState.OK and self._clock() - self._heard_s > self._stall_s

    def _run(self) -> None:
        while not self._closed.is_set():
            frames = self._counters["frames"]
            try:
                self._follow(self._connect())
            except FeedEndedError as error:
                if not self._loop:
                    self._change(CameraState.ENDED, str(error))
                    return
                if self._counters["frames"] > frames:
                    continue
                reason = f"{error}, and there was no picture in it"
            except FeedError as error:
                reason = str(error)
            # Whatever a driver or library throws, the camera has to come back by itself.
            except Exception as error:  # noqa: BLE001
                reason = _unexpected(error)
            if not self._closed.is_set():
                self._change(CameraState.LOST, reason)
                self._closed.wait(self._backoff.next_s())

    def _follow(self, feed: Feed) -> None:
        """Take pictures until the connection ends."""
        with self._news:
            self._feed = feed
            self._connected_s = self._clock()
            self._counters["connections"] += 1
        stamps = StampMapper()
        broken = 0
        try:
            while not self._closed.is_set():
                stamp_s = feed.advance()
                now_s = self._clock()
                t_s = now_s if stamp_s is None else stamps.to_clock(stamp_s, now_s)
                decode = feed.picture() if self._pace.due(now_s) else None
                self._keep(decode, t_s, now_s, feed.broken - broken)
                broken = feed.broken
        finally:
            with self._news:
                self._feed = None
                self._counters["broken"] += feed.broken - broken
            feed.close()

    def _keep(self, decode: Decode | None, t_s: float, now_s: float, broken: int) -> None:
        with self._news:
            index = self._counters["frames"]
            self._counters["frames"] += 1
            self._counters["broken"] += broken
            self._heard_s = now_s
            if decode is not None:
                self._given_s = max(t_s, self._given_s + 1e-6)
                self._pending = _Pending(decode, self._given_s, index, now_s)
                self._news.notify_all()
        if self._state is not CameraState.OK:
            self._change(CameraState.OK, "")
        if now_s - self._connected_s >= _SETTLED_S:
            self._backoff.reset()

    def _change(self, state: CameraState, detail: str) -> None:
        with self._news:
            if state is CameraState.LOST:
                self._counters["failures"] += 1
            known = (state, detail) == (self._state, self._detail)
            self._state, self._detail = state, detail
        if not known:
            _log.info("camera", camera=self._label, state=state.value, detail=detail)


class Pace:
    """Lets at most so many pictures a second through, evenly, without losing one to jitter.

    Args:
        fps: pictures a second; None lets all through.
    """

    def __init__(self, fps: float | None) -> None:
        self._interval_s = 1.0 / fps if fps else 0.0
        self._due_s = float("-inf")

    def due(self, now_s: float) -> bool:
        """Say whether the picture that came at ``now_s`` is to be kept."""
        # Half an interval of grace: a source of just this rate comes early as often as late.
        if now_s < self._due_s - self._interval_s / 2.0:
            return False
        self._due_s = max(self._due_s + self._interval_s, now_s)
        return True


def _unexpected(error: Exception) -> str:
    """Name the error and its place, but not its text: that may hold the address."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"unexpected {type(error).__name__} in {place.name}, line {place.lineno}"
