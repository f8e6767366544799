"""Somebody in a lane, and how far they have come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from edge_agent.measures import hiding
from edge_agent.measures.lanes import Role
from edge_agent.measures.waits import Wait

BODY_WIDTH_M, BODY_HEIGHT_M = 0.55, 1.7
"""A person's box; turns distances in the picture into rough metres."""
_QUICK_S, _SLOW_S = 0.25, 0.75

Point = tuple[float, float]
Box = tuple[float, float, float, float]


class Stage(IntEnum):
    """Where a member is in the life of the queue."""

    ARRIVING = 0
    WAITING = 1
    SERVED = 2
    DONE = 3
    STAFF = 4


@dataclass(frozen=True, slots=True)
class Sighting:
    """One person in a lane in one frame; coordinates are fractions of the frame."""

    track: int
    role: Role
    feet: Point
    box: Box
    place: float
    seen: bool


@dataclass(slots=True)
class Member:
    """Somebody in a lane.

    Attributes:
        person: id given to the outside, the first track's.
        track: track that carries the member now.
        feet, box, place: last known place in the picture and along the lane.
        entered_s: first moment in a zone of the lane.
        seen_s: last sighting.
        stage: how far it has come.
        unit: person id of the first one of the couple or family it belongs to.
        role: zone it stands in.
        born_inside: it was first seen inside the lane, so it did not walk in before our eyes.
        joined_s, service_s, end_s: when it began to wait, to be served, and when it was gone.
        slow_since_s: standing since then; NaN while walking.
        fast_since_s: walking since then; NaN while standing.
        out_s: outside the lane's zones since then; NaN inside.
        log_odds: of being there.
        speed_m_s: rough walking speed.
        outlasted: services that began and ended beside it while it stood in the place of service.
        promise: the wait that was published when it joined.
    """

    person: int
    track: int
    feet: Point
    box: Box
    place: float
    entered_s: float
    seen_s: float
    stage: Stage = Stage.ARRIVING
    unit: int = -1
    role: Role = Role.QUEUE
    born_inside: bool = False
    joined_s: float = math.nan
    service_s: float = math.nan
    end_s: float = math.nan
    slow_since_s: float = math.nan
    fast_since_s: float = math.nan
    out_s: float = math.nan
    log_odds: float = hiding.CERTAIN
    speed_m_s: float = 0.0
    outlasted: int = 0
    promise: Wait | None = None
    quick: Point = (math.nan, math.nan)
    slow: Point = (math.nan, math.nan)

    @property
    def counts(self) -> bool:
        """More likely there than not."""
        return self.log_odds > 0.0

    @property
    def certainty(self) -> float:
        """Probability of being there."""
        return 1.0 / (1.0 + math.exp(-self.log_odds))

    def put(self, sighting: Sighting) -> None:
        """Stand somewhere else at once, as after a switch of tracks."""
        self.track = sighting.track
        self.feet, self.box, self.place = sighting.feet, sighting.box, sighting.place
        self.role = sighting.role
        self.quick = self.slow = sighting.feet

    def move(self, sighting: Sighting, t_s: float, dt_s: float, standing_m_s: float) -> None:
        """Follow a sighting and judge whether the member walks.

        Two running means of the place, one quicker than the other, differ by the speed times the
        difference of their time constants; jitter of the box hardly counts.
        """
        self.feet, self.box, self.place = sighting.feet, sighting.box, sighting.place
        self.role = sighting.role
        self.quick = _towards(self.quick, sighting.feet, dt_s / _QUICK_S)
        self.slow = _towards(self.slow, sighting.feet, dt_s / _SLOW_S)
        self.speed_m_s = metres_between(self.slow, self.box, self.quick) / (_SLOW_S - _QUICK_S)
        if self.speed_m_s < standing_m_s:
            self.fast_since_s = math.nan
            if math.isnan(self.slow_since_s):
                self.slow_since_s = t_s
        else:
            self.slow_since_s = math.nan
            if math.isnan(self.fast_since_s):
                self.fast_since_s = t_s


def _towards(mean: Point, new: Point, steps: float) -> Point:
    share = 1.0 - math.exp(-steps)
    return (mean[0] + share * (new[0] - mean[0]), mean[1] + share * (new[1] - mean[1]))


def metres_between(feet: Point, box: Box, other: Point) -> float:
    """Rough distance on the floor, in metres.

    Args:
        feet: x y of one person, as fractions of the frame.
        box: x1 y1 x2 y2 of that person; gives the scale.
        other: x y of the other.

    Across the picture a body's width is the scale; along the line of sight its height, twice,
    since the floor is seen at a slant.
    """
    across = (other[0] - feet[0]) / max(box[2] - box[0], 1e-6) * BODY_WIDTH_M
    along = 2.0 * (other[1] - feet[1]) / max(box[3] - box[1], 1e-6) * BODY_HEIGHT_M
    return math.hypot(across, along)
