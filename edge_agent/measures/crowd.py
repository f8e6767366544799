"""How many wait, from everything in the picture that may be a person.

Who is followed is known one by one, but in a dense line boxes come and go, and tracks with them.
The sum of the chances of all detections in a queue errs as often above as below, whomever they
belong to, and its mean over a moment hardly flickers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from operator import mul
from typing import NamedTuple

from edge_agent.measures.lane_look import Stand

MEAN_S = 1.5
"""Time constant of the mean: one more or less is told after 1.6 s."""
PARTY_MEAN_S = 2.0
"""The same for the party at the till."""
CHANGED = 0.65
"""Another length is told when the mean is so far from the one told last."""


class Boxes(NamedTuple):
    """Everything in one part of a lane that may be a person, in some looks at it.

    Attributes:
        chance: of each, 0..1.
        weight: how much the look counts that saw it; those of all looks are 1.
        people: who it was taken for, -1 for nobody.
    """

    chance: list[float]
    weight: list[float]
    people: list[int]

    def add(self, chance: float, weight: float, person: int) -> None:
        """Add one more."""
        self.chance.append(chance)
        self.weight.append(weight)
        self.people.append(person)

    def number(self) -> float:
        """How many there are."""
        return math.fsum(map(mul, self.chance, self.weight))


class LaneBoxes(NamedTuple):
    """Everything in a lane that may be a person, by where it stands."""

    queue: Boxes
    till: Boxes

    def sorted(self, waiting: Container[int], served: Container[int], flat: float) -> LaneBoxes:
        """Put those of whom it is known whether they wait where they belong.

        In a flat view a head tells little of who stands at the till and who behind, and what
        became of somebody before tells more.

        Args:
            waiting: who waits.
            served: who is at the till.
            flat: how flat the view is, 0..1; such a share of them is moved.
        """
        if flat == 0.0:
            return self
        queue, till = Boxes([], [], []), Boxes([], [], [])
        for boxes, here, there, others in (
            (self.queue, queue, till, served),
            (self.till, till, queue, waiting),
        ):
            for chance, weight, person in zip(*boxes, strict=True):
                moved = flat if person in others else 0.0
                here.add(chance, (1.0 - moved) * weight, person)
                there.add(chance, moved * weight, person)
        return LaneBoxes(queue, till)


class LaneCrowd(NamedTuple):
    """Everything in and beside a lane that may be a person.

    Attributes:
        boxes: what stands in the lane.
        stand: puts all of it beside the lane, by who walks, who is served and who waits.
    """

    boxes: LaneBoxes
    stand: Callable[[Container[int], Container[int], Container[int]], Stand]


class Length(NamedTuple):
    """How many wait.

    Attributes:
        heads: to be told.
        number: before it was rounded.
        certainty: how sure that is, 0..1.
    """

    heads: int
    number: float
    certainty: float


class CrowdLength:
    """Length of one queue."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget what was told."""
        self._t_s = math.nan
        self._number = self._squares = 0.0
        self._told = 0

    def update(self, boxes: Boxes, passing: Container[int], t_s: float) -> Length:
        """Take in one frame.

        Args:
            boxes: what stands in the queue.
            passing: who of those followed is there and does not wait.
            t_s: time of the frame.
        """
        there = Boxes([], [], [])
        for chance, weight, person in zip(*boxes, strict=True):
            if person not in passing:
                there.add(chance, weight, person)
        squares = sum(map(mul, there.chance, map(mul, there.chance, there.weight)))
        self._take(there.number(), squares, t_s)
        if abs(self._number - self._told) > CHANGED:
            self._told = round(self._number)
        # Rounding may leave the mean of the squares above the mean.
        certainty = min(self._squares / self._number, 1.0) if self._number > 0.0 else 1.0
        return Length(self._told, self._number, certainty)

    def _take(self, number: float, squares: float, t_s: float) -> None:
        if math.isnan(self._t_s):
            self._number, self._squares, self._told = number, squares, round(number)
        else:
            share = -math.expm1((self._t_s - t_s) / MEAN_S)
            self._number += share * (number - self._number)
            self._squares += share * (squares - self._squares)
        self._t_s = t_s


class PartySize:
    """How many are at the till, where somebody is."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget who was there."""
        self._t_s, self._number = math.nan, 0.0

    def update(self, boxes: Boxes, followed: int, t_s: float) -> int:
        """Take in one frame.

        Args:
            boxes: what stands in the place of service.
            followed: how many of those followed are served; 0 is believed.
            t_s: time of the frame.
        """
        number = boxes.number()
        share = 1.0 if math.isnan(self._t_s) else -math.expm1((self._t_s - t_s) / PARTY_MEAN_S)
        self._number += share * (number - self._number)
        self._t_s = t_s
        return max(1, round(self._number)) if followed else 0
