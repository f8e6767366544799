"""How the settings of a camera decide what the network sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from edge_agent.config import CameraSettings
from edge_agent.perception.looking import Looker
from edge_agent.perception.region import Region, region_of
from hardware.interfaces import Frame
from models.manifest import ModelError

QUEUE = {"id": "q", "kind": "queue", "lane": "1", "polygon": [[0.4, 0.5], [0.6, 0.5], [0.5, 0.8]]}
LINE = {"id": "door", "kind": "line", "points": [[0.2, 0.9], [0.3, 0.95]]}


def camera(*zones: dict[str, Any], **detector: Any) -> CameraSettings:
    return CameraSettings.model_validate(
        {"id": "c", "source": "x", "zones": zones, "detector": detector}
    )


def first_frame(video: Path) -> Frame:
    ok, image = cv2.VideoCapture(str(video)).read()
    assert ok
    return Frame(image, 0.0, 0)


def test_the_whole_frame_unless_asked() -> None:
    assert region_of(camera(QUEUE)) is None
    assert region_of(camera(region="zones")) is None


def test_the_union_of_all_zones_with_margin_and_headroom() -> None:
    region = region_of(camera(QUEUE, LINE, region="zones", margin=0.1, headroom=0.35))
    assert region is not None
    found = (region.x1, region.y1, region.x2, region.y2)
    assert found == pytest.approx((0.1, 0.15, 0.7, 1.0))


def test_a_region_of_everything_is_none() -> None:
    assert region_of(camera(QUEUE, region="zones", margin=1.0, headroom=1.0)) is None


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (1280, 720)])
def test_a_region_never_is_empty(size: tuple[int, int]) -> None:
    x1, y1, x2, y2 = Region(0.99, 0.99, 0.991, 0.991).pixels(*size)
    assert 0 <= x1 < x2 <= size[0]
    assert 0 <= y1 < y2 <= size[1]


@pytest.mark.vtest
def test_a_region_shows_its_people_where_they_are_in_the_frame(vtest: Path) -> None:
    frame = first_frame(vtest)
    everybody = Looker(camera(QUEUE)).look(frame)
    # Around the person at the middle top only: x 500..530 of 768, feet at y 233 of 576.
    polygon = [[0.62, 0.36], [0.73, 0.36], [0.73, 0.43], [0.62, 0.43]]
    zone = {"id": "q", "kind": "dwell", "polygon": polygon}
    within = Looker(camera(zone, region="zones", margin=0.08, headroom=0.25)).look(frame)
    sure = within.boxes[within.scores >= 0.4]
    assert len(sure) == 1
    whole = everybody.boxes[np.abs(everybody.boxes[:, 0] - 500).argmin()]
    np.testing.assert_allclose(sure[0], whole, atol=8)


@pytest.mark.vtest
def test_a_stream_that_changes_its_size_is_followed(vtest: Path) -> None:
    frame = first_frame(vtest)
    looker = Looker(camera(QUEUE))
    before = looker.look(frame)
    larger = cv2.resize(frame.image, None, fx=1.5, fy=1.5)
    after = looker.look(Frame(larger, 1.0, 1))
    sure = before.boxes[before.scores >= 0.4]
    np.testing.assert_allclose(after.boxes[after.scores >= 0.4], 1.5 * sure, atol=8)


@pytest.mark.parametrize("size", ["640x350", "00x352", "640", "wide"])
def test_an_input_that_no_network_takes_is_a_mistake_in_the_config(size: str) -> None:
    with pytest.raises(ValidationError, match=r"detector\.input"):
        camera(input=size)


def test_the_threshold_of_the_camera_comes_before_that_of_the_network() -> None:
    assert Looker(camera(threshold=0.37)).threshold == 0.37
    assert 0.3 < Looker(camera()).threshold < 0.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "nobody"}, "found 'nobody'"),
        ({"model": "yolox-nano", "input": "640x352"}, "yolox-nano"),
    ],
)
def test_settings_that_do_not_fit_are_one_clear_error(
    settings: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTORE_EDGE_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match=message):
        Looker(camera(**settings))


@pytest.mark.parametrize(
    ("size", "detector", "ratio"),
    [
        ((768, 576), {}, 384 / 576),
        ((1280, 720), {}, 352 / 720),
        ((1280, 720), {"input": "896x512"}, 512 / 720),
        ((1280, 720), {"region": "zones", "margin": 0.0, "headroom": 0.2}, None),
    ],
)
def test_how_tall_people_are_for_the_network(
    size: tuple[int, int], detector: dict[str, Any], ratio: float | None
) -> None:
    looker = Looker(camera(QUEUE, **detector))
    looker.look(Frame(np.full((size[1], size[0], 3), 90, np.uint8), 0.0, 0))
    if ratio is None:
        assert looker.input_ratio > 1.0  # a part of the picture fills the input
    else:
        assert looker.input_ratio == pytest.approx(ratio)


@pytest.mark.parametrize(("asked", "usual", "closer"), [("auto", 352, 448), ("416x416", 416, 512)])
def test_a_closer_look_takes_more_pixels(asked: str, usual: int, closer: int) -> None:
    looker = Looker(camera(QUEUE, input=asked))
    frame = Frame(np.full((720, 1280, 3), 90, np.uint8), 0.0, 0)
    looker.look(frame)
    looker.look_closer(frame)
    fits = looker._detector.fit, looker._closer.fit
    assert [fit is not None and fit.size[1] for fit in fits] == [usual, closer]
    assert looker.closer_ratio > looker.input_ratio
