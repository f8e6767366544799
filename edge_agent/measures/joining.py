"""When somebody in a queue zone has begun to wait.

Who walks up to a camera that looks along the queue hardly moves in its picture, so standing in
the picture is not enough: they have to stay where they are on the floor, and near to whoever is
next.
"""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.measures.lanes import Role
from edge_agent.measures.members import Member, Stage

JOIN_AFTER_S = 1.0
"""Standing so long in the queue zone joins the queue."""
FAR_M, JOIN_FAR_AFTER_S = 2.0, 4.0
"""Who stands so far behind the last one is likely still on the way, until they stood so long."""
JOIN_MOVING_AFTER_S = 12.0
"""So long in the zone joins even who never stands: a passer-by is through by then."""


_IN_QUEUE = (Stage.WAITING, Stage.SERVED)


def began_s(member: Member, members: Iterable[Member], t_s: float) -> float | None:
    """When somebody who arrives began to wait; None: not yet.

    Args:
        member: who arrives.
        members: everybody in the lane.
        t_s: time of the frame.
    """
    if member.role != Role.QUEUE:
        return None
    stood_s = member.standing_s(t_s)
    needed_s = JOIN_FAR_AFTER_S if _gap_m(member, members) > FAR_M else JOIN_AFTER_S
    if stood_s >= needed_s and member.stays():
        return t_s - min(stood_s, t_s - member.halt_s)
    if t_s - member.entered_s >= JOIN_MOVING_AFTER_S:
        return t_s
    return None


def _gap_m(member: Member, members: Iterable[Member]) -> float:
    """How far it is from somebody to the next one ahead, or to the till; NaN while unknown."""
    place_m = member.floor_m[0]
    ahead = [m.floor_m[0] for m in members if m.stage in _IN_QUEUE]
    return place_m - max([m for m in ahead if m < place_m], default=0.0)
