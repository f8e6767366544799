"""Whether tracks carry anybody, by what their boxes were worth of late."""

from __future__ import annotations

import math
from collections.abc import Sequence

from edge_agent.zones.crowd import Crowd

MEAN_S = 2.0
"""Time constant of the mean of the chances of somebody's boxes."""
DOUBTED = 0.25
"""Whose boxes are worth less, most likely is a part of others or a box around two."""


class Belief:
    """Keeps what the boxes of everybody followed were worth."""

    def __init__(self) -> None:
        self._means: dict[int, float] = {}

    def update(self, crowd: Crowd | None, people: Sequence[int], dt_s: float) -> list[bool]:
        """Take in a look; tell who of ``people`` is most likely nobody.

        Args:
            crowd: everything that may be a person; None where nobody knows.
            people: everybody followed.
            dt_s: seconds since the last look.
        """
        if crowd is None:
            self._means.clear()
            return [False] * len(people)
        sums: dict[int, tuple[float, float]] = {}
        known = (part.tolist() for part in (crowd.people, crowd.chance, crowd.weight))
        for person, chance, weight in zip(*known, strict=True):
            if person >= 0:
                total, weights = sums.get(person, (0.0, 0.0))
                sums[person] = total + weight * chance, weights + weight
        share = -math.expm1(-dt_s / MEAN_S)
        means = {}
        for person in people:
            mean = self._means.get(person)
            if person in sums:
                total, weights = sums[person]
                new = total / weights
                mean = new if mean is None else mean + share * (new - mean)
            if mean is not None:
                means[person] = mean
        self._means = means
        return [means.get(person, 1.0) < DOUBTED for person in people]
