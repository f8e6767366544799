"""Couples and families: people who join together, stand together and pay once."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.measures.gait import Box, metres_between
from edge_agent.measures.members import Member, Stage

TOGETHER_M = 1.3
"""Who belongs together stands no further apart."""
TOGETHER_S = 2.5
"""Who belongs together joins no further apart in time."""
ONE_BODY = 0.75
"""Of which more than this share lies in the box of another is a second box, not company."""


def find(member: Member, others: Iterable[Member]) -> int:
    """Unit of a member that just joined: that of the nearest who joined with it, or its own."""
    best, best_m = member.person, TOGETHER_M
    for other in others:
        if other is member or other.stage not in (Stage.WAITING, Stage.SERVED):
            continue
        if not abs(other.joined_s - member.joined_s) <= TOGETHER_S:
            continue
        # When somebody joined who was first seen in the queue is a guess.
        if member.born_inside and abs(other.entered_s - member.entered_s) > TOGETHER_S:
            continue
        distance_m = metres_between(member.box, member.feet, other.feet)
        if distance_m < best_m and is_beside(member, other):
            best, best_m = other.unit, distance_m
    return best


def is_beside(member: Member, other: Member) -> bool:
    """Whether somebody stands so near to the other one as company does, and is no second box."""
    near = metres_between(member.box, member.feet, other.feet) < TOGETHER_M
    return near and _covered(member.box, other.box) <= ONE_BODY


def count(members: Iterable[Member]) -> int:
    """How many units the members make."""
    return len({member.unit for member in members})


def _covered(first: Box, second: Box) -> float:
    """Share of the smaller of two boxes that lies in the other, 0..1."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
    return max(width, 0.0) * max(height, 0.0) / max(smaller, 1e-12)
