"""RTSP and USB cameras through OpenCV: FFmpeg and Video4Linux."""

from __future__ import annotations

import os
import time
from typing import cast

import cv2
import cv2.utils.logging

from hardware.cameras.live import Decode, FeedError
from hardware.cameras.rtsp_probe import why_not
from hardware.cameras.source import Source
from hardware.interfaces import Image

# OpenCV reads these when a stream is opened, and has no other way to set them. An operator's own
# value stands. TCP only: over UDP a lost packet smears people for a second. No audio. Nothing that
# concerns files too: fflags=nobuffer, for one, loses the first frame of a recording.
os.environ.setdefault(
    "OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|allowed_media_types;video"
)
# States and reasons are told by the driver; the libraries' own lines would only repeat them.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


class CaptureFeed:
    """An open ``cv2.VideoCapture``.

    Args:
        capture: opened.
        timeout_s: how long a read may take; only for the text of the error.
    """

    def __init__(self, capture: cv2.VideoCapture, *, timeout_s: float) -> None:
        self._capture = capture
        self._timeout_s = timeout_s
        self._broken = 0

    @property
    def broken(self) -> int:
        """Pictures that could not be converted."""
        return self._broken

    def advance(self) -> float | None:
        """Wait for the next picture; see :class:`hardware.cameras.live.Feed`."""
        began_s = time.monotonic()
        if not self._capture.grab():
            if time.monotonic() - began_s < self._timeout_s:
                raise FeedError("the camera ended the stream")
            raise FeedError(f"nothing received for {self._timeout_s:g} s")
        stamp_ms = self._capture.get(cv2.CAP_PROP_POS_MSEC)
        return stamp_ms / 1000.0 if stamp_ms > 0.0 else None

    def picture(self) -> Decode:
        """Convert the picture now: the next ``advance`` overwrites it."""
        ok, image = self._capture.retrieve()
        if not ok:
            self._broken += 1
            return _no_picture
        return lambda: cast("Image", image)

    def interrupt(self) -> None:
        """Nothing to do: a grab returns within its time-out."""

    def close(self) -> None:
        """Release the capture."""
        self._capture.release()


def open_rtsp(source: Source, *, timeout_s: float = 5.0) -> CaptureFeed:
    """Open an RTSP stream (H.264, H.265, MJPEG) over TCP.

    Raises:
        FeedError: it cannot be opened; says why as far as the server tells.
    """
    timeout_ms = round(timeout_s * 1000)
    capture = cv2.VideoCapture(
        source.address,
        cv2.CAP_FFMPEG,
        [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, timeout_ms),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, timeout_ms),
            # Threads of the decoder hold one picture each: one thread, no delay.
            *(cv2.CAP_PROP_N_THREADS, 1),
        ],
    )
    if not capture.isOpened():
        capture.release()
        raise FeedError(why_not(source, timeout_s=timeout_s))
    return CaptureFeed(capture, timeout_s=timeout_s)


def open_usb(source: Source, *, timeout_s: float = 5.0) -> CaptureFeed:
    """Open a USB camera by its device file.

    Raises:
        FeedError: there is no such camera, or another process holds it.
    """
    capture = cv2.VideoCapture(
        source.address,
        cv2.CAP_V4L2,
        [
            # Uncompressed pictures of 720p fit over USB 2 only at a few a second.
            *(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
            *(cv2.CAP_PROP_BUFFERSIZE, 1),
        ],
    )
    if not capture.isOpened():
        capture.release()
        raise FeedError(f"no camera at {source.label}, or another process holds it")
    return CaptureFeed(capture, timeout_s=timeout_s)


def _no_picture() -> None:
    return None
