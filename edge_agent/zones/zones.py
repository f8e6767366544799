"""Tracks of one camera → who stands in which zone since when, and who crossed a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge_agent.config import LineZone, Zone
from edge_agent.tracking.overlap import hidden_share
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.feet import FootPoints, whole
from edge_agent.zones.lines import Lines
from edge_agent.zones.people import People
from edge_agent.zones.polygons import Polygons
from edge_agent.zones.presence import Crossing, Direction, Presence

_COVERED = 0.15
"""Somebody of whom others hide more than this share may have hidden feet."""
_LEFT = 1.0


class Zones:
    """Polygons and lines of one camera.

    Distances are measured in heights of the person concerned, on a picture whose pixels are
    square, so zones act alike near and far and at every resolution.

    Args:
        zones: as in the config of the camera.
    """

    def __init__(self, zones: Sequence[Zone]) -> None:
        areas = [zone for zone in zones if not isinstance(zone, LineZone)]
        lines = [zone for zone in zones if isinstance(zone, LineZone)]
        self._names = tuple(zone.id for zone in areas)
        self._corners = [np.array(zone.polygon, np.float64) for zone in areas]
        self._lines = [(line.id, _LEFT if line.inward == "left" else -_LEFT) for line in lines]
        self._points = [np.array(line.points, np.float64) for line in lines]
        self._aspect = 0.0
        self._shape(1.0)
        self._feet = FootPoints()
        self._people = People(len(areas), len(lines))
        self._waiting: dict[int, list[Crossing]] = {}

    def update(self, tracks: Tracks, frame_size: tuple[int, int]) -> Presence:
        """Take in where everybody is.

        Args:
            tracks: everybody followed at one moment, unconfirmed tracks included.
            frame_size: width and height of the frame in pixels.

        Returns:
            Everybody who counts, and what they crossed since the last call.
        """
        width, height = frame_size
        self._shape(width / height)
        boxes = tracks.boxes / np.array([width, height, width, height], np.float64)
        covered = hidden_share(boxes, tracks.confirmed) > _COVERED
        examples = whole(boxes, covered, self._aspect) & tracks.seen & tracks.confirmed
        self._feet.learn(boxes, examples, tracks.t_s)
        feet = self._feet.feet(boxes, covered, self._aspect)
        heights = np.maximum(feet[:, 1] - boxes[:, 1], 1e-3)
        rows = self._people.recognise(tracks, feet * [self._aspect, 1.0], heights)
        known, stays = self._people.known, self._people.stays
        depths = self._polygons.depths(known.feet) / known.heights[:, None]
        stays.update(depths, known.seen, tracks.t_s)
        crossings = self._cross(tracks.t_s)
        shown = tracks.confirmed & (rows >= 0)
        return Presence(
            tracks.t_s,
            self._names,
            known.ids[rows[shown]],
            feet[shown],
            boxes[shown],
            tracks.seen[shown],
            stays.since_s[rows[shown]],
            crossings,
        )

    def _shape(self, aspect: float) -> None:
        """Put polygons and lines on square pixels: x by the width to height of the frame."""
        if aspect != self._aspect:
            self._aspect = aspect
            self._polygons = Polygons([corners * [aspect, 1.0] for corners in self._corners])
            self._shapes = Lines([points * [aspect, 1.0] for points in self._points])

    def _cross(self, t_s: float) -> tuple[Crossing, ...]:
        """Crossings of those who count; what others crossed waits until they do."""
        known = self._people.known
        for row, line, side in self._people.sides.update(
            self._shapes, known.feet, known.heights, known.seen, t_s
        ):
            name, inward = self._lines[line]
            direction = Direction.IN if side == inward else Direction.OUT
            person = int(known.ids[row])
            self._waiting.setdefault(person, []).append(Crossing(name, direction, person, t_s))
        if not self._waiting:
            return ()
        counted = dict(zip(known.ids.tolist(), known.counted.tolist(), strict=True))
        ready = [c for person, own in self._waiting.items() if counted.get(person) for c in own]
        self._waiting = {
            person: own for person, own in self._waiting.items() if counted.get(person) is False
        }
        return tuple(ready)
