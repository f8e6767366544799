"""Who stands in which zone, since when, and who crossed a line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edge_agent.zones.crowd import Crowd

USUAL_ASPECT = 16.0 / 9.0


class Direction(StrEnum):
    """Direction of a crossing, as the config names it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Crossing:
    """A confirmed person crossed a line.

    Attributes:
        line: id of the line.
        direction: in or out.
        person: track id.
        t_s: time of the crossing in seconds.
    """

    line: str
    direction: Direction
    person: int
    t_s: float


@dataclass(frozen=True, slots=True)
class Presence:
    """Everybody who counts at one moment, against all polygons of one camera.

    Attributes:
        t_s: time in seconds.
        zones: (Z,) ids of the polygons, in config order.
        people: (P,) int64 ids of confirmed people; an id switch inside a zone is already mended.
        feet: (P, 2) float64, x y as fractions of the frame, corrected where feet are hidden.
        boxes: (P, 4) float64, x1 y1 x2 y2 as fractions of the frame.
        seen: (P,) bool, matched with a detection in this frame.
        since_s: (P, Z) float64, time of entry where the person is inside the zone, else NaN.
        crossings: line crossings since the last call.
        crowd: what of the picture may be people; None while nobody knows how tall people look.
        aspect: width to height of the frame.
    """

    t_s: float
    zones: tuple[str, ...]
    people: NDArray[np.int64]
    feet: NDArray[np.float64]
    boxes: NDArray[np.float64]
    seen: NDArray[np.bool_]
    since_s: NDArray[np.float64]
    crossings: tuple[Crossing, ...] = ()
    crowd: Crowd | None = None
    aspect: float = USUAL_ASPECT

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(P, Z) bool: person p is inside zone z."""
        return ~np.isnan(self.since_s)
