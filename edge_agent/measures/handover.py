"""Which member a new track carries on: the hand-over of identity by place along the lane."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from edge_agent.measures.gait import metres_between
from edge_agent.measures.lanes import Role
from edge_agent.measures.members import Member, Sighting

VANISHED_S, VANISHED_M = 15.0, 2.0
"""Somebody who vanished in the queue may show up again for so long, so near."""


class Handover:
    """Finds who shows up again as a track that began inside the lane."""

    def __init__(self) -> None:
        self._vanished: list[Member] = []

    def clear(self) -> None:
        """Forget who vanished."""
        self._vanished.clear()

    def vanished(self, member: Member) -> None:
        """Note somebody who is not believed to be there any more; nobody saw them leave."""
        self._vanished.append(member)

    def find(
        self,
        sighting: Sighting,
        members: Iterable[Member],
        waiting: Sequence[Member],
        t_s: float,
    ) -> Member | None:
        """Give whom a new track carries on; None: somebody new.

        Args:
            sighting: the new track.
            members: everybody in the lane.
            waiting: those who wait, head of the queue first.
            t_s: time of the frame.
        """
        near = _unseen_near(sighting, members, t_s)
        if near is not None:
            return near
        self._vanished = [m for m in self._vanished if t_s - m.seen_s < VANISHED_S]
        if sighting.role == Role.SERVICE:
            # The head of the line is served next, wherever it was seen last.
            first = min((m.place for m in waiting if m.seen_s >= t_s), default=math.inf)
            unseen = [*(m for m in waiting if m.seen_s < t_s), *self._vanished]
            found = min((m for m in unseen if m.place < first), key=lambda m: m.place, default=None)
        else:
            found = min(
                self._vanished,
                key=lambda m: metres_between(m.box, m.feet, sighting.feet),
                default=None,
            )
            if found and metres_between(found.box, found.feet, sighting.feet) > VANISHED_M:
                found = None
        if found in self._vanished:
            self._vanished.remove(found)
        return found


def _unseen_near(sighting: Sighting, members: Iterable[Member], t_s: float) -> Member | None:
    best, best_m = None, math.inf
    for member in members:
        lost_s = t_s - member.seen_s
        if lost_s <= 0.0 or not member.can_be(sighting):
            continue
        reach_m = min(0.8 + 0.5 * lost_s, 2.5)
        distance_m = metres_between(member.box, member.feet, sighting.feet)
        if distance_m < min(reach_m, best_m):
            best, best_m = member, distance_m
    return best
