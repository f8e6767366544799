"""One camera from picture to measures: the same steps live and over a recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_agent.config import CameraSettings, QueueZone
from edge_agent.measures import Measures
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


class CameraPipeline:
    """Detect → track → zones → measures for one camera.

    Args:
        camera: the camera and its zones.

    Raises:
        models.manifest.ModelError: the network cannot be used.
    """

    def __init__(self, camera: CameraSettings) -> None:
        self.camera = camera
        self.measures = Measures(camera)
        self._looker = Looker(camera)
        self._settings = TrackerSettings(threshold=self._looker.threshold)
        queues = any(isinstance(zone, QueueZone) for zone in camera.zones)
        self._weighs = queues and credence.knows(self._looker.family)
        if queues:
            self._settings = self._settings.for_queues()
        self._tracker = Tracker(self._settings)
        self._zones = Zones(camera.zones)
        self._tills = Tills(camera.zones)
        self._detections = Detections.none()
        self._looks = np.empty((0, 3 * BANDS), np.float32)

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

    def follow(self, frame: Frame) -> Step:
        """Track and measure the people that ``look`` found last.

        Args:
            frame: the frame looked at, or a later one of the same size that shows nothing new.
        """
        size = (frame.image.shape[1], frame.image.shape[0])
        likely = self._tills.likely(self._detections, size)
        tracks = self._tracker.update(self._detections, frame.t_s, size, self._looks, likely)
        presence = self._zones.update(tracks, size, self._found(size))
        return Step(self._detections, tracks, presence, self.measures.update(presence))

    def _found(self, size: tuple[int, int]) -> Found | None:
        """Everything that may be a person; None where nobody asks, or nobody knows how tall."""
        if not self._weighs:
            return None
        boxes = self._detections.boxes / np.array([*size, *size], np.float64)
        feet = self._zones.standing(boxes[:, 1])
        if feet is None:
            return None
        return Found(
            boxes, feet, credence.chances(self._detections, (feet - boxes[:, 1]) * size[1])
        )
