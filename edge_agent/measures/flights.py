"""Tracks that fly: from one frame to the next they are further away than anybody walks.

Such a track has gone over to somebody else. Whom it carried is still there, and is not seen; who
carries it now may be somebody known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from edge_agent.measures.gait import Box, Point, metres_between
from edge_agent.measures.members import Member, Sighting

FASTEST_M_S, UNSURE_M = 1.2, 0.6
"""Nobody in a queue moves faster, give or take how well feet are found."""


class Flights:
    """Tells which tracks have flown into a lane, and which out of it."""

    def __init__(self) -> None:
        self._elsewhere: Mapping[int, Point] = {}

    def seen(self, elsewhere: Mapping[int, Point]) -> None:
        """Note the feet of the tracks seen outside the lane, by the end of a frame."""
        self._elsewhere = elsewhere

    def into(self, sighting: Sighting, dt_s: float) -> bool:
        """Whether a track was too far away in the last frame, ``dt_s`` ago, to be here now."""
        before = self._elsewhere.get(sighting.track)
        return before is not None and _too_far(sighting.box, before, sighting.feet, dt_s)


def out_of(member: Member, feet: Point, t_s: float) -> bool:
    """Whether the track of a member is seen outside for the first time, and too far away."""
    if not math.isnan(member.out_s):
        return False
    return _too_far(member.box, member.feet, feet, t_s - member.seen_s)


def _too_far(box: Box, start: Point, end: Point, dt_s: float) -> bool:
    return metres_between(box, start, end) > UNSURE_M + FASTEST_M_S * dt_s
