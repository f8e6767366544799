"""One camera from picture to measures: the same steps live and over a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from edge_agent.config import CameraSettings
from edge_agent.measures import Measures
from edge_agent.measures.readings import Readings
from edge_agent.tracking.tracker import Tracker, TrackerSettings
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.presence import Presence
from edge_agent.zones.zones import Zones
from hardware.interfaces import Frame, Image
from models.detections import Detections


class Finder(Protocol):
    """Finds people in a picture."""

    def detect(self, image: Image) -> Detections:
        """Find people in one picture, uint8 BGR (H, W, 3)."""


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
        finder: the detector; may be shared by cameras that take turns.
    """

    def __init__(self, camera: CameraSettings, finder: Finder) -> None:
        self.camera = camera
        self.measures = Measures(camera)
        self._finder = finder
        self._tracker = Tracker(tracker_settings(camera))
        self._zones = Zones(camera.zones)

    def step(self, frame: Frame) -> Step:
        """Take in one frame; frames come in the order of their time."""
        height, width = frame.image.shape[:2]
        detections = self._finder.detect(frame.image)
        tracks = self._tracker.update(detections, frame.t_s, (width, height))
        presence = self._zones.update(tracks, (width, height))
        return Step(detections, tracks, presence, self.measures.update(presence))


def tracker_settings(camera: CameraSettings) -> TrackerSettings:
    """Take the camera's own threshold where the installer set one."""
    if camera.detector.threshold is None:
        return TrackerSettings()
    return TrackerSettings(start_score=camera.detector.threshold)
