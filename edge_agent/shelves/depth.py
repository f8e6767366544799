"""How deep are the shadows before a reader? Judged by which depth foretells the reads best.

Bodies may let a quarter of the reads through, or none. For each of a few depths a small filter,
clear or shadowed, foretells every step of every tag; the depths are weighed by how well they did
(Bayesian model averaging). A share of reads cannot simply be counted where the neighbours say
"shadow": they are wrong for whole episodes, and reads that come then would pass for reads behind a
body. That such reads come in episodes is what tells the depths apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_agent.shelves.physics import Physics

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SHARES = np.array([0.015, 0.05, 0.12, 0.2, 0.27, 0.35, 0.5])
"""(K,) factors on the read rate behind a body that are weighed against each other."""
PRIOR_SPREAD = 0.7
"""Standard deviation of the logarithm of the share around the assumed one."""
TEMPER = 0.3
"""Tags behind one body do not witness independently of each other."""
MEMORY = 1 / 5000
"""Share of what was learned that fades with each step; shoppers change with the season."""


class Depths:
    """Weighs the depths, by group (reader).

    Attributes:
        share: (G,) factor on the read rate behind a body.
    """

    def __init__(self, physics: Physics, groups: int) -> None:
        self._physics = physics
        off = np.log(SHARES / physics.shadow_share) / PRIOR_SPREAD
        self._prior = -0.5 * off**2
        self._score = np.zeros((len(SHARES), groups))
        self._shadowed = np.empty((len(SHARES), 0))
        self._pending = np.empty((len(SHARES), 0))
        self._called = np.empty((len(SHARES), 0))
        self.share = np.empty(groups)
        self._derive()

    def resize(self, rows: int) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - self._shadowed.shape[1]
        if new > 0:
            for name, value in (("_shadowed", 0.1), ("_pending", 0.0), ("_called", 0.0)):
                more = np.full((len(SHARES), new), value)
                setattr(self, name, np.concatenate([getattr(self, name), more], axis=1))

    def keep(self, rows: Ints) -> None:
        """Keep these rows alone, in this order."""
        for name in ("_shadowed", "_pending", "_called"):
            setattr(self, name, getattr(self, name)[:, rows])

    def step(
        self,
        seen: Bools,
        clear: Floats,
        behind: Floats,
        shade: tuple[Floats, Floats],
        counts: Floats,
    ) -> None:
        """Foretell one step, and see.

        Args:
            seen: (N,) the tag was read.
            clear: (N,) likelihood of what was seen if the tag is clear.
            behind: (N,) chance of a read if it is clear; where it was read, the likelihood of
                that read behind a body of no depth.
            shade: two of (N,): the chance of a shadow that the neighbours let expect, and what
                they say now.
            counts: (N,) weight of the step, 0 where it proves nothing.
        """
        physics, (due, told) = self._physics, shade
        relief, onset = physics.relief_rate * physics.step_s, physics.onset_rate * physics.step_s
        before = self._shadowed * (1 - relief - onset) + onset
        up = before * (told / due)
        before = up / (up + (1 - before) * ((1 - told) / (1 - due)))
        through = SHARES[:, None] * behind
        after = before * np.where(seen, through, 1 - through)
        chance = after + (1 - before) * clear
        self._shadowed = np.clip(after / chance, 1e-4, 1 - 1e-4)
        self._pending += np.log(chance) * counts
        self._score *= 1 - MEMORY

    def prove(self, rows: Ints, group: Ints) -> None:
        """The tags of ``rows`` were there all the while: what was foretold of them counts."""
        for k, score in enumerate(self._score):
            score += np.bincount(group[rows], self._pending[k, rows], len(self.share))
        self._pending[:, rows] = 0.0
        self._derive()

    def called(self, row: int) -> None:
        """Put what is not proven aside: the tag was called picked."""
        self._called[:, row] = self._pending[:, row]
        self._pending[:, row] = 0.0

    def never_left(self, row: int, group: int) -> None:
        """The call was wrong: the tag was there all the while."""
        self._score[:, group] += self._called[:, row]
        self._called[:, row] = 0.0

    def _derive(self) -> None:
        weight = self._prior[:, None] + TEMPER * self._score
        weight = np.exp(weight - weight.max(axis=0))
        self.share = np.exp(np.log(SHARES) @ (weight / weight.sum(axis=0)))
