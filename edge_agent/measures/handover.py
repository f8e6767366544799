"""Who a body in the lane is: hand-over of identity by place, and by order.

A queue is ordered: who joined first is served first. So a wait need not hang on a track. Who is
lost from sight in the queue stays on a list of the missing until somebody turns up who did not
walk in, until somebody who came later and was never lost is served, or until the till stands
free, to which whoever waits would have stepped up.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterable, Sequence

from edge_agent.measures.gait import metres_between
from edge_agent.measures.lanes import Role
from edge_agent.measures.members import Member, Sighting, Stage

MISSING_S = 300.0
"""Nobody turns up again after so long."""
HIDDEN_S = 30.0, 12.0
"""So long after they were lost from sight people more likely wait than not; of those who were
still on the way in some only walk through."""
FLAT, HIDDEN_FLAT = 0.25, 1.6
"""Where a camera looks down less than this, those before hide people for so many times as long."""
BACK_M = 1.0
"""People in a queue move up, not back; feet are found no better than this."""
TOGETHER_S = 2.5
"""Who joined within so many seconds came together: which of them was first nobody knows."""


class Handover:
    """Finds who shows up again as a track that began inside the lane, and whose turn it is."""

    def __init__(self) -> None:
        self._missing: list[Member] = []

    def clear(self) -> None:
        """Forget who is missing."""
        self._missing.clear()

    def lost(self, member: Member) -> None:
        """Note somebody who is not believed to be there any more; nobody saw them leave."""
        self._missing.append(member)

    def hidden(self, members: Collection[Member], t_s: float, steepness: float) -> list[Member]:
        """Those lost from sight who most likely wait, while somebody is served.

        Args:
            members: everybody in the lane.
            t_s: time of the frame.
            steepness: how far down it is to people's heads for each metre towards them.
        """
        lost, served = self._missing.copy(), False
        for member in members:
            if member.stage is Stage.SERVED:
                served = True
            elif member.stage is Stage.WAITING and member.log_odds <= 0.0:
                lost.append(member)
        if not (served and lost):
            return []
        times = HIDDEN_FLAT if steepness < FLAT else 1.0
        return [m for m in lost if t_s - m.seen_s <= times * HIDDEN_S[m.stage == Stage.ARRIVING]]

    def seen_elsewhere(self, tracks: Container[int], t_s: float) -> None:
        """Forget the missing whose tracks are seen outside the lane, and those long gone."""
        if self._missing:
            self._missing = [
                m for m in self._missing if m.track not in tracks and t_s - m.seen_s < MISSING_S
            ]

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
        found = next((m for m in self._missing if m.track == sighting.track), None)
        if found is None:
            found = _unseen_near(sighting, members, t_s)
        if found is None:
            unseen = [m for m in waiting if m.seen_s < t_s] if sighting.role == Role.SERVICE else []
            seen = [m for m in waiting if m.seen_s >= t_s and m.sure]
            able = [m for m in (*unseen, *self._missing) if _fits(m, sighting, seen)]
            found = min(able, key=lambda m: m.joined_s, default=None)
        if found in self._missing:
            self._missing.remove(found)
        return found

    def take_turn(self, member: Member, members: Iterable[Member], t_s: float) -> None:
        """Give somebody whose service begins the place of whose turn it is.

        Who was followed all the way is who they are, and whoever joined before them and is
        missing has gone. Of somebody else it is not known which of those they are whom nobody
        followed all the way; it is the turn of the first of them.

        Args:
            member: who steps up to the till.
            members: everybody in the lane.
            t_s: time of the frame.
        """
        if member.sure:
            self._missing = [m for m in self._missing if m.joined_s >= member.joined_s - TOGETHER_S]
            return
        others = [m for m in members if m.unit != member.unit and _may_be_next(m, t_s)]
        first = min([*others, *self._missing], key=lambda m: m.joined_s, default=None)
        if first is not None and first.joined_s < member.joined_s - TOGETHER_S:
            member.trade(first)

    def till_is_free(self) -> None:
        """Forget the missing: whoever waits would have stepped up."""
        self._missing.clear()


def _may_be_next(member: Member, t_s: float) -> bool:
    """Whether somebody waits of whom it is not known who they are, or was lost at the till."""
    if member.stage == Stage.WAITING:
        return not (member.sure and member.seen_s >= t_s)
    return member.stage == Stage.SERVED and not member.told and member.seen_s < t_s


def _fits(member: Member, sighting: Sighting, seen: Iterable[Member]) -> bool:
    """Whether somebody missing can have moved up to where a new track is."""
    if sighting.place > member.place:
        back_m = metres_between(member.box, member.feet, sighting.feet)
        if back_m > BACK_M:
            return False
    return all(
        (other.joined_s <= member.joined_s + TOGETHER_S)
        if other.place < sighting.place
        else (other.joined_s >= member.joined_s - TOGETHER_S)
        for other in seen
    )


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
