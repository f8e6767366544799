"""Frame → Detections, as the settings of one camera ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import models
from edge_agent.config import CameraSettings
from edge_agent.perception.region import moved, region_of
from hardware.interfaces import Frame
from models.detections import Detections

if TYPE_CHECKING:
    from models.detector import Detector

CLOSER = 1.6
"""A closer look takes so many times the pixels of the usual one: 800x448 for 16:9."""


class Looker:
    """Looks for people in the frames of one camera.

    Args:
        camera: its settings; ``camera.detector`` says how to look.

    Raises:
        models.manifest.ModelError: the network cannot be used.
    """

    def __init__(self, camera: CameraSettings) -> None:
        settings = camera.detector
        size = None
        if settings.input != "auto":
            width, height = settings.input.split("x")
            size = (int(width), int(height))
        self._detector = models.load(
            settings.model, size=size, mode=settings.fit, threads=settings.threads
        )
        self._closer = models.load(
            settings.model, size=size, mode=settings.fit, threads=settings.threads, closer=CLOSER
        )
        self._region = region_of(camera)
        self.threshold = settings.threshold or self._detector.entry.threshold

    @property
    def family(self) -> str:
        """What kind of network looks; what scores mean differs between them."""
        return self._detector.entry.family

    @property
    def input_ratio(self) -> float:
        """Px of the network's input for one px of the height of the last frame; 1 before any."""
        return _ratio(self._detector)

    @property
    def closer_ratio(self) -> float:
        """The same of the last closer look."""
        return _ratio(self._closer)

    def look(self, frame: Frame) -> Detections:
        """People in the frame of score 0.1 or more; ``threshold`` says which may start a track."""
        return self._look(frame, self._detector)

    def look_closer(self, frame: Frame) -> Detections:
        """People in the frame, seen larger, for more of the processor's time."""
        return self._look(frame, self._closer)

    def _look(self, frame: Frame, detector: Detector) -> Detections:
        if self._region is None:
            return detector.detect(frame.image)
        height, width = frame.image.shape[:2]
        x1, y1, x2, y2 = self._region.pixels(width, height)
        return moved(detector.detect(frame.image[y1:y2, x1:x2]), x1, y1)


def _ratio(detector: Detector) -> float:
    fit = detector.fit
    return 1.0 if fit is None else fit.inner[1] / fit.source[1]
