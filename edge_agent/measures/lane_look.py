"""One lane in one look, in numbers that depend neither on the camera nor on who is who.

Everything that may be a person is spread over places along the lane, one profile for each way in
which it may stand there. Beside the profiles go the sums of them, and what became of those who
are followed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.lanes import LaneShape
from edge_agent.measures.members import Member, Stage
from edge_agent.zones.crowd import Crowd

Floats = NDArray[np.float32]

PLACES, FIRST, LAST = 18, -0.6, 1.6
"""Points along the lane, and where the first and the last of them are, in lengths of the lane."""
KINDS = 6
"""In the queue, at the till, beside both; and whoever is followed and walks, is served, waits."""
BESIDE, UP_TO = 1.2, 1.5
"""Who stands beside the lane counts so far from its middle, in heights of a person, and up to
this place along it."""
LEAST_CHANCE = 0.03
"""Less is nobody."""
STAGES = Stage.ARRIVING, Stage.WAITING, Stage.SERVED, Stage.DONE
LONG_S = 600.0
"""What lasts longer is as long."""
UNSEEN_S = 20.0
"""Who is unseen for so long at the till is as good as not there."""
SINCE_S = 10.0
SCALED, SHIFTED = [1, 3, 5, 6, 10], [23, 24]
"""Which of the numbers are sums of chances, and which are places along the lane."""
NUMBERS = 11 + 3 * len(STAGES) + 4


class Told(NamedTuple):
    """What is told of a lane without a network.

    Attributes:
        number, certainty: how many wait by the mean of all boxes, and how sure that is.
        ahead: the same without those who walk up.
        party: people at the till.
        in_queue, at_till: the sums of this look.
        waiting, served: people who are followed and wait, and are served.
    """

    number: float
    certainty: float
    ahead: float
    party: int
    in_queue: float
    at_till: float
    waiting: int
    served: int


class Stand(NamedTuple):
    """Everything that may be a person in or beside a lane, D of them, without the cashier.

    Attributes:
        place: (D,) along the lane.
        worth: (D,) chance of it, times how much the look counts that saw it.
        kinds: (D, KINDS) bool.
        cashier: what stands there and works, added up.
        step: how tall people look, in lengths of the lane: how many find room in it.
    """

    place: NDArray[np.float64]
    worth: NDArray[np.float64]
    kinds: NDArray[np.bool_]
    cashier: float
    step: float

    def profiles(self) -> Floats:
        """(KINDS, PLACES): the worth of all, each shared between the two points next to it."""
        at = (self.place - FIRST) * ((PLACES - 1) / (LAST - FIRST))
        at = np.clip(at, 0.0, PLACES - 1.001)
        point = at.astype(np.intp)
        upper = (at - point) * self.worth
        spread = np.zeros((len(at), PLACES))
        rows = np.arange(len(at))
        spread[rows, point] = self.worth - upper
        spread[rows, point + 1] = upper
        return (self.kinds.T.astype(np.float64) @ spread).astype(np.float32)


def stand(
    crowd: Crowd,
    zones: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    shape: LaneShape,
    aspect: float,
    staff: Container[int],
    walking: Container[int],
    served: Container[int],
    waiting: Container[int],
) -> Stand:
    """Put everything that may be a person beside the lane.

    Args:
        crowd: everything in the picture, N.
        zones: (N,) each, what stands in the queue and in the place of service.
        shape: the lane.
        aspect: width to height of the picture.
        staff: who works there.
        walking: who walks, of those followed.
        served: who is served.
        waiting: who waits.
    """
    way = crowd.feet - shape.origin
    place = way @ np.array(shape.axis)
    along = np.array(shape.axis) / (shape.axis[0] ** 2 + shape.axis[1] ** 2)
    way -= place[:, None] * along
    aside = np.hypot(way[:, 0] * aspect, way[:, 1]) / crowd.tall
    queue, till = zones
    near = queue | till | ((aside < BESIDE) & (place > FIRST) & (place < UP_TO))
    rows = (near & (crowd.chance > LEAST_CHANCE)).nonzero()[0]
    people = crowd.people[rows].tolist()
    works = np.array([person in staff for person in people], np.bool_)
    worth, place = (crowd.chance * crowd.weight)[rows], place[rows]
    kinds = np.zeros((len(rows), KINDS), np.bool_)
    kinds[:, 1] = till[rows]
    kinds[:, 0] = queue[rows] & ~kinds[:, 1]
    kinds[:, 2] = ~(queue[rows] | kinds[:, 1])
    for row, person in enumerate(people):
        if person < 0:
            continue
        if person in served:
            kinds[row, 4] = True
        elif person in waiting:
            kinds[row, 5] = True
        elif person in walking:
            kinds[row, 3] = True
    total = float(worth.sum())
    step = float(worth @ crowd.tall[rows]) / max(total, 1e-3) * math.hypot(*shape.axis)
    shoppers = ~works
    return Stand(place[shoppers], worth[shoppers], kinds[shoppers], float(worth[works].sum()), step)


def numbers(
    told: Told, stood: Stand, members: Collection[Member], t_s: float, steepness: float
) -> list[float]:
    """(NUMBERS,) what is known beside the profiles.

    Args:
        told: what is told without a network.
        stood: who stands there.
        members: those who are followed.
        t_s: time of the look.
        steepness: how far down it is to people's heads for each metre towards them.
    """
    count = [0.0] * (3 * len(STAGES))
    first, at_till, unseen_s, since_s = LAST, 1.0, UNSEEN_S, 0.0
    for member in members:
        stage = member.stage
        if stage not in STAGES:
            continue
        seen = member.seen_s >= t_s
        if seen:
            count[3 * stage + (not math.isnan(member.gait.fast_since_s))] += 1.0
        elif member.log_odds > 0.0:
            count[3 * stage + 2] += 1.0
        if stage is Stage.WAITING and member.log_odds > 0.0:
            first = min(first, member.place)
        elif stage is Stage.SERVED:
            unseen_s = min(unseen_s, t_s - member.seen_s)
            since_s = max(since_s, min(t_s - member.service_s, LONG_S))
            if seen:
                at_till = min(at_till, member.place)
    return [
        0.0 if math.isnan(steepness) else max(steepness, 0.0),
        *told,
        stood.step,
        stood.cashier,
        *count,
        first,
        at_till,
        unseen_s / SINCE_S,
        math.log1p(since_s),
    ]
