"""Who left a queue before service: gave up, or joined another lane."""

from __future__ import annotations

from collections.abc import Sequence

from edge_agent.measures.lane import Lane
from edge_agent.measures.members import Member
from messages.events import WaitDone

CHANGE_WITHIN_S = 12.0
"""Who joins another lane within so many seconds has changed lanes (jockeyed)."""


class LaneChanges:
    """Keeps those who left for a while, to see where they turn up."""

    def __init__(self) -> None:
        self._left: list[tuple[Lane, Member]] = []

    def restart(self) -> None:
        """Forget who left; nobody sees any more where they went."""
        self._left.clear()

    def update(self, t_s: float, lanes: Sequence[Lane]) -> list[WaitDone]:
        """Look at who joined and left in this frame; give the waits now known to be over."""
        joined = {member.track: lane for lane in lanes for member in lane.joined}
        events = []
        undecided = []
        for lane, member in self._left:
            to = joined.get(member.track)
            if to is not None and to is not lane:
                events.append(lane.gone(member, "jockeyed", to.name))
            elif t_s - member.end_s > CHANGE_WITHIN_S:
                events.append(lane.gone(member, "reneged"))
            else:
                undecided.append((lane, member))
        self._left = undecided + [(lane, member) for lane in lanes for member in lane.left]
        return events
