"""Tracks of one camera → who stands in which zone since when, and who crossed a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import LineZone, Zone
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.crowd import EDGE, Crowd, Found, chances, mixed, owners, spots, tall
from edge_agent.zones.feet import FootPoints, upright
from edge_agent.zones.lines import Lines
from edge_agent.zones.people import People
from edge_agent.zones.polygons import Polygons
from edge_agent.zones.presence import Crossing, Direction, Presence

_COVERED = 0.15
"""Somebody of whom others hide more than this share may have hidden feet."""
_LEFT = 1.0
_CLOSER_FOR_S, _CLOSER_SHARE = 2.5, 0.6
"""What a closer look saw counts for so long, and so much beside the usual look."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ids = NDArray[np.int64]


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
        self._frame_size, self._whole = (1, 1), np.ones(4)
        self._shape(1.0)
        self._feet = FootPoints()
        self._people = People(len(areas), len(lines))
        self._waiting: dict[int, list[Crossing]] = {}
        self._closer: tuple[float, Crowd] | None = None

    def standing(self, tops: Floats) -> Floats | None:
        """Rows of the feet of people whose heads are at rows ``tops`` (N,), fractions of the frame.

        Returns:
            (N,), or None while too few people have been seen.
        """
        return self._feet.expected(tops)

    def update(
        self,
        tracks: Tracks,
        frame_size: tuple[int, int],
        found: Found | None = None,
        closer: Found | None = None,
    ) -> Presence:
        """Take in where everybody is.

        Args:
            tracks: everybody followed at one moment, unconfirmed tracks included.
            frame_size: width and height of the frame in pixels.
            found: everything in the frame that may be a person, in the order that the tracks name.
            closer: the same as a closer look saw it, where there was one.

        Returns:
            Everybody who counts, and what they crossed since the last call.
        """
        width, height = frame_size
        if frame_size != self._frame_size:
            self._frame_size = frame_size
            self._whole = np.array([width, height, width, height], np.float64)
            self._shape(width / height)
        boxes = tracks.boxes / self._whole
        feet = self._stand(tracks, boxes)
        heights = np.maximum(feet[:, 1] - boxes[:, 1], 1e-3)
        rows = self._people.recognise(tracks, feet * self._square, heights)
        known, stays = self._people.known, self._people.stays
        stays.update(self._polygons, known.feet, known.heights, known.seen, tracks.t_s)
        crossings = self._cross(tracks.t_s)
        seen, detection = tracks.seen, tracks.detection
        shown = tracks.confirmed & (rows >= 0)
        if np.count_nonzero(shown) < len(shown):
            rows, feet, boxes, seen = rows[shown], feet[shown], boxes[shown], seen[shown]
            detection = detection[shown]
        people = known.ids[rows]
        if closer is not None:
            whose = owners(closer.boxes, boxes[seen], people[seen])
            self._closer = tracks.t_s, self._crowd(closer, whose)
        crowd = None
        if found is not None:
            crowd = self._with_closer(self._crowd(found, _named(found, people, detection)), tracks)
        return Presence(
            tracks.t_s,
            self._names,
            people,
            feet,
            boxes,
            seen,
            stays.since_s[rows],
            crossings,
            crowd,
            self._aspect,
        )

    def _crowd(self, found: Found, people: Ids) -> Crowd:
        """Put on the floor what may be people; ``people`` (D,) tells whose each of it is."""
        chance = chances(found, people < 0)
        feet, height = spots(found), tall(found)
        inside = self._inside(feet, height)
        return Crowd(chance, np.ones(len(chance)), inside, people, feet, height)

    def _with_closer(self, crowd: Crowd, tracks: Tracks) -> Crowd:
        """What the last closer look saw beside it, while that is not long ago."""
        if self._closer is None or not 0.0 <= tracks.t_s - self._closer[0] < _CLOSER_FOR_S:
            return crowd
        return mixed(crowd, self._closer[1], _CLOSER_SHARE)

    def _inside(self, feet: Floats, height: Floats) -> Bools:
        """(D, Z) in which zone everything stands; at the edge of one is in it too."""
        places = feet * self._square
        inside = self._polygons.inside(places)
        outside = np.flatnonzero(~inside.any(axis=1))
        if inside.size and len(outside):
            depths = self._polygons.depths(places[outside])
            edge = depths.max(axis=1) > -EDGE * height[outside]
            inside[outside[edge], depths.argmax(axis=1)[edge]] = True
        return inside

    def _stand(self, tracks: Tracks, boxes: Floats) -> Floats:
        """(N, 2) where the feet of people in ``boxes`` (N, 4) are, who teach where feet are."""
        # Found out of everybody at once, and only where somebody is in doubt.
        hidden: list[Bools] = []

        def covered(rows: NDArray[np.intp]) -> Bools:
            if not hidden:
                hidden.append(_hidden_share(boxes, tracks.confirmed) > _COVERED)
            return hidden[0][rows]

        due = self._feet.due(boxes, tracks.t_s) & tracks.seen & tracks.confirmed
        pupils = due.nonzero()[0]
        if len(pupils):
            pupils = pupils[upright(boxes[pupils], self._aspect)]
            self._feet.learn(boxes[pupils], ~covered(pupils), tracks.t_s)
        return self._feet.feet(boxes, covered, self._aspect)

    def _shape(self, aspect: float) -> None:
        """Put polygons and lines on square pixels: x by the width to height of the frame."""
        self._aspect = aspect
        self._square = np.array([aspect, 1.0])
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


def _named(found: Found, people: Ids, detection: Ids) -> Ids:
    """(D,) whose each of what was found is: ``people`` (P,) were seen as ``detection`` (P,)."""
    ids = np.full(len(found.chance), -1, np.int64)
    seen = detection >= 0
    ids[detection[seen]] = people[seen]
    return ids


def _hidden_share(boxes: Floats, by: Bools) -> Floats:
    """(N,) share of each of ``boxes`` (N, 4) that somebody nearer covers, of those who may: ``by``.

    Who stands nearer to a camera that looks down has the box that ends lower.
    """
    # By side, not by corner: numpy is three times as fast on whole rows as on pairs.
    sides = boxes.T.copy()
    low, high = sides[:2], sides[2:]
    shared = np.minimum(high[:, :, None], high[:, None])
    shared -= np.maximum(low[:, :, None], low[:, None])
    np.maximum(shared, 0.0, out=shared)
    share, bottom = shared[0], high[1]
    share *= shared[1]
    share /= np.maximum(np.multiply.reduce(high - low), 1e-9)[:, None]
    share *= (bottom > bottom[:, None]) & by
    return np.asarray(np.maximum.reduce(share, axis=1, initial=0.0))
