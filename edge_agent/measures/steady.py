"""A length that does not flicker."""

from __future__ import annotations

import math

from edge_agent.measures.members import Member
from edge_agent.measures.perspective import flatness

MEAN_S = 1.0, 0.25
"""Time constant of the mean length in flat views, where people hide each other, and in steep."""
CHANGED = 0.75
"""Another length is told when the mean is so far from the one told last: after 1.4 s of one more
or less in a flat view, .35 s in a steep one, never while somebody is seen every other time."""


class Steady:
    """Holds who was told to wait until another length has lasted for a moment."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget what was told."""
        self._t_s = math.nan
        self._mean = 0.0
        self._told: list[Member] = []

    def update(self, waiting: list[Member], t_s: float, steepness: float) -> list[Member]:
        """Give who is told to wait at ``t_s``, when ``waiting`` do.

        Args:
            waiting: who seems to.
            t_s: time of the frame.
            steepness: how far down it is to people's heads for each metre towards them.
        """
        if math.isnan(self._t_s):
            self._mean = float(len(waiting))
        else:
            flat_s, steep_s = MEAN_S
            mean_s = steep_s + flatness(steepness) * (flat_s - steep_s)
            self._mean -= math.expm1((self._t_s - t_s) / mean_s) * (len(waiting) - self._mean)
        self._t_s = t_s
        same = len(waiting) == len(self._told)
        if same or abs(self._mean - len(self._told)) > CHANGED:
            self._told = waiting
        return self._told
