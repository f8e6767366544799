"""Which lane and which part in it each person has, from the zones they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import CameraSettings, QueueZone, ServiceZone, StaffZone
from edge_agent.zones.presence import Presence


class Role(int):
    """Part of a person in a lane; a higher one wins where zones overlap.

    Named numbers, but no ``IntEnum``: to look up one of those takes Python 3.11 ten times as long
    as to compare it, and roles and stages are looked up some hundred times a frame.
    """

    NONE: ClassVar[Role]
    QUEUE: ClassVar[Role]
    SERVICE: ClassVar[Role]
    STAFF: ClassVar[Role]


ROLES = tuple(map(Role, range(4)))
Role.NONE, Role.QUEUE, Role.SERVICE, Role.STAFF = ROLES


@dataclass(frozen=True, slots=True)
class LaneShape:
    """Where a lane lies in the picture.

    Attributes:
        lane: lane id.
        has_service: a service zone is set; without one waits cannot be known.
        has_staff: a staff zone is set.
        origin: x y of the middle of the place of service, as fractions of the frame.
        axis: from there to the far end of the queue, divided by its squared length.
    """

    lane: str
    has_service: bool
    has_staff: bool
    origin: tuple[float, float]
    axis: tuple[float, float]

    def position(self, x: float, y: float) -> float:
        """Give the place along the lane: 0 at the service, 1 at the far end of the queue."""
        return (x - self.origin[0]) * self.axis[0] + (y - self.origin[1]) * self.axis[1]


def lane_shapes(camera: CameraSettings) -> tuple[LaneShape, ...]:
    """Shapes of all lanes of a camera, in the order of the config."""
    return tuple(_shape(camera, lane) for lane in camera.lanes)


def _shape(camera: CameraSettings, lane: str) -> LaneShape:
    zones = camera.zones
    queue = [p for z in zones if isinstance(z, QueueZone) and z.lane == lane for p in z.polygon]
    service = [p for z in zones if isinstance(z, ServiceZone) and z.lane == lane for p in z.polygon]
    staff = [z for z in zones if isinstance(z, StaffZone) and z.lane == lane]
    corners = np.array(queue, dtype=np.float64)
    if service:
        origin = np.array(service, dtype=np.float64).mean(axis=0)
    else:
        # Without a place of service the order of the queue is unknown; the nearest edge will do.
        origin = corners[np.argmax(corners[:, 1])]
    axis = corners.mean(axis=0) - origin
    axis /= max(float(((corners - origin) @ axis).max()), 1e-9)
    return LaneShape(
        lane,
        bool(service),
        bool(staff),
        (float(origin[0]), float(origin[1])),
        (float(axis[0]), float(axis[1])),
    )


class RoleFinder:
    """Gives each person at most one lane and role.

    Staff beats service beats queue; between lanes the one where the person has stood longest
    wins, then the order of the config. Who has stood in a staff zone for ``staff_after_s``
    stays staff for as long as they are followed.
    """

    def __init__(self, camera: CameraSettings, *, staff_after_s: float = 8.0) -> None:
        self._lanes = camera.lanes
        self._kinds = {
            z.id: (_ROLE_OF[z.kind], self._lanes.index(z.lane))
            for z in camera.zones
            if isinstance(z, (QueueZone, ServiceZone, StaffZone))
        }
        self._staff_after_s = staff_after_s
        self._staff_s: dict[int, float] = {}
        self._columns: tuple[str, ...] = ()
        self._use: NDArray[np.intp] = np.empty(0, np.intp)
        self._role: NDArray[np.int64] = np.empty(0, np.int64)
        self._lane: NDArray[np.int64] = np.empty(0, np.int64)
        self._stood_since = b""
        self._found: tuple[list[int], list[int]] = ([], [])

    def assign(self, presence: Presence, dt_s: float) -> tuple[list[int], list[int]]:
        """Give role and lane index of each person; lane -1 where the role is NONE.

        Args:
            presence: who stands where.
            dt_s: seconds since the last call.
        """
        if presence.zones != self._columns:
            self._read_columns(presence.zones)
        count = len(presence.people)
        if not self._use.size or not count:
            self._staff_s.clear()
            return [0] * count, [-1] * count
        # Who stands where since when says it all: while nobody comes or goes, nothing changes.
        stood_since = presence.since_s.tobytes()
        if stood_since != self._stood_since:
            self._stood_since, self._found = stood_since, self._find(presence)
        roles, lanes = self._found
        return self._with_staff(presence.people.tolist(), roles, dt_s), lanes

    def _find(self, presence: Presence) -> tuple[list[int], list[int]]:
        """Role and lane of each person, but for staff out of its zone."""
        since = presence.since_s[:, self._use]
        inside = ~np.isnan(since)
        # The role decides first, then the longer stay: one sortable number does both.
        stay = np.where(inside, presence.t_s - since, 0.0)
        rank = np.where(inside, self._role * 1e9 + np.minimum(stay, 1e8), -1.0)
        best = rank.argmax(axis=1)
        found = inside[np.arange(len(best)), best]
        role = np.where(found, self._role[best], 0)
        lane = np.where(found, self._lane[best], -1)
        return role.tolist(), lane.tolist()

    def _read_columns(self, zones: Sequence[str]) -> None:
        self._columns, self._stood_since = tuple(zones), b""
        use = [i for i, zone in enumerate(zones) if zone in self._kinds]
        self._use = np.array(use, np.intp)
        self._role = np.array([self._kinds[zones[i]][0] for i in use], np.int64)
        self._lane = np.array([self._kinds[zones[i]][1] for i in use], np.int64)

    def _with_staff(self, people: list[int], roles: list[int], dt_s: float) -> list[int]:
        """Roles with those of staff out of its zone; notes how long who has stood there."""
        if Role.STAFF not in roles and self._staff_s.keys().isdisjoint(people):
            self._staff_s.clear()
            return roles
        now: dict[int, float] = {}
        roles = roles.copy()
        for i, person in enumerate(people):
            stood = self._staff_s.get(person, 0.0)
            if roles[i] == Role.STAFF:
                stood += dt_s
            elif stood >= self._staff_after_s and roles[i] != Role.NONE:
                roles[i] = Role.STAFF
            if stood > 0.0:
                now[person] = stood
        self._staff_s = now
        return roles


_ROLE_OF = {"queue": Role.QUEUE, "service": Role.SERVICE, "staff": Role.STAFF}
