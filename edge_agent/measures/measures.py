"""All measures of one camera: presence in, readings out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import CameraSettings, DwellZone, LineZone, QueueZone, ServiceZone
from edge_agent.measures.advances import Advances
from edge_agent.measures.belief import Belief
from edge_agent.measures.doubles import Heads
from edge_agent.measures.dwell import DwellWatch, Inside
from edge_agent.measures.followed import Followed
from edge_agent.measures.footfall import Footfall
from edge_agent.measures.gait import Box, Gait, Gaits, Point, rows_of
from edge_agent.measures.heat import HeatMap
from edge_agent.measures.lane import Lane
from edge_agent.measures.lane_changes import LaneChanges
from edge_agent.measures.lane_look import LaneSides
from edge_agent.measures.lane_network import LaneNetworks
from edge_agent.measures.lanes import ROLES, Role, RoleFinder, lane_shapes
from edge_agent.measures.members import Sighting
from edge_agent.measures.readings import LaneState, QueueData, Readings, ZoneData
from edge_agent.measures.service import ServiceTimes
from edge_agent.measures.standing import Standing
from edge_agent.measures.waits import Wait, WaitBlend
from edge_agent.measures.weighing import Look, Weighed, Weighing
from edge_agent.zones.crowd import Crowd, Found, tall
from edge_agent.zones.presence import Presence
from messages.events import EventData, LineCrossing

GAP_S = 10.0
"""After so many seconds without a frame nobody knows who is still there."""
LOOK_S = 0.19
"""People are looked at so often: they walk a foot's length in that time, and nothing is decided in
less. Which line is crossed is followed in every frame."""


class _Here(NamedTuple):
    """Everybody in the picture, N of each; coordinates are fractions of the frame."""

    people: list[int]
    feet: list[Point]
    boxes: list[Box]
    seen: list[bool]
    gaits: list[Gait]

    @classmethod
    def of(cls, presence: Presence, gaits: list[Gait]) -> _Here:
        """Take them out of the arrays."""
        return cls(
            presence.people.tolist(),
            list(zip(*presence.feet.T.tolist(), strict=True)),
            list(zip(*presence.boxes.T.tolist(), strict=True)),
            presence.seen.tolist(),
            gaits,
        )


class Measures:
    """Measures of one camera.

    Args:
        camera: the camera and its zones.
        networks: what was learned of lanes; without it lengths are the sums of all boxes where
            they are weighed, and all else is told by those who are followed.
    """

    def __init__(self, camera: CameraSettings, networks: LaneNetworks | None = None) -> None:
        self._roles = RoleFinder(camera)
        services, blend = ServiceTimes(), WaitBlend()
        shapes = lane_shapes(camera)
        self._lanes = [Lane(shape, camera.id, services, blend) for shape in shapes]
        self._position = [shape.position for shape in shapes]
        self._standing = Standing(shapes)
        self._changes, self._advances = LaneChanges(), Advances()
        self._heads = Heads()
        self._belief = Belief()
        self._dwell = {
            z.id: DwellWatch(z, camera.id) for z in camera.zones if isinstance(z, DwellZone)
        }
        self._heat = HeatMap()
        self._gaits = Gaits()
        self._looked_s = math.nan
        self._lanes_told: dict[str, QueueData] = {}
        self._zones_told: dict[str, ZoneData] = {}
        self._footfall = Footfall(z.id for z in camera.zones if isinstance(z, LineZone))
        queues, tills = (
            [
                {z.id for z in camera.zones if isinstance(z, kind) and z.lane == shape.lane}
                for shape in shapes
            ]
            for kind in (QueueZone, ServiceZone)
        )
        self._sides = LaneSides(shapes, queues, tills)
        self._weighing = Weighing([shape.has_service for shape in shapes], networks)
        self._columns: tuple[str, ...] = ()
        self._dwell_columns: NDArray[np.intp] = np.empty(0, np.intp)
        self._last_s: float | None = None

    def override(self, lane: str, state: LaneState | None) -> None:
        """Take the manager's word on a lane; None lets the camera speak again.

        Raises:
            KeyError: the camera has no such lane.
        """
        {known.name: known for known in self._lanes}[lane].watch.override = state

    def elsewhere(self, lane: str, units: int | None) -> None:
        """Tell how many units wait in a lane where this camera cannot see; None: unknown.

        Raises:
            KeyError: the camera has no such lane.
        """
        {known.name: known for known in self._lanes}[lane].elsewhere = units

    def looks(self, t_s: float) -> bool:
        """Whether lanes and zones are looked at in a frame of that time, the next one."""
        return not 0.0 <= t_s - self._looked_s < LOOK_S

    def update(self, presence: Presence) -> Readings:
        """Take in one frame.

        Time that runs back, or a gap of more than ``GAP_S``, makes the measures forget who was
        there: waits under way are dropped, what was learned is kept.
        """
        self._forget_after_gap(presence.t_s)
        events: list[EventData] = []
        since_s = presence.t_s - self._looked_s
        if not since_s < LOOK_S:
            self._looked_s = presence.t_s
            since_s = 0.0 if math.isnan(since_s) else since_s
            gaits = self._gaits.update(
                presence.people, presence.feet, presence.boxes, presence.seen, presence.t_s
            )
            self._heads.learn(presence.boxes, presence.feet, presence.seen, since_s)
            here = _Here.of(presence, gaits)
            self._lanes_told = self._queues(presence, since_s, here, events)
            self._zones_told = self._zones(presence, since_s, here, events)
            self._heat.add(presence.feet[presence.seen], since_s)
        for crossing in presence.crossings:
            events.append(
                LineCrossing(
                    line=crossing.line, direction=crossing.direction.value, person=crossing.person
                )
            )
        lines = self._footfall.update(presence.t_s, presence.crossings)
        occupancy = self._footfall.occupancy
        return Readings(
            presence.t_s, self._lanes_told, self._zones_told, lines, tuple(events), occupancy
        )

    @property
    def heat(self) -> HeatMap:
        """Where people stood, since the start."""
        return self._heat

    def promises(self) -> dict[str, Wait | None]:
        """Lane → the wait published last, with what it was made from; None where there is none."""
        return {lane.name: lane.promise for lane in self._lanes}

    def looked(self) -> dict[str, Look | None]:
        """Lane → the last look that the network read; None where it reads none."""
        looked = self._weighing.looked
        return {lane.name: looked.get(k) for k, lane in enumerate(self._lanes)}

    def _forget_after_gap(self, t_s: float) -> None:
        last_s, self._last_s = self._last_s, t_s
        if last_s is None or 0.0 <= t_s - last_s <= GAP_S:
            return
        self._gaits.restart()
        self._looked_s = math.nan
        self._changes.restart()
        self._advances.restart()
        self._weighing.restart()
        for lane in self._lanes:
            lane.restart()
        for watch in self._dwell.values():
            watch.restart()

    def _queues(
        self, presence: Presence, dt_s: float, here: _Here, events: list[EventData]
    ) -> dict[str, QueueData]:
        if not self._lanes:
            return {}
        sightings, cashiers, staff, double = self._sightings(presence, dt_s, here)
        places = zip(here.feet, here.gaits, strict=True)
        everywhere = dict(compress(zip(here.people, places, strict=True), here.seen))
        seen_boxes = list(compress(here.boxes, here.seen))
        steepness = self._heads.steepness()
        followed = []
        for lane, own in zip(self._lanes, sightings, strict=True):
            elsewhere = everywhere.copy()
            for sighting in own:
                elsewhere.pop(sighting.track, None)
            followed.append(lane.follow(presence.t_s, dt_s, own, elsewhere, seen_boxes, steepness))
        weighed = self._weighed(presence, staff, double, followed, steepness)
        queues = {}
        lanes = zip(self._lanes, followed, weighed, cashiers, strict=True)
        for lane, known, told, cashier in lanes:
            queues[lane.name], happened = lane.tell(
                presence.t_s, dt_s, known, told, steepness, cashier=cashier
            )
            events += happened
        events += self._changes.update(presence.t_s, self._lanes)
        events += self._advances.update(events, queues, presence.t_s)
        return queues

    def _weighed(
        self,
        presence: Presence,
        staff: set[int],
        double: Sequence[bool],
        followed: Sequence[Followed],
        steepness: float,
    ) -> Sequence[Weighed | None]:
        """What everything that may be a shopper tells of each lane, or who is followed alone."""
        whole = presence.crowd is not None
        if not (whole or self._weighing.reads):
            return [None] * len(self._lanes)
        crowd = presence.crowd or _followed(presence, double)
        crowds = self._sides.look(crowd, presence.zones, presence.aspect, staff)
        walking = self._gaits.walking()
        return self._weighing.update(
            crowds, followed, walking, steepness, presence.t_s, whole=whole
        )

    def _sightings(
        self, presence: Presence, dt_s: float, here: _Here
    ) -> tuple[list[list[Sighting]], list[bool], set[int], list[bool]]:
        """Sort people by lane; also tell where a cashier stands, who is staff, who is a double."""
        sightings: list[list[Sighting]] = [[] for _ in self._lanes]
        cashiers = [False] * len(self._lanes)
        staff: set[int] = set()
        roles, lanes = self._roles.assign(presence, dt_s)
        if not any(roles):
            return sightings, cashiers, staff, [False] * len(roles)
        places = [
            self._position[lane](*point) if role else 0.0
            for role, lane, point in zip(roles, lanes, here.feet, strict=True)
        ]
        shared = self._heads.doubles(presence.boxes, presence.people).tolist()
        doubted = self._belief.update(presence.crowd, here.people, dt_s)
        # Who works behind a counter shows little, and is known by where they stand.
        double = [
            same or (doubt and role != Role.STAFF)
            for same, doubt, role in zip(shared, doubted, roles, strict=True)
        ]
        spots = self._standing.spots(
            self._heads.perspective, presence.feet, presence.boxes, lanes
        ).tolist()
        sights = rows_of(
            Sighting,
            here.people,
            map(ROLES.__getitem__, roles),
            here.feet,
            here.boxes,
            places,
            here.seen,
            self._gaits.stood(),
            here.gaits,
            double,
            zip(*spots, strict=True),
        )
        for role, lane, sighting in zip(roles, lanes, sights, strict=True):
            if role == Role.STAFF:
                cashiers[lane] |= not sighting.double
                staff.add(sighting.track)
            elif role:
                sightings[lane].append(sighting)
        return sightings, cashiers, staff, double

    def _zones(
        self, presence: Presence, dt_s: float, here: _Here, events: list[EventData]
    ) -> dict[str, ZoneData]:
        if not self._dwell:
            return {}
        if presence.zones != self._columns:
            self._columns = presence.zones
            columns = [presence.zones.index(zone) for zone in self._dwell]
            self._dwell_columns = np.array(columns, np.intp)
        since_s = presence.since_s.take(self._dwell_columns, axis=1)
        rows, columns = (since_s == since_s).nonzero()
        inside: list[list[Inside]] = [[] for _ in self._dwell]
        seen = [0] * len(inside)
        since = since_s[rows, columns].tolist()
        for row, column, from_s in zip(rows.tolist(), columns.tolist(), since, strict=True):
            inside[column].append(
                Inside(here.people[row], from_s, here.feet[row], here.boxes[row], here.gaits[row])
            )
            seen[column] += here.seen[row]
        zones = {}
        for guests, sure, (name, watch) in zip(inside, seen, self._dwell.items(), strict=True):
            confidence = sure / len(guests) if guests else 1.0
            zones[name], visits = watch.update(presence.t_s, dt_s, guests, confidence)
            events += visits
        return zones


def _followed(presence: Presence, double: Sequence[bool]) -> Crowd:
    """Those who are followed and seen, where nothing else is known of who may be a person."""
    rows = (presence.seen & ~np.array(double, np.bool_)).nonzero()[0]
    boxes, feet, ones = presence.boxes[rows], presence.feet[rows], np.ones(len(rows))
    heights = tall(Found(boxes, feet[:, 1], ones))
    return Crowd(ones, ones, presence.inside[rows], presence.people[rows], feet, heights)
