"""``edge-agent probe`` on a real recording, and on a camera that is not there."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edge_agent.cli import app

VTEST = "/usr/share/doc/opencv-doc/examples/data/vtest.avi"
CONFIG = """\
store: s
device: d
cameras:
  - id: cam-1
    source: rtsp://127.0.0.1/x
    zones:
      - {id: road, kind: dwell, polygon: [[0, .3], [1, .3], [1, .75], [0, .75]]}
      - {id: sky, kind: dwell, polygon: [[0, 0], [.05, 0], [.05, .02], [0, .02]]}
"""


@pytest.mark.vtest
def test_a_real_recording_is_graded_and_only_asked_for_pictures_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("device.yaml").write_text(CONFIG)
    arguments = ["probe", VTEST, "--config", "device.yaml", "--for", "6"]
    plain = CliRunner().invoke(app, arguments, env={"COLUMNS": "140"})
    assert plain.exit_code == 0, plain.output
    assert "768×576" in plain.output
    assert [path.name for path in tmp_path.iterdir()] == ["device.yaml"]
    lines = plain.output.splitlines()
    road = next(line for line in lines if "road" in line)
    assert "good" in road or "fair" in road
    sky = next(line for line in lines if "sky" in line)
    assert "unknown" in sky
    assert "let somebody walk" in sky

    asked = CliRunner().invoke(
        app, [*arguments, "--picture", "shown.png", "--reference", "place.png"]
    )
    assert asked.exit_code == 0, asked.output
    place, shown = cv2.imread("place.png"), cv2.imread("shown.png")
    assert place.shape == shown.shape == (576, 768, 3)
    assert not np.array_equal(place, shown)
    original = cv2.VideoCapture(VTEST).read()[1]
    # The tripod stands where it stood; the people who walk are gone.
    assert np.abs(place[340:480, 460:520].astype(int) - original[340:480, 460:520]).mean() < 12


def test_a_camera_that_is_not_there_is_one_line_and_exit_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["probe", str(tmp_path / "none.mp4")])
    assert result.exit_code == 2
    assert "none.mp4: expected a video file, found none" in result.output


def test_a_source_that_is_none_is_told_without_its_password() -> None:
    result = CliRunner().invoke(app, ["probe", "ftp://u:hunter2@127.0.0.1/x"])
    assert result.exit_code == 2
    assert "expected rtsp://" in result.output
    assert "hunter2" not in result.output
