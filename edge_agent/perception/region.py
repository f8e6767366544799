"""Which part of the picture is worth looking at: where the zones are, and the people in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_agent.config import CameraSettings, LineZone
from models.detections import Detections


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture, as fractions of its width and height."""

    x1: float
    y1: float
    x2: float
    y2: float

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """x1, y1, x2, y2 in a picture of that size; never empty."""
        x1, y1 = int(self.x1 * width), int(self.y1 * height)
        return x1, y1, max(x1 + 1, round(self.x2 * width)), max(y1 + 1, round(self.y2 * height))


def region_of(camera: CameraSettings) -> Region | None:
    """The union of all zones plus margin and headroom.

    A zone says where feet stand, so the picture has to reach further up than the zone does, by
    the height of a person.

    Returns:
        The region, or None to look at the whole picture: asked for, or nothing to gain.
    """
    settings = camera.detector
    if settings.region == "frame" or not camera.zones:
        return None
    points = np.array(
        [
            point
            for zone in camera.zones
            for point in (zone.points if isinstance(zone, LineZone) else zone.polygon)
        ]
    )
    (x1, y1), (x2, y2) = points.min(0), points.max(0)
    region = Region(
        max(0.0, x1 - settings.margin),
        max(0.0, y1 - settings.headroom),
        min(1.0, x2 + settings.margin),
        min(1.0, y2 + settings.margin),
    )
    return None if region == Region(0.0, 0.0, 1.0, 1.0) else region


def moved(found: Detections, x: int, y: int) -> Detections:
    """Detections of a part of the picture, in pixels of the whole picture.

    Args:
        found: boxes in pixels of the part.
        x: column of the part's top left corner in the whole picture.
        y: its row.
    """
    boxes = found.boxes + np.array([x, y, x, y], np.float32)
    return Detections(boxes, found.scores, found.support)
