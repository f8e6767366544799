"""Somebody in a lane, and how far they have come."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from edge_agent.measures import hiding
from edge_agent.measures.gait import Box, Gait, Point, metres_between
from edge_agent.measures.lanes import Role
from edge_agent.measures.waits import Wait

WALKED_OFF_AFTER_S = 0.2
WALKED_OFF_M = 0.4
"""Walking for so long, and so far from where it stood, ends a service."""
NOWHERE = (math.nan, math.nan)
STAYS_M, STAYS_AFTER_S = 0.35, 1.5
"""Who stays within so little for so long stands, and does not walk slowly or far away;"""
STAYS_FLOOR_M = 0.4
"""on the floor, where it is known, within this: who walks up to a flat view hardly moves in it."""
HEAD_S = 0.75
"""Time constant of the mean place of the head."""


class Stage(int):
    """Where a member is in the life of the queue; no ``IntEnum``, for the reason of ``Role``."""

    ARRIVING: ClassVar[Stage]
    WAITING: ClassVar[Stage]
    SERVED: ClassVar[Stage]
    DONE: ClassVar[Stage]
    STAFF: ClassVar[Stage]


Stage.ARRIVING, Stage.WAITING, Stage.SERVED, Stage.DONE, Stage.STAFF = map(Stage, range(5))


class Sighting(NamedTuple):
    """One person in a lane in one frame; coordinates are fractions of the frame.

    ``stood`` is where it stood last; ``double`` says that it shares its head with a person known
    longer, or is worth so little that it is nobody; ``floor_m`` is where it stands in metres
    behind the till and aside of the middle of the lane, NaN while unknown.
    """

    track: int
    role: Role
    feet: Point
    box: Box
    place: float
    seen: bool
    stood: Point
    gait: Gait
    double: bool = False
    floor_m: Point = NOWHERE


@dataclass(slots=True, eq=False)
class Member:
    """Somebody in a lane.

    Attributes:
        person: id given to the outside, the first track's.
        track: track that carries the member now.
        feet, box, place: last known place in the picture and along the lane.
        floor_m: the same on the floor, as in :class:`Sighting`.
        entered_s: first moment in a zone of the lane.
        seen_s: last sighting.
        stage: how far it has come.
        unit: person id of the first one of the couple or family it belongs to.
        role: zone it stands in.
        born_inside: it was first seen inside the lane, so it did not walk in before our eyes.
        sure: it was followed all the way from where it walked in.
        straight: it was first seen at a till that had been free: nobody waits on the way there.
        joined_s, service_s, end_s: when it began to wait, to be served, and when it was gone.
        role_since_s: in the zone of its role since then.
        out_s: outside the lane's zones since then; NaN inside.
        log_odds: of being there.
        covered, covered_s: how much others hide it, and when that was looked at.
        stood, gait: where it stood last, and whether it walked when it was seen last.
        told: the start of its service was told of.
        outlasted: services that began and ended beside it while it stood in the place of service.
        promise: the wait that was published when it joined.
        found_s, missed_s: how long it was seen by itself, and how long not though it was there.
        double_s: how long it was seen as a double of somebody else, of late.
        stood_head: where its head was while it stood.
        halt, halt_floor_m, halt_s: where it has stayed, in the picture and on the floor, and since
            when.
    """

    person: int
    track: int
    feet: Point
    box: Box
    place: float
    entered_s: float
    seen_s: float
    stood: Point
    gait: Gait
    stage: Stage = Stage.ARRIVING
    unit: int = -1
    role: Role = Role.QUEUE
    born_inside: bool = False
    sure: bool = True
    straight: bool = False
    joined_s: float = math.nan
    service_s: float = math.nan
    end_s: float = math.nan
    role_since_s: float = math.nan
    out_s: float = math.nan
    log_odds: float = hiding.CERTAIN
    covered: float = 0.0
    covered_s: float = -math.inf
    told: bool = False
    outlasted: int = 0
    promise: Wait | None = None
    found_s: float = 0.0
    missed_s: float = 0.0
    double_s: float = 0.0
    stood_head: Point = (math.nan, math.nan)
    floor_m: Point = NOWHERE
    halt: Point = NOWHERE
    halt_floor_m: Point = NOWHERE
    halt_s: float = math.nan

    @property
    def counts(self) -> bool:
        """More likely there than not."""
        return self.log_odds > 0.0

    @property
    def certainty(self) -> float:
        """Probability of being there."""
        return 1.0 / (1.0 + math.exp(-self.log_odds))

    @classmethod
    def new(cls, sighting: Sighting, t_s: float) -> Member:
        """Somebody seen in the lane for the first time."""
        member = cls(
            person=sighting.track,
            track=sighting.track,
            feet=sighting.feet,
            box=sighting.box,
            place=sighting.place,
            entered_s=t_s,
            seen_s=t_s,
            stood=sighting.stood,
            gait=sighting.gait,
            unit=sighting.track,
        )
        member.move(sighting, t_s)
        return member

    def standing_s(self, t_s: float) -> float:
        """How long it has stood in the zone it is in; NaN while it walks."""
        return t_s - max(self.gait.slow_since_s, self.role_since_s)

    def stays(self) -> bool:
        """Whether it was seen to stay there; who was first seen in the lane did not walk in."""
        last_s = self.seen_s if math.isnan(self.out_s) else self.out_s
        return self.born_inside or last_s - self.halt_s >= STAYS_AFTER_S

    def found(self, t_s: float, dt_s: float) -> None:
        """Note a sighting: who is seen again was missed in between."""
        self.found_s += dt_s
        if self.double_s > 0.0:
            self.double_s = max(self.double_s - dt_s, 0.0)
        missed_s = t_s - dt_s - self.seen_s
        if missed_s > 0.0:
            self.missed_s += missed_s

    def can_be(self, sighting: Sighting) -> bool:
        """Whether it can stand there: who was served does not go back into the queue."""
        if self.stage in (Stage.ARRIVING, Stage.WAITING):
            return True
        return self.stage != Stage.DONE and sighting.role == Role.SERVICE

    def walks_off(self, t_s: float) -> bool:
        """Whether it walks away from the till; who still walks up to it does not."""
        since_s = self.gait.fast_since_s
        walks = since_s > self.service_s and t_s - since_s >= WALKED_OFF_AFTER_S
        return walks and self.moved_m() >= WALKED_OFF_M

    def moved_m(self) -> float:
        """How far it is from where it stood, in rough metres.

        The less of the way of the feet and that of the head: a box that takes in a bag or
        somebody else moves its feet alone.
        """
        feet_m = metres_between(self.box, self.stood, self.feet)
        return min(feet_m, metres_between(self.box, self.stood_head, _head(self.box)))

    def jump(self, sighting: Sighting, t_s: float) -> None:
        """Go on as another track."""
        self.sure &= self.track == sighting.track
        self.track = sighting.track
        self.stood_head = _head(sighting.box)
        self.move(sighting, t_s)

    def move(self, sighting: Sighting, t_s: float) -> None:
        """Follow a sighting of the same track."""
        # Once a person and frame: to unpack is quicker than to ask for each field.
        _, role, feet, box, place, _, stood, gait, _, floor_m = sighting
        x, y = (box[0] + box[2]) / 2.0, box[1]
        old_x, old_y = self.stood_head
        if math.isnan(old_x):
            self.stood_head = x, y
        elif not math.isnan(gait.slow_since_s):
            step = -math.expm1((self.seen_s - t_s) / HEAD_S)
            self.stood_head = old_x + step * (x - old_x), old_y + step * (y - old_y)
        walks_in = self.stage is Stage.ARRIVING
        if walks_in and not self._halts(box, feet, floor_m):
            self.halt, self.halt_floor_m, self.halt_s = feet, floor_m, t_s
        self.feet, self.box, self.place, self.floor_m = feet, box, place, floor_m
        self.stood, self.gait = stood, gait
        self.seen_s, self.log_odds, self.out_s = t_s, hiding.CERTAIN, math.nan
        if role is not self.role or math.isnan(self.role_since_s):
            self.role, self.role_since_s = role, t_s

    def trade(self, other: Member) -> None:
        """Be the other one, and let the other one be this: each has the body of the other."""
        for name in ("person", "unit", "entered_s", "joined_s", "born_inside", "promise"):
            mine = getattr(self, name)
            setattr(self, name, getattr(other, name))
            setattr(other, name, mine)

    def follower(self, t_s: float) -> Member:
        """Somebody else, who has had the track of this one since ``t_s``."""
        return replace(
            self,
            stage=Stage.ARRIVING,
            entered_s=t_s,
            joined_s=math.nan,
            sure=False,
            promise=None,
            told=False,
            outlasted=0,
        )

    def take_body(self, other: Member) -> None:
        """Go on with the track, the place and the gait of somebody else."""
        self.track, self.feet, self.box = other.track, other.feet, other.box
        self.place, self.floor_m, self.stood = other.place, other.floor_m, other.stood
        self.gait, self.seen_s = other.gait, other.seen_s
        self.role, self.role_since_s = other.role, other.role_since_s
        self.log_odds, self.out_s = other.log_odds, other.out_s
        self.stood_head = other.stood_head

    def _halts(self, box: Box, feet: Point, floor_m: Point) -> bool:
        """Whether it is still where it halted."""
        if not metres_between(box, self.halt, feet) <= STAYS_M:
            return False
        # Not known is not elsewhere.
        return not math.dist(floor_m, self.halt_floor_m) > STAYS_FLOOR_M


def _head(box: Box) -> Point:
    return (box[0] + box[2]) / 2.0, box[1]
