"""How a queue goes on from where it stands. Pure: no clock, no I/O.

Erlang's formula tells of the long run; a queue of a shop never gets there. So the number of people
at the tills is carried forward from what is seen now as a birth-death process (M/M/c) with the
arrivals that are forecast, by the matrix exponential of its generator (Moler & Van Loan 2003, doi
10.1137/S00361445024180), for every number of lanes that could be open.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gateway.forecast.lanes import PARALLEL_LOSS, ServiceLevel

BLOCK_S = 150.0
"""Rates and lanes hold for so long."""

_PARTS = 5
"""Parts of a block over which people waiting are added up."""

_GRID = 0.08
"""Rates are rounded to steps of 8 %, so that few matrices are ever made."""

_KEPT = 600
"""Matrices kept, the newest: 12 MB for sixteen lanes."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be expected over some time.

    Attributes:
        waiting_s: seconds that people wait, added up over all of them.
        kept: share of those who wait or arrive for whom the promise is kept.
    """

    waiting_s: float
    kept: float


@dataclass(frozen=True, slots=True)
class _Block:
    """What one block does to a distribution of people at the tills, with so many lanes.

    Attributes:
        step: (n, n) where it goes.
        waiting_s: (n,) seconds that people wait in the block.
        kept: (n,) share of the block's arrivals for whom the promise is kept.
        found: (n,) the same for somebody who finds so many people.
    """

    step: Floats
    waiting_s: Floats
    kept: Floats
    found: Floats


class Outlook:
    """Carries queues forward.

    Args:
        lanes: how many there are.
        level: the promise.
    """

    def __init__(self, lanes: int, level: ServiceLevel) -> None:
        self._level = level
        self._most = 20 + 3 * lanes
        self._blocks: OrderedDict[tuple[int, int, int], _Block] = OrderedDict()

    def course(
        self,
        served: int,
        waiting: int,
        lanes: Sequence[int],
        per_s: Sequence[float],
        service_s: float,
    ) -> Course:
        """Say what is to be expected.

        Args:
            served: people served now.
            waiting: people waiting now.
            lanes: open in each block of :data:`BLOCK_S`.
            per_s: arrivals a second in each block.
            service_s: mean service time.
        """
        state = self._start(served + waiting)
        served_place = _place(1.0 / service_s)
        waiting_s = kept = weight = 0.0
        for count, rate in zip(lanes, per_s, strict=True):
            place = _place(rate)
            block = self._block(count, place, served_place)
            if waiting and weight == 0.0:
                # Whoever waits already finds the lanes that will be open when it is their turn.
                turns = self._block(lanes[-1], place, served_place).found
                kept += float(turns[served : served + waiting].sum())
                weight += waiting
            arrivals = rate * BLOCK_S
            waiting_s += float(state @ block.waiting_s)
            kept += arrivals * float(state @ block.kept)
            weight += arrivals
            state = state @ block.step
        return Course(waiting_s, kept / weight if weight > 0.0 else 1.0)

    def _start(self, people: float) -> Floats:
        state = np.zeros(self._most + 1, dtype=np.float32)
        place = min(max(people, 0.0), self._most - 1.0)
        low = int(place)
        state[low], state[low + 1] = 1.0 - (place - low), place - low
        return state

    def _block(self, lanes: int, arrivals: int, services: int) -> _Block:
        key = lanes, arrivals, services
        block = self._blocks.get(key)
        if block is None:
            block = self._blocks[key] = self._make(lanes, _rate(arrivals), _rate(services))
            if len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(key)
        return block

    def _make(self, lanes: int, per_s: float, served_per_s: float) -> _Block:
        if lanes > 1:
            served_per_s /= 1.0 + PARALLEL_LOSS
        people = np.arange(self._most + 1)
        waiting = np.maximum(people - lanes, 0).astype(np.float64)
        part_s = BLOCK_S / _PARTS
        part = _exponential(people, lanes, per_s * part_s, served_per_s * part_s)
        step, added = np.eye(len(people)), np.zeros(len(people))
        for _ in range(_PARTS):
            added += part_s * (step @ waiting)
            step = step @ part
        kept = self._kept(people, lanes, served_per_s)
        middle = 0.5 * (kept + step @ kept)
        return _Block(
            step.astype(np.float32),
            added.astype(np.float32),
            middle.astype(np.float32),
            kept.astype(np.float32),
        )

    def _kept(
        self, people: NDArray[np.int64], lanes: int, served_per_s: float
    ) -> NDArray[np.float64]:
        """Chance that the promise is kept for somebody who finds so many people."""
        if self._level.kind == "one_plus_one":
            return (people <= 2 * lanes).astype(np.float64)
        # Served within the limit when enough services end by then: a Poisson number.
        mean = lanes * served_per_s * self._level.wait_s
        needed = np.maximum(people - lanes + 1, 0)
        terms = np.exp(
            np.arange(len(people)) * math.log(max(mean, 1e-12))
            - mean
            - np.array([math.lgamma(k + 1.0) for k in range(len(people))])
        )
        fewer = np.concatenate([[0.0], np.cumsum(terms)])
        return np.clip(1.0 - fewer[np.minimum(needed, len(people))], 0.0, 1.0)


def _place(rate: float) -> int:
    """Give the place of a rate on the grid."""
    return round(math.log(max(rate, 1e-5)) / _GRID)


def _rate(place: int) -> float:
    return math.exp(place * _GRID)


def _exponential(
    people: NDArray[np.int64], lanes: int, arrivals: float, services: float
) -> NDArray[np.float64]:
    """Transition matrix of a birth-death process over one unit of time."""
    size = len(people)
    up = np.full(size, arrivals)
    up[-1] = 0.0
    down = np.minimum(people, lanes) * services
    generator = np.diag(up[:-1], 1) + np.diag(down[1:], -1) - np.diag(up + down)
    halvings = max(0, math.ceil(math.log2(8.0 * max(1e-9, float((up + down).max())))))
    small = generator / 2.0**halvings
    square = small @ small
    matrix = np.eye(size) + small + square / 2.0 + square @ small / 6.0
    for _ in range(halvings):
        matrix = matrix @ matrix
    return matrix
