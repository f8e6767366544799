"""One lane in one look, in numbers that depend neither on the camera nor on who is who.

Everything that may be a person is spread over places along the lane, one profile for each way in
which it may stand there. Beside the profiles go the sums of them, and what became of those who
are followed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.lanes import LaneShape
from edge_agent.measures.members import Member, Stage
from edge_agent.zones.crowd import Crowd

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLACES, FIRST, LAST = 18, -0.6, 1.6
"""Points along the lane, and where the first and the last of them are, in lengths of the lane."""
KINDS = 6
"""In the queue, at the till, beside both; and whoever is followed and walks, is served, waits."""
BESIDE, UP_TO = 1.2, 1.5
"""Who stands beside the lane counts so far from its middle, in heights of a person, and up to
this place along it."""
LEAST_CHANCE, LEAST_TOTAL = 0.03, 1e-3
"""Less is nobody, one by one and together."""
WALKS, ARRIVES, WAITS, SERVED = 1, 2, 4, 8
"""What somebody does who is followed; they may do several of it."""
STAGES = Stage.ARRIVING, Stage.WAITING, Stage.SERVED, Stage.DONE
LONG_S = 600.0
"""What lasts longer is as long."""
UNSEEN_S = 20.0
"""Who is unseen for so long at the till is as good as not there."""
SINCE_S = 10.0
MEANS, IN_QUEUE, AT_TILL, SCALED, SHIFTED = [1, 3], 5, 6, [1, 3, 5, 6, 10], [23, 24]
"""Which of the numbers are means of sums in the queue, the sums of this look there and at the till,
all that are sums of chances, and places along the lane."""
_DOES = np.array(
    [
        4 if does & SERVED else 5 if does & WAITS else 3 * (does & WALKS)
        for does in range(2 * SERVED)
    ]
)
"""Of whatever somebody does, the profile that takes them for it; 0 where none does."""
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


class Crowds(NamedTuple):
    """Everything in a picture that may be a person, D of them, beside each of L lanes.

    Attributes:
        people: (D,) who it was taken for, -1 for nobody.
        chance: (D,) of it.
        worth: (D,) the same, times how much the look counts that saw it; 0 of who works there.
        queue, till: (L, D) bool, what stands in the queue and in the place of service.
        near: (L, D) bool, what stands there or beside it.
        place: (L, D) along the lane.
        cashier: (L,) what stands there and works, added up.
        step: (L,) how tall people look, in lengths of the lane: how many find room in it.
    """

    people: list[int]
    chance: Doubles
    worth: Doubles
    queue: Bools
    till: Bools
    near: Bools
    place: Doubles
    cashier: list[float]
    step: list[float]

    def profiles(self, who: NDArray[np.uint8]) -> Doubles:
        """Spread everybody over the places of each lane.

        Args:
            who: (L, D) what each does, as in WALKS and the others.

        Returns:
            (L, KINDS, PLACES) the worth of all, each shared between the two points next to it.
        """
        lane, column = self.near.nonzero()
        worth = self.worth[column]
        at = (self.place[lane, column] - FIRST) * ((PLACES - 1) / (LAST - FIRST))
        # The last point but a hair is where those beyond it are put.
        np.clip(at, 0.0, PLACES - 1.001, out=at)
        point = at.astype(np.intp)
        upper = (at - point) * worth
        queue, till = self.queue[lane, column], self.till[lane, column]
        first = (KINDS * PLACES) * lane + point
        does = _DOES[who[lane, column]]
        some = does.nonzero()[0]
        # Each stands somewhere, and of some it is known what they do.
        cells = np.concatenate(
            [
                first + PLACES * np.where(till, 1, np.where(queue, 0, 2)),
                (first + PLACES * does)[some],
            ]
        )
        lower = worth - upper
        shares = np.concatenate([lower, lower[some], upper, upper[some]])
        cells = np.concatenate([cells, cells + 1])
        size = len(self.near) * KINDS * PLACES
        return np.asarray(np.bincount(cells, shares, size).reshape(-1, KINDS, PLACES), np.float64)


class LaneSides:
    """Knows where the lanes of one camera lie, to put what is seen beside them.

    Args:
        shapes: the L lanes.
        queues, tills: of each, the ids of the zones of its queue and of its place of service.
    """

    def __init__(
        self,
        shapes: Sequence[LaneShape],
        queues: Sequence[Container[str]],
        tills: Sequence[Container[str]],
    ) -> None:
        self._parts = *queues, *tills
        self._axes = np.array([shape.axis for shape in shapes]).reshape(-1, 2)
        origins = np.array([shape.origin for shape in shapes]).reshape(-1, 2)
        squares = np.maximum((self._axes**2).sum(axis=1), 1e-12)
        self._lengths = np.sqrt(squares)
        # Across the lane in units of its length; the picture is wider than it is high.
        across = self._axes[:, ::-1] * [1.0, -1.0] / squares[:, None]
        self._ways = np.concatenate([self._axes, across])
        self._tills = (self._ways * np.tile(origins, (2, 1))).sum(axis=1)[:, None]
        self._columns: tuple[str, ...] = ()
        self._inside = np.empty((0, 0), np.float32)

    def look(
        self, crowd: Crowd, zones: tuple[str, ...], aspect: float, staff: Collection[int]
    ) -> Crowds:
        """Put everything that may be a person beside all lanes.

        Args:
            crowd: everything in the picture.
            zones: ids of the polygons of the crowd.
            aspect: width to height of the picture.
            staff: who works there.
        """
        if zones != self._columns:
            self._columns, self._inside = zones, self._read(zones)
        lanes = len(self._axes)
        inside = (self._inside @ crowd.inside.T) > 0.0
        queue, till = inside[:lanes], inside[lanes:]
        spots = self._ways @ crowd.feet.T - self._tills
        place, aside = spots[:lanes], np.abs(spots[lanes:])
        wide = np.hypot(self._axes[:, 1] * aspect, self._axes[:, 0])[:, None]
        near = aside * wide < BESIDE * crowd.tall
        near &= (place > FIRST) & (place < UP_TO)
        near |= queue | till
        near &= crowd.chance > LEAST_CHANCE
        people = crowd.people.tolist()
        works = [row for row, person in enumerate(people) if person in staff] if staff else []
        worth = crowd.chance * crowd.weight
        there = near * worth
        total = np.maximum(there.sum(axis=1), LEAST_TOTAL)
        step = (there @ crowd.tall) / total * self._lengths
        cashier = there[:, works].sum(axis=1).tolist()
        worth[works] = 0.0
        return Crowds(people, crowd.chance, worth, queue, till, near, place, cashier, step.tolist())

    def _read(self, zones: Sequence[str]) -> Floats:
        """(2 L, Z) 1 where a polygon is one of the queue of a lane, or of its service."""
        found = [[zone in part for zone in zones] for part in self._parts]
        return np.array(found, np.float32).reshape(len(self._parts), len(zones))


def numbers(
    told: Told,
    beside: tuple[float, float],
    members: Collection[Member],
    t_s: float,
    steepness: float,
) -> list[float]:
    """(NUMBERS,) what is known beside the profiles.

    Args:
        told: what is told without a network.
        beside: how many find room, and the cashier, as in :class:`Crowds`.
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
        *beside,
        *count,
        first,
        at_till,
        unseen_s / SINCE_S,
        math.log1p(since_s),
    ]
