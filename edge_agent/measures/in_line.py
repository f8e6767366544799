"""How people stand in a line, and what follows for those who are not seen.

People who queue keep a distance: about a step and a half from one to the next. So three in a file
within four feet are two people and a box around both, and somebody unseen is only where there is
room for them. Where the line stands closed, whoever was there has moved up or gone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

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
STEEP = 0.4
"""Where a camera looks down less, a head says too little of where somebody stands."""


def back(member: Member) -> float:
    """Metres behind the till; NaN while unknown."""
    return member.spot[0]


def joined(line: Iterable[Member], walking: Iterable[Member]) -> list[Member]:
    """Those who walk and have come up to the last one of the line, or to the till."""
    tail = max((back(m) for m in line if back(m) > 0.0), default=0.0)
    near = []
    for member in sorted(walking, key=back):
        # Also true while places are not known.
        if not back(member) > tail + CLOSE_M:
            near.append(member)
            tail = max(tail, back(member))
    return near


def squeezed(line: Iterable[Member], steepness: float) -> list[Member]:
    """Boxes between two people who stand so close that nobody fits in between.

    Args:
        line: those seen in it.
        steepness: how far down it is to people's heads for each metre towards them.
    """
    if steepness < STEEP:
        return []
    file = sorted((m for m in line if not math.isnan(back(m))), key=back)
    found = []
    k = 1
    while k + 1 < len(file):
        ahead, member, behind = file[k - 1 : k + 2]
        aside = [m.spot[1] for m in (ahead, member, behind)]
        one_file = max(aside) - min(aside) <= FILE_M
        if one_file and back(behind) - back(ahead) < SQUEEZED_M:
            found.append(file.pop(k))
        else:
            k += 1
    return found


def hidden(
    unseen: Sequence[Member], line: Iterable[Member], served: Iterable[Member]
) -> list[Member]:
    """Those unseen for whom there is room.

    Args:
        unseen: who waited when last seen and may still be there.
        line: those seen who wait.
        served: those at the till; may be empty.
    """
    lost = [m for m in unseen if math.isnan(back(m))]
    taken = sorted(back(m) for m in line if not math.isnan(back(m)))
    at_till = min((back(m) for m in served if not math.isnan(back(m))), default=0.0)
    taken = [max(at_till, -TAIL_M / 2.0), *(b for b in taken if b > TAIL_M / 2.0)]
    room = [
        max(int((after - before + SLACK_M) / PLACE_M) - 1, 0) for before, after in pairwise(taken)
    ]
    tail = taken[-1]
    for member in sorted((m for m in unseen if not math.isnan(back(m))), key=back):
        if back(member) > tail + TAIL_M:
            lost.append(member)
            tail = back(member)
            continue
        gap = _nearest_gap(back(member), taken, room)
        if gap is not None:
            room[gap] -= 1
            lost.append(member)
    return lost


def _nearest_gap(place_m: float, taken: list[float], room: list[int]) -> int | None:
    """Index of the nearest gap with room; None where there is none within reach."""
    best, best_m = None, MOVED_M
    for k, free in enumerate(room):
        away_m = max(taken[k] - place_m, place_m - taken[k + 1], 0.0)
        if free > 0 and away_m <= best_m and (best is None or away_m < best_m):
            best, best_m = k, away_m
    return best
