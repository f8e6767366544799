"""How many wait, from everything in the picture that may be a person.

Who is followed is known one by one, but in a dense line boxes come and go, and tracks with them.
The sum of the chances of all detections in a queue errs as often above as below, whomever they
belong to, and its mean over a moment hardly flickers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.lane_look import ARRIVES, SERVED, WAITS, WALKS, Crowds

MEAN_S = 1.5
"""Time constant of the mean: one more or less is told after 1.6 s."""
PARTY_MEAN_S = 2.0
"""The same for the party at the till."""
CHANGED, SURE = 0.65, 0.5
"""Another length is told when the mean is so far from the one told last; half is enough where it is
sure."""

_ALL = np.arange(2 * SERVED)
_WAITS, _SERVED, _STAYS, _IS_THERE = (
    np.array(does, np.float64)
    for does in (
        _ALL & WAITS > 0,
        _ALL & SERVED > 0,
        _ALL & (WALKS | WAITS) != WALKS,
        _ALL & ARRIVES == 0,
    )
)
"""Of each of what somebody may do, 1 where they wait, are served, do not pass by, have arrived."""


class Sum(NamedTuple):
    """What stands in one part of a lane, added up over one look.

    Attributes:
        number: of the chances: how many there are.
        squares: of the chances times themselves.
    """

    number: float
    squares: float


class Sums(NamedTuple):
    """One lane in one look.

    Attributes:
        in_queue, at_till: how many stand there.
        served: how many stand at the till when those are put where they belong of whom it is known
            whether they wait.
        standing: how many stand in the queue then, and do not pass by.
        ahead: those of them who do not walk up either.
    """

    in_queue: float
    at_till: float
    served: float
    standing: Sum
    ahead: Sum


def sums(crowds: Crowds, who: NDArray[np.uint8], flat: float) -> list[Sums]:
    """Add up what stands in each lane.

    In a flat view a head tells little of who stands at the till and who behind, and what became
    of somebody before tells more.

    Args:
        crowds: everything that may be a person.
        who: (L, D) what each does, as in :mod:`edge_agent.measures.lane_look`.
        flat: how flat the view is, 0..1; such a share of those of whom it is known whether they
            wait is put where they belong.
    """
    parts = np.empty((5, *who.shape))
    in_queue, at_till, served, standing, ahead = parts
    np.multiply(crowds.queue, crowds.worth, out=in_queue)
    np.multiply(crowds.till, crowds.worth, out=at_till)
    served[:], standing[:] = at_till, in_queue
    if flat > 0.0:
        moved = at_till * _WAITS.take(who) - in_queue * _SERVED.take(who)
        moved *= flat
        served -= moved
        standing += moved
    standing *= _STAYS.take(who)
    np.multiply(standing, _IS_THERE.take(who), out=ahead)
    squares = (parts[3:] @ crowds.chance).tolist()
    *alone, still, before = parts.sum(axis=2).tolist()
    both = (map(Sum, *sides) for sides in zip((still, before), squares, strict=True))
    return list(map(Sums, *alone, *both))


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


class Rounded:
    """How many people there are, to be told; it does not flicker."""

    def __init__(self) -> None:
        self._told: int | None = None

    def update(self, number: float, spread: float = 1.0) -> int:
        """Take in how many there are now, and how sure that is; give how many are told."""
        changed = min(SURE * (1.0 + spread), CHANGED)
        if self._told is None or abs(number - self._told) > changed:
            self._told = round(number)
        return self._told


class CrowdLength:
    """Length of one queue."""

    def __init__(self) -> None:
        self._t_s = math.nan
        self._number = self._squares = 0.0
        self._told = Rounded()

    def update(self, there: Sum, t_s: float) -> Length:
        """Take in what stands in the queue at ``t_s``."""
        self._take(there, t_s)
        told = self._told.update(self._number)
        # Rounding may leave the mean of the squares above the mean.
        certainty = min(self._squares / self._number, 1.0) if self._number > 0.0 else 1.0
        return Length(told, self._number, certainty)

    def _take(self, there: Sum, t_s: float) -> None:
        number, squares = there
        if math.isnan(self._t_s):
            self._number, self._squares = number, squares
        else:
            share = -math.expm1((self._t_s - t_s) / MEAN_S)
            self._number += share * (number - self._number)
            self._squares += share * (squares - self._squares)
        self._t_s = t_s


class PartySize:
    """How many are at the till, where somebody is.

    Attributes:
        number: before it is rounded.
    """

    def __init__(self) -> None:
        self._t_s, self.number = math.nan, 0.0

    def update(self, number: float, followed: int, t_s: float) -> int:
        """Take in one look.

        Args:
            number: how many stand in the place of service.
            followed: how many of those followed are served; 0 is believed.
            t_s: time of the look.
        """
        share = 1.0 if math.isnan(self._t_s) else -math.expm1((self._t_s - t_s) / PARTY_MEAN_S)
        self.number += share * (number - self.number)
        self._t_s = t_s
        return max(1, round(self.number)) if followed else 0
