"""Waiting for a camera in tests: for a frame, a state or a count, never for a time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hardware.backoff import Backoff
from hardware.cameras import LiveCamera, open_camera
from hardware.interfaces import CameraState, Frame

WAIT_S = 20.0


@contextmanager
def opened(source: str, **options: Any) -> Iterator[LiveCamera]:
    options = {"clock": time.monotonic, "backoff": Backoff(0.01, 0.02), **options}
    camera = open_camera(source, **options)
    try:
        yield camera
    finally:
        camera.close()


def until(camera: LiveCamera, fits: Callable[[Frame], bool]) -> Frame:
    """Read until a frame fits."""
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        frame = camera.read(1.0)
        if frame is not None and fits(frame):
            return frame
    raise AssertionError(f"no such frame: {camera.state} {camera.detail} {camera.counters}")


def until_state(camera: LiveCamera, state: CameraState, detail: str = "") -> None:
    tick = threading.Event()
    deadline_s = time.monotonic() + WAIT_S
    while camera.state is not state or not re.search(detail, camera.detail):
        assert time.monotonic() < deadline_s, (camera.state, camera.detail)
        tick.wait(0.005)


def until_counter(camera: LiveCamera, name: str, value: int, *, limit_s: float = WAIT_S) -> None:
    tick = threading.Event()
    deadline_s = time.monotonic() + limit_s
    while camera.counters[name] < value:
        assert time.monotonic() < deadline_s, dict(camera.counters)
        tick.wait(0.005)


def anything(frame: Frame) -> bool:
    return True
