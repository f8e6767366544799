"""The whole way from picture to tracks, judged: on drawn scenes, and on a labelled recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.tracking.mot import Figures, Scene, judge
from edge_agent.config import CameraSettings
from edge_agent.pipeline import CameraPipeline
from hardware.cameras import open_recording
from hardware.interfaces import Frame
from simulators.camera.recording import shots
from simulators.camera.views import VIEWS
from simulators.scene.scene import Scene as Shop

LEAST_VISIBLE = 0.1
"""Of whom less is in sight need not be found."""


def on_drawn(
    view: str, *, seed: int, seconds: float, waiting: int = 3, shoppers_per_h: float = 300.0
) -> Figures:
    """Film a shop and follow the people in it.

    Args:
        view: name of the camera's place, see :mod:`simulators.camera.views`.
        seed: of the shop.
        seconds: length.
        waiting: people who queue at the start.
        shoppers_per_h: how many come.
    """
    shop = Shop(seed=seed)
    shop.add_to_queue("1", waiting)
    shop.set_arrivals(shoppers_per_h)
    shop.advance(shop.now_s + 30.0)
    place = VIEWS[view](shop.settings.layout)
    pipeline = _pipeline()
    scenes = []
    for shot in shots(shop, place, seconds=seconds):
        seen = [person for person in shot.people if person.visible >= LEAST_VISIBLE]
        assert shot.image is not None
        scenes.append(
            _scene(
                pipeline,
                Frame(shot.image, shot.t_s, shot.frame),
                np.array([person.person for person in seen], np.int64),
                np.array([person.box for person in seen], np.float64).reshape(-1, 4),
            )
        )
    return judge(scenes)


def on_labelled(video: Path, labels: Path, *, every: int = 1) -> Figures:
    """Follow the people of a recording with labels in the format of the MOT challenge.

    Args:
        video: the recording.
        labels: ``frame,id,left,top,width,height,conf,...`` with frames from 1; conf 0 is ignored.
        every: take each n-th frame only.
    """
    rows = np.atleast_2d(np.loadtxt(labels, delimiter=",", usecols=range(7)))
    rows = rows[rows[:, 6] != 0]
    pipeline = _pipeline()
    scenes = []
    for frame in _frames(video, every):
        mine = rows[rows[:, 0] == frame.index + 1]
        boxes = np.concatenate([mine[:, 2:4], mine[:, 2:4] + mine[:, 4:6]], 1)
        scenes.append(_scene(pipeline, frame, mine[:, 1].astype(np.int64), boxes))
    return judge(scenes)


def _frames(video: Path, every: int) -> Iterator[Frame]:
    recording = open_recording(video)
    frames: Iterable[Frame | None] = iter(recording.read, None)
    return (frame for frame in frames if frame is not None and frame.index % every == 0)


def _pipeline() -> CameraPipeline:
    return CameraPipeline(CameraSettings(id="judged", source="judged"))


def _scene(
    pipeline: CameraPipeline, frame: Frame, people: NDArray[np.int64], boxes: NDArray[np.float64]
) -> Scene:
    tracks = pipeline.step(frame).tracks
    counted = tracks.confirmed
    return Scene(people, boxes, tracks.ids[counted], tracks.boxes[counted].astype(np.float64))
