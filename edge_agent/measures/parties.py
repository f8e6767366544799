"""Who stands at the till with whom."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.measures import till, units
from edge_agent.measures.lanes import LaneShape, Role
from edge_agent.measures.members import Member, Stage

STAFF_AFTER, STAFF_AFTER_S = 3, 150.0
"""Who stays in the place of service so long, while so many others are served there, works there."""
A_SERVICE_S = 6.0
"""A shorter stay proves nothing."""


def till_is_busy(members: Iterable[Member]) -> bool:
    """Whether somebody is served, or was and has not gone yet."""
    return any(
        m.stage == Stage.SERVED or (m.stage == Stage.DONE and m.role == Role.SERVICE)
        for m in members
    )


def others_served(member: Member, members: Iterable[Member], t_s: float) -> bool:
    """Whether somebody of another party is seen being served."""
    return any(
        m.stage == Stage.SERVED and m.unit != member.unit and m.seen_s >= t_s for m in members
    )


def company_served(member: Member, members: Iterable[Member], t_s: float) -> bool:
    """Whether somebody else of the same party is seen being served."""
    return any(
        m.stage == Stage.SERVED and m.unit == member.unit and m.seen_s >= t_s
        for m in members
        if m is not member
    )


def stepped_up_with(member: Member, members: Iterable[Member]) -> int | None:
    """Unit of whom somebody came to the till with; None where they came by themselves.

    Who belongs together steps up together. Whose turn is next stands behind, and who works
    beside the till was there before.
    """
    for other in members:
        if other is member or other.stage != Stage.SERVED:
            continue
        apart_s = abs(other.role_since_s - member.role_since_s)
        if apart_s <= units.TOGETHER_S and units.is_beside(member, other):
            return other.unit
    return None


def is_behind(
    member: Member, members: Iterable[Member], shape: LaneShape, t_s: float, steepness: float
) -> bool:
    """Whether somebody stands behind another party that is seen being served."""
    return any(
        m.stage == Stage.SERVED
        and m.seen_s >= t_s
        and m.unit != member.unit
        and till.is_behind(member, m, shape, steepness)
        for m in members
    )


def outlasted(member: Member, members: Iterable[Member]) -> None:
    """Note beside whom a service began and ended; who stays through many of them works there."""
    if member.end_s - member.service_s < A_SERVICE_S:
        return
    for other in members:
        if other.stage == Stage.SERVED and other.service_s < member.service_s:
            other.outlasted += 1
            long = member.end_s - other.service_s >= STAFF_AFTER_S
            if long and other.outlasted >= STAFF_AFTER:
                other.stage = Stage.STAFF
