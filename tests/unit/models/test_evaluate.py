"""Accuracy figures on tiny scenes whose answer is known, and the command on a drawn recording."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edge_agent.cli import app
from models.detections import Detections
from models.evaluate.choices import Choice, choices
from models.evaluate.labels import LabelError, read
from models.evaluate.metrics import judge
from models.fitting import Fit
from models.inputs import choose_size
from models.manifest import BUILT_IN
from models.manifest import read as read_manifest

A, B = [10.0, 10.0, 20.0, 30.0], [50.0, 10.0, 60.0, 30.0]


def found(*rows: tuple[list[float], float]) -> Detections:
    boxes = np.array([box for box, _ in rows], np.float32).reshape(-1, 4)
    return Detections(boxes, np.array([score for _, score in rows], np.float32))


def boxes(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_everybody_found_and_nobody_else() -> None:
    result = judge([found((A, 0.9), (B, 0.8))], [boxes(A, B)], threshold=0.5)
    assert (result.ap50, result.recall_at_p90, result.count_mae) == (1.0, 1.0, 0.0)


def test_a_ghost_above_a_person_costs_precision() -> None:
    # Ghost .9, then a person .8 of two: precision 1/2 up to recall 1/2, nothing after.
    ghost = [80.0, 80.0, 90.0, 99.0]
    result = judge([found((ghost, 0.9), (A, 0.8))], [boxes(A, B)], threshold=0.85)
    assert result.ap50 == pytest.approx(0.25)
    assert result.recall_at_p90 == 0.0
    assert result.count_mae == 1.0


def test_a_second_box_on_one_person_is_false() -> None:
    near = [11.0, 10.0, 21.0, 30.0]
    result = judge([found((A, 0.9), (near, 0.8), (B, 0.7))], [boxes(A, B)], threshold=0.5)
    assert result.ap50 == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_nobody_found_and_nobody_there() -> None:
    nothing = judge([found()], [boxes(A)], threshold=0.5)
    assert (nothing.ap50, nothing.count_mae, nothing.best_f1) == (0.0, 1.0, 0.0)
    assert judge([found()], [boxes()], threshold=0.5).count_mae == 0.0


def test_no_frames_are_an_error() -> None:
    with pytest.raises(ValueError, match="frames"):
        judge([], [], threshold=0.5)


def test_labels_of_the_mot_challenge(tmp_path: Path) -> None:
    path = tmp_path / "gt.txt"
    path.write_text("1,7,10,20,30,40,1,1,0.5\n1,8,0,0,5,5,0,1,1\n3,7,1,2,3,4\n3,9,1,2,3,4,1,3,1\n")
    labels = read(path)
    assert labels.keys() == {0, 2}
    np.testing.assert_array_equal(labels[0], [[10, 20, 40, 60]])
    np.testing.assert_array_equal(labels[2], [[1, 2, 4, 6]])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,2,3", r"gt\.txt:2: expected frame,id.*found 3 fields"),
        ("a,b,c,d,e,f", r"gt\.txt:2: expected frame,id.* as numbers"),
        ("0,1,1,1,5,5", r"gt\.txt:2: expected a frame from 1"),
        ("1,1,1,1,-5,5", r"gt\.txt:2: expected a frame from 1"),
        ("1,1,nan,1,5,5", r"gt\.txt:2: expected a frame from 1"),
    ],
)
def test_a_bad_label_names_its_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "gt.txt"
    path.write_text(f"1,1,1,1,5,5\n{line}\n")
    with pytest.raises(LabelError, match=message):
        read(path)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        ((1280, 720), (640, 352)),
        ((1920, 1080), (640, 352)),
        ((768, 576), (512, 384)),
        ((640, 480), (512, 384)),
        ((720, 1280), (352, 640)),
    ],
)
def test_the_input_keeps_the_shape_of_the_picture(
    source: tuple[int, int], size: tuple[int, int]
) -> None:
    assert choose_size(*source) == size


@pytest.mark.parametrize("mode", ["auto", "letterbox", "stretch"])
def test_boxes_come_back_to_where_the_picture_was(mode: str) -> None:
    fit = Fit.of((1280, 720), (416, 416), mode)
    corner = np.array(fit.offset * 2) + np.array([0, 0, *fit.inner])
    np.testing.assert_allclose(fit.back(corner[None].astype(np.float32)), [[0, 0, 1280, 720]])
    assert fit.inner == ((416, 416) if mode == "stretch" else (416, 234))


def test_a_letterbox_is_grey_where_there_is_no_picture() -> None:
    fit = Fit.of((100, 50), (64, 64), "letterbox")
    buffer = fit.buffer()
    for level in (255, 7):
        fit.lay(np.full((50, 100, 3), level, np.uint8), buffer)
        assert np.all(buffer[0, 16:48] == level)
        assert np.all(buffer[0, :16] == 114)
        assert np.all(buffer[0, 48:] == 114)


def test_choices_are_all_different() -> None:
    manifest = read_manifest(BUILT_IN)
    wide = choices((1280, 720), manifest.get("person"))
    assert Choice((640, 352), "stretch") in wide
    assert Choice((640, 352), "letterbox") in wide
    assert len(set(wide)) == len(wide)
    four_by_three = choices((640, 480), manifest.get("person"))
    assert Choice((512, 384), "letterbox") not in four_by_three  # the same as stretched
    assert choices((640, 480), manifest.get("yolox-nano"))[0].size == (416, 416)


@pytest.mark.vtest
def test_evaluate_with_a_config_judges_where_its_zones_are(vtest: Path, tmp_path: Path) -> None:
    labels, config = tmp_path / "gt.txt", tmp_path / "device.yaml"
    labels.write_text("1,1,250,220,35,90\n1,2,500,155,30,80\n1,3,645,240,40,82\n")
    config.write_text(
        "store: s\ndevice: d\ncameras:\n  - id: c\n    source: x\n"
        "    detector: {margin: 0.08, headroom: 0.25}\n    zones:\n"
        "      - {id: z, kind: dwell, polygon: [[.62,.36],[.73,.36],[.73,.43],[.62,.43]]}\n"
    )
    arguments = ["models", "evaluate", str(vtest), "--labels", str(labels)]
    result = CliRunner().invoke(app, [*arguments, "--config", str(config)], terminal_width=100)
    assert result.exit_code == 0, result.output
    assert "1 people in 1 frames" in result.output  # the other two stand elsewhere
    whole, alone = (
        [line for line in result.output.splitlines() if mark in line]
        for mark in ("512x384 stretch  ", "stretch (zones)")
    )
    assert whole[0].split()[2:5] == ["1.000", "1.000", "0.00"]
    assert len(alone) >= 3
    assert all(line.split()[3:5] == ["1.000", "1.000"] for line in alone)


@pytest.mark.vtest
def test_evaluate_prints_a_row_for_each_choice(vtest: Path, tmp_path: Path) -> None:
    labels = tmp_path / "gt.txt"
    # The three people of the first frame, by hand, to the nearest five pixels.
    labels.write_text("1,1,250,220,35,90\n1,2,500,155,30,80\n1,3,645,240,40,82\n")
    result = CliRunner().invoke(
        app, ["models", "evaluate", str(vtest), "--labels", str(labels)], terminal_width=100
    )
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines()]
    (row,) = [row for row in rows if row[:2] == ["512x384", "stretch"]]
    assert row[2:5] == ["1.000", "1.000", "0.00"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "none.avi", "--labels", "none.txt"], "none.txt"),
        (["evaluate", "none.avi", "--labels", "gt.txt"], "none.avi"),
        (["evaluate", "none.avi", "--labels", "gt.txt", "--model", "x"], "found 'x'"),
        (["fetch", "x"], "found 'x'"),
    ],
)
def test_a_command_that_cannot_go_on_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gt.txt").write_text("1,1,1,1,5,5\n")
    result = CliRunner().invoke(app, ["models", *arguments])
    assert result.exit_code == 2
    assert message in result.output


def test_list_and_verify_know_every_network() -> None:
    listed = CliRunner().invoke(app, ["models", "list"])
    verified = CliRunner().invoke(app, ["models", "verify"])
    assert listed.exit_code == verified.exit_code == 0
    for entry in read_manifest(BUILT_IN).model:
        assert f"{entry.name}: " in listed.output
        assert f"{entry.name}: " in verified.output


def test_quantize_adds_an_int8_network_to_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTORE_EDGE_MODELS", str(tmp_path))
    video = tmp_path / "noise.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 5, (64, 64))
    for _ in range(2):
        writer.write(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))
    writer.release()
    arguments = ["models", "quantize", "person-float", "--name", "mine"]
    result = CliRunner().invoke(app, [*arguments, "--calibrate", str(video)])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "mine.onnx").stat().st_size < 5_000_000
    again = CliRunner().invoke(app, [*arguments, "--calibrate", str(video)])
    assert again.exit_code == 2
    assert "expected a name that is free, found 'mine'" in again.output
    assert "mine: ok" in CliRunner().invoke(app, ["models", "verify"]).output
