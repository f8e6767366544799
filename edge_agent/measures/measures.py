"""All measures of one camera: presence in, readings out."""

from __future__ import annotations

import numpy as np

from edge_agent.config import CameraSettings, DwellZone, LineZone
from edge_agent.measures.doubles import Heads
from edge_agent.measures.dwell import DwellWatch, Inside
from edge_agent.measures.footfall import Footfall
from edge_agent.measures.heat import HeatMap
from edge_agent.measures.lane import Lane
from edge_agent.measures.lane_changes import LaneChanges
from edge_agent.measures.lanes import Role, RoleFinder, lane_shapes
from edge_agent.measures.members import Sighting
from edge_agent.measures.readings import LaneState, QueueData, Readings, ZoneData
from edge_agent.measures.service import ServiceTimes
from edge_agent.measures.waits import WaitBlend
from edge_agent.zones.presence import Presence
from messages.payloads import EventData, LineCrossing

GAP_S = 10.0
"""After so many seconds without a frame nobody knows who is still there."""

_ROLES = tuple(Role)


class Measures:
    """Measures of one camera.

    Args:
        camera: the camera and its zones.
    """

    def __init__(self, camera: CameraSettings) -> None:
        self._roles = RoleFinder(camera)
        services, blend = ServiceTimes(), WaitBlend()
        self._lanes = [Lane(s, camera.id, services, blend) for s in lane_shapes(camera)]
        self._changes = LaneChanges()
        self._heads = Heads()
        self._dwell = {
            z.id: DwellWatch(z, camera.id) for z in camera.zones if isinstance(z, DwellZone)
        }
        self._heat = HeatMap()
        self._footfall = Footfall(z.id for z in camera.zones if isinstance(z, LineZone))
        self._columns: tuple[str, ...] = ()
        self._dwell_columns: list[int] = []
        self._last_s: float | None = None

    def override(self, lane: str, state: LaneState | None) -> None:
        """Take the manager's word on a lane; None lets the camera speak again.

        Raises:
            KeyError: the camera has no such lane.
        """
        {known.name: known for known in self._lanes}[lane].watch.override = state

    def update(self, presence: Presence) -> Readings:
        """Take in one frame.

        Time that runs back, or a gap of more than ``GAP_S``, makes the measures forget who was
        there: waits under way are dropped, what was learned is kept.
        """
        dt_s = self._step_s(presence.t_s)
        events: list[EventData] = []
        queues = self._queues(presence, dt_s, events)
        zones = self._zones(presence, dt_s, events)
        for crossing in presence.crossings:
            events.append(
                LineCrossing(
                    line=crossing.line, direction=crossing.direction.value, person=crossing.person
                )
            )
        lines = self._footfall.update(presence.t_s, presence.crossings)
        self._heat.add(presence.feet[presence.seen], dt_s)
        occupancy = self._footfall.occupancy
        return Readings(presence.t_s, queues, zones, lines, tuple(events), occupancy)

    @property
    def heat(self) -> HeatMap:
        """Where people stood, since the start."""
        return self._heat

    def close(self) -> None:
        """The shop has closed and is empty; corrects the count of people inside."""
        self._footfall.close()

    def _step_s(self, t_s: float) -> float:
        last_s, self._last_s = self._last_s, t_s
        if last_s is None:
            return 0.0
        dt_s = t_s - last_s
        if 0.0 <= dt_s <= GAP_S:
            return dt_s
        self._changes.restart()
        for lane in self._lanes:
            lane.restart()
        for watch in self._dwell.values():
            watch.restart()
        return 0.0

    def _queues(
        self, presence: Presence, dt_s: float, events: list[EventData]
    ) -> dict[str, QueueData]:
        if not self._lanes:
            return {}
        sightings, cashiers = self._sightings(presence, dt_s)
        seen = presence.seen
        feet = dict(zip(presence.people[seen].tolist(), presence.feet[seen].tolist(), strict=True))
        seen_boxes = presence.boxes[presence.seen]
        steepness = self._heads.steepness()
        queues = {}
        for lane, here, cashier in zip(self._lanes, sightings, cashiers, strict=True):
            inside = {s.track for s in here}
            elsewhere = {track: place for track, place in feet.items() if track not in inside}
            queues[lane.name], happened = lane.update(
                presence.t_s, dt_s, here, elsewhere, seen_boxes, steepness, cashier=cashier
            )
            events += happened
        events += self._changes.update(presence.t_s, self._lanes)
        return queues

    def _sightings(
        self, presence: Presence, dt_s: float
    ) -> tuple[list[list[Sighting]], list[bool]]:
        """Sort people by lane; also tell where a cashier stands."""
        roles, lanes = self._roles.assign(presence, dt_s)
        people, seen = presence.people.tolist(), presence.seen.tolist()
        feet, boxes = presence.feet.tolist(), presence.boxes.tolist()
        sightings: list[list[Sighting]] = [[] for _ in self._lanes]
        cashiers = [False] * len(self._lanes)
        self._heads.learn(presence.boxes[presence.seen], presence.feet[presence.seen], dt_s)
        double = self._heads.doubles(presence.boxes, presence.people).tolist()
        for i, (role, lane) in enumerate(zip(roles, lanes, strict=True)):
            if role == Role.STAFF:
                cashiers[lane] |= not double[i]
            elif role != Role.NONE:
                place = self._lanes[lane].shape.position(*feet[i])
                sightings[lane].append(
                    Sighting(
                        people[i],
                        _ROLES[role],
                        tuple(feet[i]),
                        tuple(boxes[i]),
                        place,
                        seen[i],
                        double[i],
                    )
                )
        return sightings, cashiers

    def _zones(
        self, presence: Presence, dt_s: float, events: list[EventData]
    ) -> dict[str, ZoneData]:
        if presence.zones != self._columns:
            self._columns = presence.zones
            self._dwell_columns = [presence.zones.index(zone) for zone in self._dwell]
        zones = {}
        for (name, watch), column in zip(self._dwell.items(), self._dwell_columns, strict=True):
            rows = np.flatnonzero(~np.isnan(presence.since_s[:, column]))
            inside = [
                Inside(person, since_s, tuple(feet), tuple(box))
                for person, since_s, feet, box in zip(
                    presence.people[rows].tolist(),
                    presence.since_s[rows, column].tolist(),
                    presence.feet[rows].tolist(),
                    presence.boxes[rows].tolist(),
                    strict=True,
                )
            ]
            confidence = float(presence.seen[rows].mean()) if len(rows) else 1.0
            zones[name], visits = watch.update(presence.t_s, dt_s, inside, confidence)
            events += visits
        return zones
