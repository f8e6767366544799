"""Who waits and who is at the till now.

The life of a queue is told in events, which need some seconds to be sure. Who stands in the
place of service now is simpler, and is read at once: whoever is there, works not there, and
does not walk away.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from operator import attrgetter
from typing import NamedTuple

from edge_agent.measures.gait import metres_between
from edge_agent.measures.lanes import LaneShape, Role
from edge_agent.measures.members import Member, Stage

WALKS_OFF_M = 0.3
"""Who moves so far from where it stood at the till is not served any more."""
PASSING_S = 0.25
"""Somebody unknown counts after so long."""
BEHIND_M = 0.6
"""Whose head is so far behind that of the shopper waits."""
STANDS_AGAIN_S = 0.5
"""Whose service has ended and who stands there for so long: the track carries the next one."""


_PLACE = attrgetter("place")


class Now(NamedTuple):
    """Who waits, head of the queue first, and the party that is served."""

    waiting: list[Member]
    served: list[Member]


def now(members: Collection[Member], shape: LaneShape, t_s: float) -> Now:
    """Tell who is served and who waits at this moment.

    A till serves one party at a time. Who else is there stands there because somebody just
    leaves, or is a second box, or waits: of the first in line behind a shopper the feet are
    hidden, so that the place seems to be that of the shopper, but the head is further back.
    """
    waits, service = Stage.WAITING, Role.SERVICE
    waiting = {m.track: m for m in members if (m.counts if m.stage is waits else _joins(m, t_s))}
    served: list[Member] = []
    there = [m for m in members if m.role is service and _is_there(m, t_s)]
    if there:
        first = there[0] if len(there) == 1 else min(there, key=_turn)
        seen = [m for m in there if m.seen_s >= t_s]
        behind = [m for m in seen if m.unit != first.unit and is_behind(m, first, shape)]
        for member in behind:
            waiting[member.track] = member
        # Company that is not seen beside the payer may never have been a second one.
        served = [m for m in seen if m.unit == first.unit and m not in behind] or [first]
    queue = [m for m in waiting.values() if m not in served]
    queue.sort(key=_PLACE)
    return Now(queue, served)


def _turn(member: Member) -> tuple[bool, float, float]:
    """Sorts those at the till: first who is served already, then who was seen last."""
    if member.stage is Stage.SERVED:
        return False, -member.seen_s, member.service_s
    return True, -member.seen_s, member.role_since_s


def _is_there(member: Member, t_s: float) -> bool:
    if not member.counts:
        return False
    if member.stage == Stage.SERVED:
        return not _walks_off(member)
    if member.stage == Stage.DONE:
        return member.standing_s(t_s) >= STANDS_AGAIN_S
    if member.stage == Stage.ARRIVING:
        return t_s - member.role_since_s >= PASSING_S
    return member.stage == Stage.WAITING


def _walks_off(member: Member) -> bool:
    """Whether it moves away from where it stood; who still walks up to the till does not."""
    gait = member.gait
    if not (gait.fast_since_s > member.service_s or not math.isnan(gait.slow_since_s)):
        return False
    return member.moved_m() >= WALKS_OFF_M


def _joins(member: Member, t_s: float) -> bool:
    """Whether it has just stopped in the queue and will join."""
    if member.stage is Stage.ARRIVING and not member.born_inside and member.role == Role.QUEUE:
        return member.standing_s(t_s) >= 0.0 and member.counts
    return False


def is_behind(member: Member, first: Member, shape: LaneShape) -> bool:
    """Whether the head of somebody in the place of service is one of the queue."""
    if member is first or member.stage == Stage.DONE:
        return False
    box, (head_left, head, head_right, _) = first.box, member.box
    if member.place > first.place and metres_between(box, first.feet, member.feet) >= BEHIND_M:
        return True
    left, top, right, bottom = box
    feet = (left + right) / 2.0, bottom
    # Where the feet of somebody as tall in the picture would be.
    others = (head_left + head_right) / 2.0, head + bottom - top
    further = shape.position(*others) > shape.position(*feet)
    return further and metres_between(box, feet, others) >= BEHIND_M
