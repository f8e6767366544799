"""Many shops with queues, each seen by one camera that sees whole lanes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from benchmarks.credence.shops import hang_camera, things
from simulators.camera.projection import View
from simulators.camera.views import VIEWS, moved
from simulators.scene.layout import Layout
from simulators.scene.scene import Scene
from simulators.scene.settings import SceneSettings, busy, orderly

FIRST_SEED = 50_000
HEIGHT = 720
EDGE = 0.02
"""So much of a lane may lie outside the picture."""
INNER = 0.8
"""Share of a zone that has to be seen."""
TRIES = 400
ALONG_OR_HIGH = "along", "along", "high"
"""Every other camera hangs about where installers hang one, the others anywhere."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop, and the camera in it.

    Attributes:
        scene: who is there.
        floor: what stands there.
        view: where the camera hangs.
        solid: drawn as solid bodies.
        gain: how bright its pictures are.
    """

    scene: Scene
    floor: Layout
    view: View
    solid: bool
    gain: float


def shop(number: int) -> Shop | None:
    """Make shop ``number``; None where no place was found from which lanes are seen whole."""
    rng = Random(f"lanes {number}")
    scene = Scene(settings_of(rng, full=number % 4 > 0), FIRST_SEED + number)
    layout = scene.settings.layout
    if number % 2:
        view = moved(VIEWS[rng.choice(ALONG_OR_HIGH)](layout), number)
    else:
        found = camera_in(rng, layout)
        if found is None:
            return None
        view = found
    size = HEIGHT / view.height
    view = replace(
        view, width=round(view.width * size), height=HEIGHT, focal_px=view.focal_px * size
    )
    floor = layout
    if rng.random() < 0.5:
        floor = replace(layout, boxes=(*layout.boxes, *things(rng, layout)))
    return Shop(scene, floor, view, rng.random() < 0.5, rng.choice((0.75, 0.9, 1.0, 1.0, 1.1)))


def camera_in(rng: Random, layout: Layout) -> View | None:
    """Hang a camera anywhere from which all lanes are seen nearly whole; None: nowhere found."""
    tries = (hang_camera(rng, layout) for _ in range(TRIES))
    return next((view for view in tries if _sees(view, layout)), None)


def settings_of(rng: Random, *, full: bool) -> SceneSettings:
    """How people behave; in a full shop queues are seldom empty."""
    lanes = rng.choice((2, 2, 2, 3))
    single = rng.uniform(0.8, 0.95) if full else rng.uniform(0.7, 0.95)
    least_m = rng.uniform(0.65, 0.95)
    base = rng.choice((orderly, orderly, busy))(lanes)
    made = replace(
        base,
        arrivals_per_hour=(lanes * (rng.uniform(75.0, 122.0) if full else rng.uniform(70, 125)),),
        group_sizes=(single, 0.8 * (1.0 - single), 0.2 * (1.0 - single)),
        gap_m=(least_m, least_m + rng.uniform(0.2, 0.35)),
        aside_m=rng.uniform(0.0, 0.25),
        carts=rng.choice((0.0, 0.2, 0.4)),
    )
    if full:
        return made
    return replace(made, service_base_s=rng.uniform(8.0, 20.0), items_mean=rng.uniform(4.0, 9.0))


def _sees(view: View, layout: Layout) -> bool:
    """Whether a camera sees all lanes nearly whole."""
    for lane in layout.lanes:
        for polygon in (lane.queue, lane.service):
            corners = np.array(polygon)
            corners = corners.mean(axis=0) + INNER * (corners - corners.mean(axis=0))
            pixels, depth = view.project(np.c_[corners, np.zeros(len(corners))])
            places = pixels / (view.width, view.height)
            if (depth <= 0.0).any() or (np.abs(places - 0.5) > 0.5 + EDGE).any():
                return False
    return True
