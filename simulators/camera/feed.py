"""Pictures of one camera as they come, for any number of those who watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from simulators.camera.background import as_image
from simulators.camera.drawing import Image, Painter, encode
from simulators.camera.projection import View
from simulators.scene.live import LiveScene


class Fault(StrEnum):
    """What can go wrong with a camera."""

    NONE = "none"
    FROZEN = "frozen"
    DARK = "dark"
    COVERED = "covered"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Picture:
    """One compressed picture.

    Attributes:
        number: rises by one with each.
        t_s: time of the scene.
        jpeg: the picture.
    """

    number: int
    t_s: float
    jpeg: bytes


class Feed:
    """Draws while somebody watches, at most ``fps`` pictures a second."""

    def __init__(
        self,
        live: LiveScene,
        view: View,
        *,
        fps: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.view = view
        self.fps = fps
        self.fault = Fault.NONE
        self._live = live
        self._painter = Painter(live.layout, view)
        self._clock = clock
        self._watchers = 0
        self._closed = False
        self._newest: Picture | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def pictures(self) -> Generator[Picture, None, None]:
        """Give the newest picture again and again; one that was missed is not made up for."""
        with self._changed:
            self._watchers += 1
            self._changed.notify_all()
        try:
            last = self._newest.number if self._newest is not None else 0
            while (picture := self._after(last)) is not None:
                last = picture.number
                yield picture
        finally:
            with self._changed:
                self._watchers -= 1

    def close(self) -> None:
        """Stop drawing and let those who watch go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _after(self, last: int) -> Picture | None:
        """Wait for a picture newer than number ``last``; None when the camera is closed."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (self._newest is not None and self._newest.number > last)
            )
            return None if self._closed else self._newest

    def _run(self) -> None:
        number, due_s = 0, self._clock()
        while self._wait_for_watcher():
            if self.fault is not Fault.STALLED:
                number += 1
                picture = self._take(number)
                with self._changed:
                    self._newest = picture
                    self._changed.notify_all()
            now_s = self._clock()
            # Who is late takes the next picture at once but does not catch up.
            due_s = max(due_s + 1.0 / self.fps, now_s)
            with self._changed:
                self._changed.wait_for(lambda: self._closed, timeout=due_s - now_s)

    def _wait_for_watcher(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._watchers > 0)
            return not self._closed

    def _take(self, number: int) -> Picture:
        newest = self._newest
        if self.fault is Fault.FROZEN and newest is not None:
            return Picture(number, newest.t_s, newest.jpeg)
        snapshot = self._live.snapshot()
        image = _spoil(self._painter.draw(snapshot), self.fault)
        return Picture(number, snapshot.t_s, encode(image))


def _spoil(image: Image, fault: Fault) -> Image:
    if fault is Fault.DARK:
        return as_image(image // 16)
    if fault is Fault.COVERED:
        return np.full_like(image, 34)
    return image
