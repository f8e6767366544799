"""Where somebody is expected before anybody has looked: at the tills."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import ServiceZone, Zone
from edge_agent.zones.polygons import Polygons
from models.detections import Detections

_INSIDE = 0.999
"""Polygons end at the border of the picture, boxes of people whose feet are below it there too."""


class Tills:
    """The places of service of one camera.

    A till is occupied most of the time, by one party. So of all detections that stand there the
    best one is probably a person, though it scores low.

    Args:
        zones: as in the config of the camera.
    """

    def __init__(self, zones: Sequence[Zone]) -> None:
        places = [zone.polygon for zone in zones if isinstance(zone, ServiceZone)]
        self._polygons = Polygons([np.array(corners, np.float64) for corners in places])
        self._any = bool(places)

    def likely(
        self, detections: Detections, frame_size: tuple[int, int]
    ) -> NDArray[np.bool_] | None:
        """Tell who is probably at a till.

        Args:
            detections: N people found.
            frame_size: width and height of the frame in pixels.

        Returns:
            (N,) True for the best score in each place of service; None where there is no place.
        """
        if not self._any:
            return None
        likely = np.zeros(len(detections), np.bool_)
        if len(detections):
            x1, _, x2, y2 = (detections.boxes / np.array([*frame_size, *frame_size])).T
            inside = self._polygons.inside(np.stack([(x1 + x2) / 2, np.minimum(y2, _INSIDE)], 1))
            best = np.where(inside, detections.scores[:, None], 0.0).argmax(axis=0)
            likely[best[inside.any(axis=0)]] = True
        return likely
