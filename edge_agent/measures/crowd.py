"""How many wait, from everything in the picture that may be a person.

Who is followed is known one by one, but in a dense line boxes come and go, and tracks with them.
The sum of the chances of all detections in a queue errs as often above as below, whomever they
belong to, and its mean over a moment hardly flickers.
"""

from __future__ import annotations

import math
from collections.abc import Container
from typing import NamedTuple

from edge_agent.measures.members import Member
from edge_agent.measures.perspective import flatness

MEAN_S = 1.5
"""Time constant of the mean: one more or less is told after 1.6 s."""
PARTY_MEAN_S = 2.0
"""The same for the party at the till."""
CHANGED = 0.65
"""Another length is told when the mean is so far from the one told last."""
UNSEEN = 0.5
"""So much counts who is not seen in a flat view, where people hide each other and a hidden one
often has no box at all; in a steep one nothing, since the boxes tell of everybody."""


class Boxes(NamedTuple):
    """Everything in one part of a lane that may be a person.

    Attributes:
        chance: of each, 0..1.
        people: who it was taken for, -1 for nobody.
    """

    chance: list[float]
    people: list[int]


class LaneBoxes(NamedTuple):
    """Everything in a lane that may be a person, by where it stands."""

    queue: Boxes
    till: Boxes


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

    def update(
        self,
        boxes: Boxes,
        waiting: list[Member],
        passing: Container[int],
        t_s: float,
        steepness: float,
    ) -> Length:
        """Take in one frame.

        Args:
            boxes: what stands in the queue.
            waiting: who of those followed waits.
            passing: who of those followed is there and does not.
            t_s: time of the frame.
            steepness: how far down it is to people's heads for each metre towards them.
        """
        weights = [
            chance
            for chance, person in zip(*boxes, strict=True)
            if person < 0 or person not in passing
        ]
        flat = flatness(steepness)
        if flat > 0.0:
            weights += [UNSEEN * flat * m.certainty for m in waiting if m.seen_s < t_s]
        self._take(sum(weights), sum(w * w for w in weights), t_s)
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

    def update(self, boxes: Boxes, followed: int, t_s: float, steepness: float) -> int:
        """Take in one frame.

        Args:
            boxes: what stands in the place of service.
            followed: how many of those followed are served; 0 is believed.
            t_s: time of the frame.
            steepness: as for :meth:`CrowdLength.update`; in a flat view the head says little of
                who stands at the till and who behind, and who is followed counts alike.
        """
        number = sum(boxes.chance)
        share = 1.0 if math.isnan(self._t_s) else -math.expm1((self._t_s - t_s) / PARTY_MEAN_S)
        self._number += share * (number - self._number)
        self._t_s = t_s
        if not followed:
            return 0
        by_tracks = 0.5 * flatness(steepness)
        return max(1, round(self._number + by_tracks * (followed - self._number)))
