"""Couples and families: people who join together, stand together and pay once."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.measures.gait import metres_between
from edge_agent.measures.members import Member, Stage

TOGETHER_M = 1.3
"""Who belongs together stands no further apart."""
TOGETHER_S = 2.5
"""Who belongs together joins no further apart in time."""


def find(member: Member, others: Iterable[Member]) -> int:
    """Unit of a member that just joined: that of the nearest who joined with it, or its own."""
    best, best_m = member.person, TOGETHER_M
    for other in others:
        if other is member or other.stage not in (Stage.WAITING, Stage.SERVED):
            continue
        if not abs(other.joined_s - member.joined_s) <= TOGETHER_S:
            continue
        distance_m = metres_between(member.box, member.feet, other.feet)
        if distance_m < best_m:
            best, best_m = other.unit, distance_m
    return best


def count(members: Iterable[Member]) -> int:
    """How many units the members make."""
    return len({member.unit for member in members})
