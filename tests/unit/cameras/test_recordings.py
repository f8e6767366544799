"""Recordings: every frame once, and played like a live camera."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware.cameras import RecordingError, open_recording
from hardware.interfaces import Camera, CameraState
from tests.unit.cameras.waiting import anything, opened, until, until_state

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twelve frames at 20 a second, each a bit brighter."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 48))
    for i in range(12):
        writer.write(np.full((48, 64, 3), 20 * i, np.uint8))
    writer.release()
    return path


def test_every_frame_once_with_its_position(clip: Path) -> None:
    recording = open_recording(clip)
    assert isinstance(recording, Camera)
    frames = []
    while (frame := recording.read()) is not None:
        frames.append(frame)
    assert [frame.index for frame in frames] == list(range(12))
    assert [frame.t_s for frame in frames] == pytest.approx([i / 20 for i in range(12)])
    assert [round(float(frame.image.mean()) / 20) for frame in frames] == list(range(12))
    assert recording.state is CameraState.ENDED
    assert recording.detail == "end of clip.avi after 12 frames"
    assert recording.read() is None


@pytest.mark.vtest
def test_a_real_recording_is_complete() -> None:
    recording = open_recording(VTEST)
    assert (recording.fps, recording.frames) == (10.0, 795)
    while recording.advance():
        pass
    assert recording.counters["frames"] == 795
    assert recording.t_s == pytest.approx(79.4)


@pytest.mark.parametrize(
    ("content", "found"),
    [(None, "found none"), (b"", "nothing that FFmpeg can read"), (b"\x00" * 4096, "nothing that")],
)
def test_no_video_is_one_clear_error(tmp_path: Path, content: bytes | None, found: str) -> None:
    path = tmp_path / "x.avi"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingError, match=rf"x\.avi: expected a video file, .*{found}"):
        open_recording(path)


def test_a_file_cut_off_gives_what_is_there(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes()[:-1500])
    recording = open_recording(clip)
    frames = 0
    while recording.read() is not None:
        frames += 1
    assert 0 < frames < 12
    assert recording.state is CameraState.ENDED


def test_frames_without_timestamps_are_spaced_by_the_rate(tmp_path: Path) -> None:
    """A bare MJPEG file is pictures one after the other and no more."""
    path = tmp_path / "bare.mjpeg"
    pictures = [cv2.imencode(".jpg", np.full((48, 64, 3), 9 * i, np.uint8))[1] for i in range(6)]
    path.write_bytes(b"".join(picture.tobytes() for picture in pictures))
    recording = open_recording(path)
    times = []
    while (frame := recording.read()) is not None:
        times.append(frame.t_s)
    assert len(times) == 6
    assert times == pytest.approx([i / recording.fps for i in range(6)])


def test_played_like_a_camera_it_ends(clip: Path) -> None:
    with opened(str(clip)) as camera:
        until(camera, anything)
        until_state(camera, CameraState.ENDED, "end of clip.avi")


def test_played_in_a_loop_it_goes_on_and_time_grows(clip: Path) -> None:
    with opened(str(clip), loop=True) as camera:
        first = until(camera, anything)
        later = until(camera, lambda frame: frame.index >= 14)
        assert later.t_s > first.t_s
        assert camera.state is CameraState.OK
        assert camera.counters["failures"] == 0


def test_a_missing_file_is_lost_until_it_is_there(clip: Path) -> None:
    path = clip.with_name("later.avi")
    with opened(str(path)) as camera:
        until_state(camera, CameraState.LOST, "later.avi: expected a video file, found none")
        clip.rename(path)
        until(camera, anything)


def test_a_missing_usb_camera_is_lost_with_a_reason() -> None:
    with opened("/dev/video97") as camera:
        until_state(camera, CameraState.LOST, "no camera at /dev/video97")


def test_a_picture_file_is_a_recording_of_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "place.png"
    cv2.imwrite(str(path), np.full((48, 64, 3), 77, np.uint8))
    recording = open_recording(path)
    frame = recording.read()
    assert frame is not None
    assert frame.image.shape == (48, 64, 3)
    assert frame.image.mean() == pytest.approx(77.0)
    assert recording.read() is None
