"""Cameras: RTSP, MJPEG over HTTP, USB and recordings behind one interface."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from hardware.backoff import Backoff
from hardware.cameras.capture import open_rtsp, open_usb
from hardware.cameras.live import Connect, LiveCamera
from hardware.cameras.mjpeg import MjpegFeed
from hardware.cameras.recording import PlayedFeed, Recording, RecordingError
from hardware.cameras.source import Source, SourceError, SourceKind, parse_source

__all__ = [
    "LiveCamera",
    "Recording",
    "RecordingError",
    "Source",
    "SourceError",
    "SourceKind",
    "open_camera",
    "open_recording",
    "parse_source",
]


def open_camera(
    source: str,
    *,
    clock: Callable[[], float],
    loop: bool = False,
    fps: float | None = None,
    timeout_s: float = 5.0,
    backoff: Backoff | None = None,
) -> LiveCamera:
    """Open a camera that delivers its newest picture and reconnects by itself.

    Returns at once, whether or not the camera is there; see ``state``. A file is played at its own
    speed like a live camera; for every frame of a file see :func:`open_recording`.

    Args:
        source: as in the config, see :func:`hardware.cameras.source.parse_source`.
        clock: the agent's clock in seconds; frames carry its time.
        loop: play a file again and again.
        fps: pictures kept a second at most; the others are not even decoded where that is possible.
        timeout_s: for connecting, and without a picture, before the connection is given up.
        backoff: waits between attempts.

    Raises:
        SourceError: the source names an unknown scheme, or a secret that is nowhere set.
    """
    parsed = parse_source(source)
    return LiveCamera(
        parsed.label,
        _connector(parsed, timeout_s),
        clock=clock,
        fps=fps,
        loop=loop,
        stall_s=2.0 * timeout_s,
        backoff=backoff,
    )


def open_recording(path: Path | str, *, threads: int = 1) -> Recording:
    """Open a video file that gives every frame once, as fast as it is read.

    ``Frame.t_s`` is the position in the recording. ``state`` is ``ended`` after the last frame.

    Raises:
        RecordingError: the file is missing, or holds no picture.
    """
    return Recording(Path(path), threads=threads)


def _connector(source: Source, timeout_s: float) -> Connect:
    match source.kind:
        case SourceKind.RTSP:
            return partial(open_rtsp, source, timeout_s=timeout_s)
        case SourceKind.MJPEG:
            return partial(MjpegFeed, source, timeout_s=timeout_s)
        case SourceKind.USB:
            return partial(open_usb, source, timeout_s=timeout_s)
        case SourceKind.FILE:
            return partial(PlayedFeed, source)
