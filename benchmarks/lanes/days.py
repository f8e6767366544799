"""Lanes of simulated days in which only people are known who are followed, and what is true.

Nothing is drawn: the noise model says whom a tracker would follow, as in
:mod:`benchmarks.measures.day`, and an hour takes seconds.
"""

from __future__ import annotations

from random import Random

import numpy as np

from benchmarks.lanes.examples import Example, Watched
from benchmarks.lanes.shops import camera_in, settings_of
from benchmarks.measures.day import HOURS, lived
from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.pipeline import learned
from edge_agent.zones.zones import Zones
from simulators.camera.following import NoisyTracker
from simulators.camera.noise import NoisyDetector
from simulators.camera.projection import View
from simulators.camera.views import VIEWS, moved
from simulators.camera.zones import zones
from simulators.scene.layout import Layout
from simulators.scene.scene import Scene
from simulators.scene.settings import day
from simulators.scene.truth import Event

FIRST_SEED = 9_000
"""Days before it are there to judge."""
DAY_S, SHOP_S = 6 * 3600.0, 2 * 3600.0
"""Of a day with its peaks, and of a shop in which as much happens all the time."""
OPENED_S = 300.0
FPS = 2.0, 2.0, 4.0, 8.0
USUAL = "along", "high"


def of_day(number: int) -> list[Example]:
    """Live through a part of one day and look at its lanes."""
    rng = Random(f"days {number}")
    whole_day = rng.random() < 0.5
    settings = day() if whole_day else settings_of(rng, full=rng.random() < 0.5)
    scene = Scene(settings, FIRST_SEED + number)
    layout = scene.settings.layout
    view = _hung(rng, layout, number)
    seconds = DAY_S if whole_day else SHOP_S
    opened_s = rng.uniform(0.0, HOURS * 3600.0 - seconds) if whole_day else OPENED_S
    return _watch(scene, view, number, opened_s, seconds, FPS[0] if whole_day else rng.choice(FPS))


def _hung(rng: Random, layout: Layout, number: int) -> View:
    """Hang the camera along the queue, high above, or anywhere from which lanes are seen whole."""
    name = rng.choice((*USUAL, None))
    found = camera_in(rng, layout) if name is None else None
    if found is not None:
        return found
    view = VIEWS[name or USUAL[0]](layout)
    return moved(view, number) if rng.random() < 0.7 else view


def _watch(
    scene: Scene, view: View, number: int, opened_s: float, seconds: float, fps: float
) -> list[Example]:
    layout = scene.settings.layout
    camera = CameraSettings.model_validate(
        {"id": "cam", "source": "x", "fps": fps, "zones": zones(layout, view)}
    )
    tracker = NoisyTracker(NoisyDetector(layout, view, FIRST_SEED + number))
    found, measures = Zones(camera.zones), Measures(camera, learned())
    scene.advance(opened_s)
    scene.take_events()
    watched, events = Watched(number, [lane.lane for lane in layout.lanes]), list[Event]()
    moments = opened_s + np.arange(round(seconds * fps)) / fps
    for snapshot, happened, tracks in lived(scene, tracker, moments):
        events += happened
        presence = found.update(tracks, (view.width, view.height))
        looks = measures.looks(presence.t_s)
        measures.update(presence)
        if looks:
            watched.see(snapshot, measures.looked())
    return watched.examples(events)
