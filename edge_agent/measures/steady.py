"""A length that does not flicker."""

from __future__ import annotations

import math

from edge_agent.measures.members import Member

MEAN_S = 0.25
CHANGED = 0.75
"""Another length is told when the running mean is so far from the one told last: after .35 s of
one more or less, and never while somebody is seen in every other picture."""


class Steady:
    """Holds who was told to wait until another length has lasted for a moment."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget what was told."""
        self._t_s = math.nan
        self._mean = 0.0
        self._told: list[Member] = []

    def update(self, waiting: list[Member], t_s: float) -> list[Member]:
        """Give who is told to wait at ``t_s``, when ``waiting`` do."""
        if math.isnan(self._t_s):
            self._mean = float(len(waiting))
        else:
            self._mean -= math.expm1((self._t_s - t_s) / MEAN_S) * (len(waiting) - self._mean)
        self._t_s = t_s
        same = len(waiting) == len(self._told)
        if same or abs(self._mean - len(self._told)) > CHANGED:
            self._told = waiting
        return self._told
