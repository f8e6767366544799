"""Drawn scenes through the whole agent: detector, tracker, zones, measures, against truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edge_agent.config import CameraSettings
from edge_agent.measures.readings import QueueData
from edge_agent.pipeline import CameraPipeline
from hardware.interfaces import Frame
from simulators.camera.drawing import Painter
from simulators.camera.views import VIEWS
from simulators.camera.zones import zones
from simulators.scene.scene import Scene
from simulators.scene.settings import busy
from simulators.scene.truth import LaneTruth

WARM_UP_S = 240.0
"""The shop fills before the camera looks."""
FPS = 8.0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Mean absolute error and bias of the people waiting; share of frames with served right."""

    waiting_mae: float
    waiting_bias: float
    served_right: float
    mean_waiting: float


def compare(view: str, seed: int, seconds: float) -> Accuracy:
    """Draw ``seconds`` of a busy shop and measure them."""
    pairs = list(_pairs(view, seed, seconds))
    known = [(truth, lane) for truth, lane in pairs if lane.waiting is not None]
    errors = np.array([(lane.waiting or 0) - truth.waiting for truth, lane in known])
    return Accuracy(
        float(np.abs(errors).mean()),
        float(errors.mean()),
        float(np.mean([lane.served == truth.served for truth, lane in pairs])),
        float(np.mean([truth.waiting for truth, _ in pairs])),
    )


def _pairs(view: str, seed: int, seconds: float) -> Iterator[tuple[LaneTruth, QueueData]]:
    scene = Scene(busy(), seed)
    layout = scene.settings.layout
    place = VIEWS[view](layout)
    painter = Painter(layout, place)
    camera = CameraSettings.model_validate(
        {"id": "cam", "source": "drawn", "fps": FPS, "zones": zones(layout, place)}
    )
    pipeline = CameraPipeline(camera)
    for k in range(round(seconds * FPS)):
        t_s = k / FPS
        scene.advance(WARM_UP_S + t_s)
        snapshot = scene.snapshot()
        step = pipeline.step(Frame(painter.draw(snapshot), t_s, k))
        for lane, data in step.readings.lanes.items():
            yield snapshot.lanes[lane], data
