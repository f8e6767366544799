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

from edge_agent.measures import in_line
from edge_agent.measures.gait import Point, metres, metres_between
from edge_agent.measures.lanes import LaneShape, Role
from edge_agent.measures.members import Member, Stage

WALKS_OFF_M = 0.3
"""Who moves so far from where it stood at the till is not served any more."""
PASSING_S = 0.25
"""Somebody unknown counts after so long."""
TOWARDS = 0.5
"""Cosine of the angle to the lane up to which somebody walks along it."""
APPEARED_S = 0.5
"""Who is seen first in the middle of a line counts after so long, whether they seem to walk."""
BEHIND_M = 0.6
"""Whose head is so far behind that of the shopper waits."""
STANDS_AGAIN_S = 0.5
"""Whose service has ended and who stands there for so long: the track carries the next one."""


_PLACE = attrgetter("place")


class Now(NamedTuple):
    """Who waits, head of the queue first, and the party that is served."""

    waiting: list[Member]
    served: list[Member]


def now(members: Collection[Member], shape: LaneShape, t_s: float, steepness: float) -> Now:
    """Tell who is served and who waits at this moment.

    Whoever is seen in the line counts, whatever became known of their way there; who is not seen
    counts where there is room for them.

    Args:
        members: everybody in the lane.
        shape: the lane.
        t_s: time of the frame.
        steepness: how far down it is to people's heads for each metre towards them.
    """
    served, behind = _at_the_till(members, shape, t_s, steepness)
    at_till = {*served, *behind}
    line, walking, unseen = list(behind), [], []
    for member in members:
        stage = member.stage
        if stage is Stage.STAFF or member in at_till:
            continue
        if member.seen_s < t_s:
            if stage is Stage.WAITING and member.log_odds > 0.0:
                unseen.append(member)
        elif stage is Stage.WAITING or _in_line(member, t_s):
            line.append(member)
        elif stage is Stage.ARRIVING and _walks_up(member, shape, t_s):
            walking.append(member)
    line += in_line.joined(line, walking)
    for member in in_line.squeezed(line, steepness):
        line.remove(member)
    line += in_line.hidden(unseen, line, served)
    line.sort(key=_PLACE)
    return Now(line, served)


def _at_the_till(
    members: Collection[Member], shape: LaneShape, t_s: float, steepness: float
) -> tuple[list[Member], list[Member]]:
    """The party that is served, and those in its place who wait behind it.

    A till serves one party at a time. Who else is there stands there because somebody just
    leaves, or is a second box, or waits: of the first in line behind a shopper the feet are
    hidden, so that the place seems to be that of the shopper, but the head is further back.
    """
    there = [m for m in members if m.role is Role.SERVICE and _is_there(m, t_s)]
    if not there:
        return [], []
    first = min(there, key=lambda m: (m.stage != Stage.SERVED, -m.seen_s, _since_s(m)))
    seen = [m for m in there if m.seen_s >= t_s]
    behind = [m for m in seen if m.unit != first.unit and is_behind(m, first, shape, steepness)]
    # Company that is not seen beside the payer may never have been a second one.
    served = [m for m in seen if m.unit == first.unit and m not in behind] or [first]
    return served, behind


def _since_s(member: Member) -> float:
    return member.service_s if member.stage == Stage.SERVED else member.role_since_s


def _is_there(member: Member, t_s: float) -> bool:
    """Whether somebody in the place of service is at the till."""
    if member.stage is Stage.STAFF or not member.counts:
        return False
    if member.stage == Stage.SERVED:
        return not _walks_off(member)
    if member.stage == Stage.DONE:
        # Whose service was taken for ended too soon has not gone anywhere.
        stays = member.seen_s >= t_s and member.moved_m() < WALKS_OFF_M
        return stays or member.standing_s(t_s) >= STANDS_AGAIN_S
    if member.stage == Stage.ARRIVING:
        return t_s - member.role_since_s >= PASSING_S
    return member.stage == Stage.WAITING


def _walks_off(member: Member) -> bool:
    """Whether it moves away from where it stood; who still walks up to the till does not."""
    gait = member.gait
    if not (gait.fast_since_s > member.service_s or not math.isnan(gait.slow_since_s)):
        return False
    return member.moved_m() >= WALKS_OFF_M


def _in_line(member: Member, t_s: float) -> bool:
    """Whether somebody seen who has not joined stands in the line.

    Of who is seen first in the middle of it nobody knows how they came there.
    """
    if member.role != Role.QUEUE:
        return False
    if member.stage == Stage.ARRIVING and member.born_inside:
        return t_s - member.entered_s >= APPEARED_S
    return member.standing_s(t_s) >= 0.0


def _walks_up(member: Member, shape: LaneShape, t_s: float) -> bool:
    """Whether somebody walks towards the till and not across the lane."""
    if member.role != Role.QUEUE or t_s - member.role_since_s < PASSING_S:
        return False
    lane = metres(member.box, (0.0, 0.0), shape.axis)
    right, along = member.gait.heading
    towards = -(right * lane[0] + along * lane[1])
    return towards >= TOWARDS * math.hypot(right, along) * math.hypot(*lane) > 0.0


def is_behind(member: Member, first: Member, shape: LaneShape, steepness: float) -> bool:
    """Whether the head of somebody in the place of service is one of the queue.

    Args:
        member: who stands there.
        first: whoever is served.
        shape: the lane.
        steepness: how far down it is to people's heads for each metre towards them.
    """
    if member is first or member.stage == Stage.DONE:
        return False
    if steepness >= in_line.STEEP:
        # From above it shows who stands behind the shopper and who beside.
        return member.floor_m[0] - first.floor_m[0] >= BEHIND_M
    if member.place > first.place and _apart_m(first, first.feet, member.feet) >= BEHIND_M:
        return True
    left, top, right, bottom = first.box
    feet = (left + right) / 2.0, bottom
    # Where the feet of somebody as tall in the picture would be.
    others = (member.box[0] + member.box[2]) / 2.0, member.box[1] + bottom - top
    further = shape.position(*others) > shape.position(*feet)
    return further and _apart_m(first, feet, others) >= BEHIND_M


def _apart_m(first: Member, start: Point, end: Point) -> float:
    return metres_between(first.box, start, end)
