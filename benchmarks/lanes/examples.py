"""Lanes of drawn shops as the agent looks at them, and what truly happened in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.lanes.shops import Shop, shop
from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.measures.lane_network import EVENTS
from edge_agent.measures.lane_reader import Boxes
from edge_agent.measures.weighing import Look
from edge_agent.pipeline import CameraPipeline, learned
from hardware.interfaces import Frame
from simulators.camera.drawing import Painter
from simulators.camera.zones import zones
from simulators.scene.truth import Event, Snapshot

Floats = NDArray[np.float32]

SECONDS, FPS = 300.0, 8.0
"""Of each shop, and pictures a second."""
OPENED_S = 200.0
"""Before it is looked at the shop has been open so long, and up to six minutes longer."""
LEAST = 200
"""Fewer looks at a lane are no example."""
TRUE_EVENTS = dict(zip(EVENTS, ("service_start", "service_end"), strict=True))


@dataclass(frozen=True, slots=True)
class Example:
    """One lane, in N looks.

    Attributes:
        shop: number of the shop.
        looks: (N, I) as the network takes them.
        boxes: (N, 2) people waiting and people at the till by the boxes alone.
        t_s: (N,) seconds since the first look.
        truth: (N, 3) people waiting, people at the till, units waiting.
        events: name of EVENTS → when it happened.
    """

    shop: int
    looks: Floats
    boxes: Floats
    t_s: Floats
    truth: Floats
    events: dict[str, list[float]]


class Lanes(NamedTuple):
    """The lanes of one shop.

    Attributes:
        weighed: as they are seen where everything that may be a person is weighed.
        followed: as they are seen where nobody is known but who is followed.
    """

    weighed: list[Example]
    followed: list[Example]


def of_shop(number: int) -> Lanes:
    """Draw one shop and look at its lanes with the default model."""
    # The other processors have shops of their own.
    cv2.setNumThreads(1)
    made = shop(number)
    return Lanes([], []) if made is None else _watch(made, number)


def _watch(made: Shop, number: int) -> Lanes:
    scene, lanes = made.scene, [lane.lane for lane in made.scene.settings.layout.lanes]
    painter = Painter(made.floor, made.view, solid=made.solid)
    camera = CameraSettings.model_validate(
        {"id": "cam", "source": "x", "fps": FPS, "zones": zones(made.floor, made.view)}
    )
    pipeline, followed = CameraPipeline(camera), Measures(camera, learned())
    opened_s = OPENED_S + 37.0 * (number % 11)
    scene.advance(opened_s)
    scene.take_events()
    watched = [Watched(number, lanes) for _ in Lanes._fields]
    for k in range(round(SECONDS * FPS)):
        t_s = k / FPS
        scene.advance(opened_s + t_s)
        snapshot = scene.snapshot()
        image = cv2.convertScaleAbs(painter.draw(snapshot), alpha=made.gain)
        looks = pipeline.measures.looks(t_s)
        presence = pipeline.step(Frame(np.asarray(image, np.uint8), t_s, k)).presence
        followed.update(replace(presence, crowd=None))
        if looks and presence.crowd is not None:
            for some, measures in zip(watched, (pipeline.measures, followed), strict=True):
                some.see(snapshot, measures.looked())
    happened = scene.take_events()
    return Lanes(*(some.examples(happened) for some in watched))


class Watched:
    """Gathers what is seen of lanes and what is true.

    Args:
        shop: number of the shop.
        lanes: ids of the lanes.
    """

    def __init__(self, shop: int, lanes: Sequence[str]) -> None:
        self._shop = shop
        self._rows: dict[str, list[tuple[float, Floats, Boxes, tuple[int, int, int]]]]
        self._rows = {lane: [] for lane in lanes}

    def see(self, snapshot: Snapshot, looked: Mapping[str, Look | None]) -> None:
        """Take in a moment."""
        for lane, look in looked.items():
            if look is not None:
                truth = snapshot.lanes[lane]
                counts = truth.waiting, truth.served, truth.units
                self._rows[lane].append((snapshot.t_s, *look, counts))

    def examples(self, happened: Sequence[Event]) -> list[Example]:
        """Give the lanes that were seen long enough; ``happened`` tells of all of them."""
        found = []
        for lane, rows in self._rows.items():
            if len(rows) < LEAST:
                continue
            t_s, looks, boxes, truth = zip(*rows, strict=True)
            events = {
                name: [e.t_s - t_s[0] for e in happened if e.lane == lane and e.event == event]
                for name, event in TRUE_EVENTS.items()
            }
            since_s = np.array(t_s) - t_s[0]
            columns = (np.array(part, np.float32) for part in (looks, boxes, since_s, truth))
            found.append(Example(self._shop, *columns, events=events))
        return found
