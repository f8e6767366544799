"""A scene that runs by the clock and is shared by cameras, readers and those who script it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from simulators.scene.scene import Scene
from simulators.scene.truth import Event, Snapshot

Result = TypeVar("Result")
EVENTS_KEPT = 10_000


class LiveScene:
    """Lets a scene live in real time; every method may be called from any thread."""

    def __init__(
        self, scene: Scene, *, speed: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start now.

        Args:
            scene: the scene; from now on it is reached through this object alone.
            speed: seconds of the scene a second of the clock.
            clock: seconds that never go back.
        """
        self.layout = scene.settings.layout
        self._scene = scene
        self._speed = speed
        self._clock = clock
        self._lock = threading.Lock()
        self._start_s = clock()
        self._scene_start_s = scene.now_s
        self._events: deque[tuple[int, Event]] = deque(maxlen=EVENTS_KEPT)
        self._count = 0

    def snapshot(self) -> Snapshot:
        """Let the scene live until now and show it."""
        return self.ask(lambda scene: scene.snapshot())

    def ask(self, what: Callable[[Scene], Result]) -> Result:
        """Let the scene live until now, then ask it or tell it something."""
        with self._lock:
            elapsed_s = self._clock() - self._start_s
            self._scene.advance(
                max(self._scene.now_s, self._scene_start_s + elapsed_s * self._speed)
            )
            result = what(self._scene)
            for event in self._scene.take_events():
                self._count += 1
                self._events.append((self._count, event))
            return result

    def events(self, after: int = 0) -> list[tuple[int, Event]]:
        """Give the numbered events after number ``after``; the oldest are forgotten in time."""
        self.snapshot()
        with self._lock:
            return [(number, event) for number, event in self._events if number > after]
