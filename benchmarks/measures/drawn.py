"""Drawn scenes through the whole agent: detector, tracker, zones, measures, against truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from edge_agent.config import CameraSettings, QueueZone
from edge_agent.measures.readings import QueueData
from edge_agent.pipeline import CameraPipeline
from edge_agent.zones.polygons import Polygons
from hardware.interfaces import Frame
from simulators.camera.drawing import Painter
from simulators.camera.views import VIEWS
from simulators.camera.zones import zones
from simulators.scene.scene import Scene
from simulators.scene.settings import busy, orderly
from simulators.scene.truth import LaneTruth

WARM_UP_S = 240.0
"""The shop fills before the camera looks."""
SCENES = {"orderly": orderly, "busy": busy}
"""Queues in which people keep a step and a half, and tight ones with many families."""
FPS = 8.0
THRESHOLD = 0.37
"""Score from which a detection counts for who counts people in polygons."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well lengths and service were read.

    Attributes:
        waiting_mae, waiting_bias: mean absolute error and mean error of the people waiting.
        polygons_mae: the error of a count of detections whose foot points are in the queue zone.
        served_right: share of frames with the right number of people at the till, families too.
        busy_right: share of frames in which it was right whether anybody was served.
        mean_waiting: people waiting, in truth.
        changes: of the length told, a minute; with those of the truth.
    """

    waiting_mae: float
    waiting_bias: float
    polygons_mae: float
    served_right: float
    busy_right: float
    mean_waiting: float
    changes: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Moment:
    truth: LaneTruth
    told: QueueData
    in_polygon: int


def compare(scene: str, view: str, seed: int, seconds: float, *, solid: bool = False) -> Accuracy:
    """Draw ``seconds`` of a shop and measure them."""
    lanes: dict[str, list[_Moment]] = {}
    for moment in _moments(scene, view, seed, seconds, solid):
        lanes.setdefault(moment.told.lane, []).append(moment)
    known = [m for moments in lanes.values() for m in moments if m.told.waiting is not None]
    told = np.array([m.told.waiting for m in known])
    served = np.array([m.told.served for m in known])
    truth = np.array([(m.truth.waiting, m.truth.served) for m in known])
    minutes = seconds / 60.0 * len(lanes)
    return Accuracy(
        waiting_mae=float(np.abs(told - truth[:, 0]).mean()),
        waiting_bias=float((told - truth[:, 0]).mean()),
        polygons_mae=float(np.abs([m.in_polygon - m.truth.waiting for m in known]).mean()),
        served_right=float((served == truth[:, 1]).mean()),
        busy_right=float(((served > 0) == (truth[:, 1] > 0)).mean()),
        mean_waiting=float(truth[:, 0].mean()),
        changes=(
            sum(_changes([m.told.waiting for m in moments]) for moments in lanes.values())
            / minutes,
            sum(_changes([m.truth.waiting for m in moments]) for moments in lanes.values())
            / minutes,
        ),
    )


def report(
    scenes: Iterable[str], views: Iterable[str], seeds: Iterable[int], seconds: float
) -> None:
    """Print a line for each scene, view, seed and way of drawing."""
    for scene, view, seed, solid in product(scenes, views, seeds, (False, True)):
        found = compare(scene, view, seed, seconds, solid=solid)
        print(
            f"  {scene:7} {view:6} seed {seed} {'solid' if solid else 'flat':5}: "
            f"waiting {found.mean_waiting:.1f}, "
            f"in polygons MAE {found.polygons_mae:.2f}, "
            f"ours {found.waiting_mae:.2f} (bias {found.waiting_bias:+.2f}), "
            f"served right {found.served_right:.1%}, whether anybody is {found.busy_right:.1%}, "
            f"changes a minute {found.changes[0]:.0f} (true {found.changes[1]:.0f})"
        )


def _changes(lengths: Sequence[int | None]) -> int:
    return sum(before != after for before, after in pairwise(lengths))


def _moments(name: str, view: str, seed: int, seconds: float, solid: bool) -> Iterator[_Moment]:
    scene = Scene(SCENES[name](), seed)
    layout = scene.settings.layout
    place = VIEWS[view](layout)
    painter = Painter(layout, place, solid=solid)
    camera = CameraSettings.model_validate(
        {"id": "cam", "source": "drawn", "fps": FPS, "zones": zones(layout, place)}
    )
    queues = {z.lane: z.polygon for z in camera.zones if isinstance(z, QueueZone)}
    polygons = Polygons([np.array(polygon) for polygon in queues.values()])
    size = np.array([place.width, place.height])
    pipeline = CameraPipeline(camera)
    for k in range(round(seconds * FPS)):
        t_s = k / FPS
        scene.advance(WARM_UP_S + t_s)
        snapshot = scene.snapshot()
        step = pipeline.step(Frame(painter.draw(snapshot), t_s, k))
        boxes = step.detections.boxes[step.detections.scores >= THRESHOLD]
        feet = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2.0, boxes[:, 3]], axis=1) / size
        counts = dict(zip(queues, polygons.inside(feet).sum(axis=0).tolist(), strict=True))
        for lane, data in step.readings.lanes.items():
            yield _Moment(snapshot.lanes[lane], data, counts[lane])
