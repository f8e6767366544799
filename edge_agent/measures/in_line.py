"""How people stand in a line, and what follows for those who are not seen.

People who queue keep a distance: about a step and a half from one to the next. So three in a file
within 1.3 m are two people and a box around both, and somebody unseen is only where there is
room for them. Where the line stands closed, whoever was there has moved up or gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isnan
from operator import attrgetter

from edge_agent.measures.members import Member

PLACE_M = 0.9
"""One takes so much of a line,"""
SLACK_M = 0.2
"""give or take what is not known of where people stand."""
MOVED_M = 1.3
"""A line moves up by so much while somebody in it is not seen."""
TAIL_M = 0.6
"""Somebody unseen so far behind the last one seen is the next."""
CLOSE_M = 1.3
"""Who walks up and is so near to the last one who stands has joined them."""
SQUEEZED_M, FILE_M = 1.3, 0.4
"""Nobody stands between two who are no further apart, and in one file."""
IN_FRONT = 0.6
"""Of two who stand before each other in the picture the middles are so near, in widths."""
STEEP = 0.4
"""Where a camera looks down less, a head says too little of where somebody stands."""


_PLACE = attrgetter("floor_m")


def joined(line: Iterable[Member], walking: Sequence[Member]) -> list[Member]:
    """Those who walk and have come up to the last one of the line, or to the till."""
    near: list[Member] = []
    if not walking:
        return near
    tail = max([m.floor_m[0] for m in line if m.floor_m[0] > 0.0], default=0.0)
    for member in sorted(walking, key=_PLACE):
        # Also true while places are not known.
        if not member.floor_m[0] > tail + CLOSE_M:
            near.append(member)
            tail = max(tail, member.floor_m[0])
    return near


def squeezed(line: Sequence[Member], steepness: float) -> list[Member]:
    """Boxes between two people who stand so close that nobody fits in between.

    Args:
        line: those seen in it.
        steepness: how far down it is to people's heads for each metre towards them.
    """
    if steepness < STEEP or len(line) < 3:
        return []
    file = sorted(line, key=_PLACE)
    places = [m.floor_m[0] for m in file]
    found = []
    k = 1
    while k + 1 < len(file):
        close = places[k + 1] - places[k - 1] < SQUEEZED_M
        if close and _one_file(file[k - 1], file[k], file[k + 1]):
            found.append(file.pop(k))
            del places[k]
        else:
            k += 1
    return found


def _one_file(ahead: Member, between: Member, behind: Member) -> bool:
    """Whether the three stand behind each other, on the floor and in the picture."""
    first, second, third = ahead.floor_m[1], between.floor_m[1], behind.floor_m[1]
    if max(first, second, third) - min(first, second, third) > FILE_M:
        return False
    left, _, right, _ = between.box
    # Sums of both sides are twice the middles.
    both, reach = left + right, 2.0 * IN_FRONT * (right - left)
    first, third = ahead.box[0] + ahead.box[2], behind.box[0] + behind.box[2]
    return abs(first - both) <= reach and abs(third - both) <= reach


def hidden(
    unseen: Sequence[Member], line: Iterable[Member], served: Iterable[Member]
) -> list[Member]:
    """Those unseen for whom there is room.

    Args:
        unseen: who waited when last seen and may still be there.
        line: those seen who wait.
        served: those at the till; may be empty.
    """
    if not unseen:
        return []
    at_till = min([m.floor_m[0] for m in served if not isnan(m.floor_m[0])], default=0.0)
    taken = sorted([m.floor_m[0] for m in line if m.floor_m[0] > TAIL_M / 2.0])
    taken.insert(0, max(at_till, -TAIL_M / 2.0))
    room = [int((after - before + SLACK_M) / PLACE_M) - 1 for before, after in pairwise(taken)]
    tail = taken[-1]
    fit = []
    for member in sorted(unseen, key=_PLACE):
        place_m = member.floor_m[0]
        if isnan(place_m):
            # Nobody knows where it was.
            fit.append(member)
        elif place_m > tail + TAIL_M:
            fit.append(member)
            tail = place_m
        else:
            gap = _nearest_gap(place_m, taken, room)
            if gap is not None:
                room[gap] -= 1
                fit.append(member)
    return fit


def _nearest_gap(place_m: float, taken: list[float], room: list[int]) -> int | None:
    """Index of the nearest gap with room; None where there is none within reach."""
    best, best_m = None, MOVED_M
    for k, free in enumerate(room):
        away_m = max(taken[k] - place_m, place_m - taken[k + 1], 0.0)
        if free > 0 and away_m <= best_m and (best is None or away_m < best_m):
            best, best_m = k, away_m
    return best
