"""The people of one lane and the life of its queue: joined, served, gone.

A member outlives the track that carries it: a member that is no longer seen stays as long as
hiding explains it, and a track that appears near its place takes it over, so that a switch of
track ids does not break a wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures import hiding
from edge_agent.measures.lanes import LaneShape, Role

JOIN_AFTER_S = 1.5
"""Standing so long in the queue zone makes a member of the queue."""
JOIN_MOVING_AFTER_S = 4.0
"""So long in the zone joins even who keeps moving: passers-by are through by then."""
SERVED_AFTER_S = 1.0
"""So long in the place of service starts a service."""
LEFT_AFTER_S = 1.5
"""So long outside the lane's zones ends a membership: less is jitter at the edge."""
STANDING_M_PER_S = 0.5
"""Slower than this stands."""
BODY_WIDTH_M, BODY_HEIGHT_M = 0.55, 1.7
"""A person's box; turns distances in the picture into rough metres."""


class Stage(IntEnum):
    """Where a member is in the life of the queue."""

    ARRIVING = 0
    WAITING = 1
    SERVED = 2


@dataclass(slots=True)
class Member:
    """Somebody in a lane.

    Attributes:
        person: id given to the outside, the first track's.
        track: track that carries the member now.
        feet, box: last known place, as fractions of the frame.
        place: position along the lane, 0 at the service.
        stage: how far it has come.
        entered_s: first moment in a zone of the lane.
        changed_s: first moment in the zone of the next stage, not yet confirmed; else NaN.
        out_s: since when it is outside the lane; NaN inside.
        seen_s: last sighting.
        log_odds: of being there.
        speed_m_s: smoothed.
        service_s: start of the service.
    """

    person: int
    track: int
    feet: tuple[float, float]
    box: tuple[float, float, float, float]
    place: float
    entered_s: float
    seen_s: float
    stage: Stage = Stage.ARRIVING
    joined: bool = False
    service_from_s: float = float("nan")
    out_s: float = float("nan")
    log_odds: float = hiding.CERTAIN
    speed_m_s: float = 1.0
    service_s: float = float("nan")

    @property
    def counts(self) -> bool:
        """More likely there than not."""
        return self.log_odds > 0.0

    @property
    def certainty(self) -> float:
        """Probability of being there."""
        return float(1.0 / (1.0 + np.exp(-self.log_odds)))


@dataclass(frozen=True, slots=True)
class Sighting:
    """One person in a lane in one frame."""

    track: int
    role: Role
    feet: tuple[float, float]
    box: tuple[float, float, float, float]
    place: float
    seen: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in a lane since the last frame.

    Attributes:
        joined: members that now wait, or went straight to be served.
        started: members whose service has started.
        finished: members whose service has ended.
        left: members that left the queue before service.
        looked: people who stood at the queue and went on without joining.
    """

    joined: list[Member] = field(default_factory=list)
    started: list[Member] = field(default_factory=list)
    finished: list[Member] = field(default_factory=list)
    left: list[Member] = field(default_factory=list)
    looked: list[Member] = field(default_factory=list)


class LaneQueue:
    """Members of one lane.

    Args:
        shape: the lane in the picture.
    """

    def __init__(self, shape: LaneShape) -> None:
        self.shape = shape
        self._members: dict[int, Member] = {}
        self._step = Step()

    @property
    def members(self) -> Iterable[Member]:
        """Everybody in the lane, hidden ones too."""
        return self._members.values()

    def at(self, stage: Stage) -> list[Member]:
        """Members of a stage that are likely there, head of the queue first."""
        found = [m for m in self._members.values() if m.stage == stage and m.counts]
        return sorted(found, key=lambda m: m.place)

    def clear(self) -> None:
        """Forget everybody, without events: nobody knows what became of them."""
        self._members.clear()

    def update(
        self,
        t_s: float,
        dt_s: float,
        sightings: Sequence[Sighting],
        elsewhere: set[int],
        seen_boxes: NDArray[np.float64],
    ) -> Step:
        """Take in one frame.

        Args:
            t_s: time of the frame.
            dt_s: seconds since the last one.
            sightings: people in the zones of this lane as shoppers.
            elsewhere: tracks of this frame that are not in this lane.
            seen_boxes: (N, 4) boxes of everybody seen, for what hides whom.
        """
        self._step = Step()
        strangers = []
        here = set()
        for sighting in sightings:
            here.add(sighting.track)
            member = self._members.get(sighting.track)
            if member is None:
                strangers.append(sighting)
            else:
                self._observe(member, sighting, t_s, dt_s, seen_boxes)
        lost = [m for m in self._members.values() if m.track not in here]
        lost = [m for m in lost if not self._outside(m, t_s, elsewhere)]
        self._take_over(strangers, lost, t_s)
        for member in lost:
            self._miss(member, t_s, dt_s, seen_boxes)
        for member in list(self._members.values()):
            self._advance(member, t_s)
        return self._step

    def _observe(
        self,
        member: Member,
        sighting: Sighting,
        t_s: float,
        dt_s: float,
        seen_boxes: NDArray[np.float64],
    ) -> None:
        moved = metres_between(member.feet, member.box, sighting.feet)
        if dt_s > 0.0:
            keep = np.exp(-dt_s / 0.7)
            member.speed_m_s = keep * member.speed_m_s + (1.0 - keep) * moved / dt_s
        member.feet, member.box, member.place = sighting.feet, sighting.box, sighting.place
        member.out_s = float("nan")
        if sighting.seen:
            member.seen_s = t_s
            member.log_odds = hiding.CERTAIN
        else:
            self._doubt(member, dt_s, seen_boxes)
        if sighting.role == Role.SERVICE:
            if np.isnan(member.service_from_s):
                member.service_from_s = t_s
        elif member.stage != Stage.SERVED:
            member.service_from_s = float("nan")

    def _outside(self, member: Member, t_s: float, elsewhere: set[int]) -> bool:
        """Handle a member whose track stands outside the lane; False when it is not seen at all."""
        if member.track not in elsewhere:
            return False
        if np.isnan(member.out_s):
            member.out_s = t_s
        if t_s - member.out_s >= LEFT_AFTER_S:
            self._leave(member, member.out_s)
        return True

    def _leave(self, member: Member, t_s: float) -> None:
        del self._members[member.track]
        member.out_s = t_s
        if member.stage == Stage.SERVED:
            self._step.finished.append(member)
        elif member.stage == Stage.WAITING:
            self._step.left.append(member)
        elif member.speed_m_s < STANDING_M_PER_S:
            self._step.looked.append(member)

    def _take_over(self, strangers: list[Sighting], lost: list[Member], t_s: float) -> None:
        for sighting in strangers:
            member = self._nearest(sighting, lost, t_s)
            if member is None:
                self._members[sighting.track] = Member(
                    person=sighting.track,
                    track=sighting.track,
                    feet=sighting.feet,
                    box=sighting.box,
                    place=sighting.place,
                    entered_s=t_s,
                    seen_s=t_s,
                    service_from_s=t_s if sighting.role == Role.SERVICE else float("nan"),
                )
                continue
            lost.remove(member)
            del self._members[member.track]
            member.track = sighting.track
            member.feet, member.box, member.place = sighting.feet, sighting.box, sighting.place
            member.seen_s, member.log_odds, member.out_s = t_s, hiding.CERTAIN, float("nan")
            if sighting.role == Role.SERVICE and np.isnan(member.service_from_s):
                member.service_from_s = t_s
            self._members[sighting.track] = member

    @staticmethod
    def _nearest(sighting: Sighting, lost: list[Member], t_s: float) -> Member | None:
        best, best_m = None, float("inf")
        for member in lost:
            # Members of the queue only move towards the service, those served stay.
            reach = min(0.8 + 0.6 * (t_s - member.seen_s), 3.0)
            distance = metres_between(member.feet, member.box, sighting.feet)
            if member.stage == Stage.SERVED and sighting.role != Role.SERVICE:
                continue
            if distance < min(reach, best_m):
                best, best_m = member, distance
        return best

    def _miss(
        self, member: Member, t_s: float, dt_s: float, seen_boxes: NDArray[np.float64]
    ) -> None:
        self._doubt(member, dt_s, seen_boxes)
        gone = member.log_odds < -2.0 or (member.stage == Stage.ARRIVING and not member.counts)
        if not gone:
            return
        if member.stage == Stage.SERVED:
            self._leave(member, member.seen_s)
        else:
            del self._members[member.track]

    @staticmethod
    def _doubt(member: Member, dt_s: float, seen_boxes: NDArray[np.float64]) -> None:
        covered = hiding.cover(np.array(member.box), seen_boxes)
        member.log_odds = hiding.after_miss(member.log_odds, covered, dt_s)

    def _advance(self, member: Member, t_s: float) -> None:
        if member.stage == Stage.ARRIVING and self._has_joined(member, t_s):
            member.stage = Stage.WAITING
            member.joined = True
            self._step.joined.append(member)
        begun = t_s - member.service_from_s >= SERVED_AFTER_S
        if member.stage != Stage.SERVED and begun:
            if not member.joined:
                member.joined = True
                self._step.joined.append(member)
            member.stage = Stage.SERVED
            member.service_s = member.service_from_s
            self._step.started.append(member)

    @staticmethod
    def _has_joined(member: Member, t_s: float) -> bool:
        if not np.isnan(member.service_from_s):
            return False
        stood = t_s - member.entered_s
        slow = member.speed_m_s < STANDING_M_PER_S
        return (stood >= JOIN_AFTER_S and slow) or stood >= JOIN_MOVING_AFTER_S


def metres_between(
    feet: tuple[float, float],
    box: tuple[float, float, float, float],
    other: tuple[float, float],
) -> float:
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
    return float(np.hypot(across, along))
