"""One camera from picture to measures: the same steps live and over a recording."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from edge_agent.config import CameraSettings, QueueZone
from edge_agent.measures import Measures
from edge_agent.measures.lane_network import LaneNetwork, LaneNetworks
from edge_agent.measures.readings import Readings
from edge_agent.perception import credence
from edge_agent.perception.appearance import BANDS, looks
from edge_agent.perception.looking import Looker
from edge_agent.tracking.tracker import Tracker, TrackerSettings
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.crowd import Found
from edge_agent.zones.presence import Presence
from edge_agent.zones.tills import Tills
from edge_agent.zones.zones import Zones
from hardware.interfaces import Frame
from models.detections import Detections


@dataclass(frozen=True, slots=True)
class Step:
    """What each stage made of one frame."""

    detections: Detections
    tracks: Tracks
    presence: Presence
    readings: Readings


CLOSER_EVERY_S = 1.0
"""So often a camera looks closer at a queue"""
CLOSER_FROM = 0.5
"""of at least so many people."""


LANES = {
    kind: Path(__file__).with_name("measures") / f"lane_network_{kind}.json"
    for kind in LaneNetworks._fields
}
"""What was learned of lanes: ``python -m benchmarks.lanes --write``."""


class CameraPipeline:
    """Detect → track → zones → measures for one camera.

    Args:
        camera: the camera and its zones.

    Raises:
        models.manifest.ModelError: the network cannot be used.
    """

    def __init__(self, camera: CameraSettings) -> None:
        self.camera = camera
        self._looker = Looker(camera)
        self._settings = TrackerSettings(threshold=self._looker.threshold)
        self._queues = [zone.id for zone in camera.zones if isinstance(zone, QueueZone)]
        self._weighs = bool(self._queues) and credence.knows(self._looker.family)
        self.measures = Measures(camera, learned() if self._queues else None)
        if self._queues:
            self._settings = self._settings.for_queues()
        self._tracker = Tracker(self._settings)
        self._zones = Zones(camera.zones)
        self._tills = Tills(camera.zones)
        self._detections = Detections.none()
        self._looks = np.empty((0, 3 * BANDS), np.float32)
        # Once followed it is of no more use: the zones know it.
        self._closer: Detections | None = None
        self._closer_s = math.nan
        self._somebody_waits = False

    @property
    def input_ratio(self) -> float:
        """Px of the network's input for one px of the height of the last frame; 1 before any."""
        return self._looker.input_ratio

    def step(self, frame: Frame) -> Step:
        """Take in one frame; frames come in the order of their time."""
        self.look(frame)
        return self.follow(frame)

    def look(self, frame: Frame) -> None:
        """Find the people in a frame."""
        self._detections = self._looker.look(frame)
        self._looks = looks(frame.image, self._detections, self._settings.keep_score)
        if self._somebody_waits and not 0.0 <= frame.t_s - self._closer_s < CLOSER_EVERY_S:
            self._closer, self._closer_s = self._looker.look_closer(frame), frame.t_s

    def follow(self, frame: Frame) -> Step:
        """Track and measure the people that ``look`` found last.

        Args:
            frame: the frame looked at, or a later one of the same size that shows nothing new.
        """
        size = (frame.image.shape[1], frame.image.shape[0])
        likely = self._tills.likely(self._detections, size)
        tracks = self._tracker.update(self._detections, frame.t_s, size, self._looks, likely)
        found = closer = None
        if self.measures.looks(frame.t_s):
            found = self._found(self._detections, size, self._looker.input_ratio)
            closer = self._found(self._closer, size, self._looker.closer_ratio)
            self._closer = None
        presence = self._zones.update(tracks, size, found, closer)
        if found is not None:
            self._somebody_waits = self._number_waiting(presence) >= CLOSER_FROM
        return Step(self._detections, tracks, presence, self.measures.update(presence))

    def _number_waiting(self, presence: Presence) -> float:
        """How many there are in all queues together, by all that may be a person."""
        crowd = presence.crowd
        if crowd is None:
            return 0.0
        columns = [k for k, name in enumerate(presence.zones) if name in self._queues]
        inside = crowd.inside[:, columns].any(axis=1)
        return float((crowd.chance * crowd.weight)[inside].sum())

    def _found(
        self, detections: Detections | None, size: tuple[int, int], ratio: float
    ) -> Found | None:
        """Everything that may be a person; None where nobody asks, or nobody knows how tall."""
        if not self._weighs or detections is None:
            return None
        boxes = detections.boxes / np.array([*size, *size], np.float64)
        feet = self._zones.standing(boxes[:, 1])
        if feet is None:
            return None
        tall_px = (feet - boxes[:, 1]) * size[1]
        return Found(boxes, feet, credence.chances(detections, tall_px, ratio))


@cache
def learned() -> LaneNetworks:
    """What was learned of lanes."""
    return LaneNetworks(
        **{
            kind: LaneNetwork.of(json.loads(path.read_text(encoding="utf-8")))
            for kind, path in LANES.items()
        }
    )
