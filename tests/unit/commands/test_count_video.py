"""``edge-agent count`` over drawn recordings and the street video of Debian's opencv-doc."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edge_agent.cli import app

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
CONFIG = """
store: demo
device: till
cameras:
  - id: cam-1
    source: rtsp://127.0.0.1:1/none
    fps: 5
    zones:
      - {id: queue-1, kind: queue, lane: "1", polygon: [[.2,.2],[.6,.2],[.6,.9],[.2,.9]]}
      - {id: door, kind: line, points: [[.1,.9],[.9,.9]]}
      - {id: shelf, kind: dwell, polygon: [[.6,.2],[.9,.2],[.9,.6],[.6,.6]]}
"""


def part_of(video: Path, frames: int, to: Path) -> Path:
    """The first ``frames`` frames as a video of 10 frames a second."""
    capture = cv2.VideoCapture(str(video))
    writer: cv2.VideoWriter | None = None
    for _ in range(frames):
        ok, image = capture.read()
        assert ok
        if writer is None:
            size = (image.shape[1], image.shape[0])
            writer = cv2.VideoWriter(str(to), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, size)
        writer.write(image)
    assert writer is not None
    writer.release()
    return to


def count(*arguments: str | Path) -> list[dict[str, Any]]:
    """The lines that the command writes."""
    out = Path(arguments[0]).parent / "out.jsonl"
    result = CliRunner().invoke(app, ["count", *map(str, arguments), "--out", str(out)])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.fixture
def empty_room(tmp_path: Path) -> Path:
    path = tmp_path / "room.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 240))
    for _ in range(20):
        writer.write(np.full((240, 320, 3), 120, np.uint8))
    writer.release()
    return path


def test_every_frame_is_in_the_file_and_then_the_summary(empty_room: Path) -> None:
    *frames, last = count(empty_room)
    assert [line["frame"] for line in frames] == list(range(20))
    assert frames[7]["t_s"] == pytest.approx(0.7)
    assert all(
        set(line) == {"frame", "t_s", "people", "lanes", "zones", "lines"} for line in frames
    )
    assert last["summary"]["frames"] == 20
    assert last["summary"]["people"] == 0


def test_with_a_config_the_rate_and_the_zones_are_those_of_the_camera(
    empty_room: Path, tmp_path: Path
) -> None:
    config = tmp_path / "till.yaml"
    config.write_text(CONFIG)
    *frames, _ = count(empty_room, "--config", config)
    assert [line["frame"] for line in frames] == list(range(0, 20, 2))
    assert set(frames[-1]["lanes"]["1"]) == {"waiting", "served", "wait_s", "wait_p90_s"}
    assert set(frames[-1]["zones"]["shelf"]) == {"occupancy"}
    assert frames[-1]["lines"]["door"] == {"in": 0, "out": 0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.avi"], "none.avi: expected a video file, found none"),
        (["room.avi", "--camera", "x"], "--camera: expected with --config"),
        (
            ["room.avi", "--config", "till.yaml", "--camera", "x"],
            "expected one of cam-1, found 'x'",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    empty_room: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "till.yaml").write_text(CONFIG)
    paths = [str(tmp_path / a) if a.endswith((".avi", ".yaml")) else a for a in arguments]
    result = CliRunner().invoke(app, ["count", *paths, "--out", str(tmp_path / "o.jsonl")])
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.vtest
@pytest.mark.skipif(not VTEST.is_file(), reason="needs the package opencv-doc")
def test_people_of_a_real_street_are_followed(tmp_path: Path) -> None:
    *frames, last = count(part_of(VTEST, 100, tmp_path / "street.avi"))
    assert len(frames) == 100
    scores = [p["score"] for line in frames for p in line["people"] if p["track"] is None]
    assert min(scores) >= 0.1
    # Labelled by hand: three people at the start, seven in all.
    followed = [sum(p["track"] is not None for p in line["people"]) for line in frames]
    assert followed[15] in (3, 4)
    assert max(followed) <= 8
    assert 7 <= last["summary"]["people"] <= 12


@pytest.mark.vtest
@pytest.mark.skipif(not VTEST.is_file(), reason="needs the package opencv-doc")
def test_who_passes_a_zone_is_told_with_the_time(tmp_path: Path) -> None:
    config = tmp_path / "till.yaml"
    config.write_text(
        CONFIG.replace("[[.6,.2],[.9,.2],[.9,.6],[.6,.6]]", "[[0,0],[.6,0],[.6,1],[0,1]]")
    )
    video = part_of(VTEST, 250, tmp_path / "street.avi")
    shelf = count(video, "--config", config)[-1]["summary"]["zones"]["shelf"]
    assert shelf["passers"] + shelf["visits"] >= 1
    assert len(shelf["passed_s"]) == shelf["passers"]
    assert shelf["passed_s"] == sorted(shelf["passed_s"])
    assert all(0.0 < t_s < 25.0 for t_s in shelf["passed_s"])
