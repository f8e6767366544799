"""A video file: every frame as fast as it is asked for, or played like a live camera."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import cv2

from hardware.cameras import capture as _settings  # noqa: F401  sets FFmpeg's options
from hardware.cameras.live import Decode, FeedEndedError, FeedError
from hardware.cameras.source import Source
from hardware.interfaces import CameraState, Frame, Image

_FALLBACK_FPS = 25.0


class RecordingError(ValueError):
    """A file that is no video; the text names it."""


class Recording:
    """Gives every frame of a video file once, in order, with its position as time.

    Attributes:
        fps: frames a second as the file says, else 25.
        frames: number of frames as the file says, 0 when it does not.

    Args:
        path: the file.
        threads: threads of the decoder.

    Raises:
        RecordingError: the file is missing, or holds no picture.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._path = path
        self._capture = _open(path, threads)
        self.fps = _rate(self._capture)
        self.frames = max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        self._index = -1
        self._first_s = 0.0
        self._t_s = -1.0 / self.fps
        self._state = CameraState.OK
        self._detail = ""
        self._broken = 0

    @property
    def state(self) -> CameraState:
        """Ok, then ended."""
        return self._state

    @property
    def detail(self) -> str:
        """Why it ended."""
        return self._detail

    @property
    def counters(self) -> Mapping[str, int]:
        """Counts since the start: frames, broken."""
        return {"frames": self._index + 1, "broken": self._broken}

    def read(self, timeout_s: float = 0.0) -> Frame | None:
        """Give the next frame at once; None at the end. ``timeout_s`` is not needed."""
        while self.advance():
            frame = self.current()
            if frame is not None:
                return frame
            self._broken += 1
        return None

    def advance(self) -> bool:
        """Go to the next frame without converting it; False at the end."""
        if self._state is CameraState.ENDED:
            return False
        if not self._capture.grab():
            self._end(f"end of {self._path.name} after {self._index + 1} frames")
            return False
        self._index += 1
        position_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        if self._index == 0:
            self._first_s = position_s
        position_s -= self._first_s
        # A file without timestamps says the same place again and again: then the rate tells.
        self._t_s = position_s if position_s > self._t_s else self._t_s + 1.0 / self.fps
        return True

    def current(self) -> Frame | None:
        """Give the frame that ``advance`` found; None when it is broken."""
        image = self.picture()
        return None if image is None else Frame(image, self._t_s, self._index)

    def picture(self) -> Image | None:
        """Convert the frame that ``advance`` found; None when it is broken."""
        try:
            ok, image = self._capture.retrieve()
        except cv2.error:
            return None
        return cast("Image", image) if ok else None

    @property
    def t_s(self) -> float:
        """Position of the frame that ``advance`` found, in seconds from the first."""
        return self._t_s

    def close(self) -> None:
        """Release the file."""
        self._end("closed")

    def _end(self, detail: str) -> None:
        self._capture.release()
        if self._state is not CameraState.ENDED:
            self._state, self._detail = CameraState.ENDED, detail


class PlayedFeed:
    """A file played at its own speed, so that it stands in for a live camera.

    Raises:
        FeedError: the file is missing, or holds no picture.
    """

    broken = 0

    def __init__(self, source: Source) -> None:
        try:
            self._recording = Recording(Path(source.address))
        except RecordingError as error:
            raise FeedError(str(error)) from error
        self._started_s: float | None = None
        self._stop = threading.Event()

    def advance(self) -> float | None:
        """Wait until the next frame is due; see :class:`hardware.cameras.live.Feed`."""
        if not self._recording.advance():
            raise FeedEndedError(self._recording.detail)
        now_s = time.monotonic()
        if self._started_s is None:
            self._started_s = now_s
        self._stop.wait(self._started_s + self._recording.t_s - now_s)
        return self._recording.t_s

    def picture(self) -> Decode:
        """Convert the picture now: the next ``advance`` overwrites it."""
        image = self._recording.picture()
        return lambda: image

    def interrupt(self) -> None:
        """End the wait of ``advance``."""
        self._stop.set()

    def close(self) -> None:
        """Release the file."""
        self._recording.close()


def _open(path: Path, threads: int) -> cv2.VideoCapture:
    if not path.is_file():
        raise RecordingError(f"{path}: expected a video file, found none")
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, threads])
    if not capture.isOpened():
        capture.release()
        raise RecordingError(f"{path}: expected a video file, found nothing that FFmpeg can read")
    return capture


def _rate(capture: cv2.VideoCapture) -> float:
    fps = float(capture.get(cv2.CAP_PROP_FPS))
    return fps if 0.0 < fps <= 1000.0 else _FALLBACK_FPS
