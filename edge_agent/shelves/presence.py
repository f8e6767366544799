"""Is the tag still there? A three-state filter for all tags at once.

A tag is clear, shadowed (somebody stands between it and the antenna) or absent. A clear tag is
read with its own rate and RSSI, both learned; a shadowed one seldom and weakly; an absent one
hardly ever. So silence alone means little while a shadow is likely, and much when it is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_agent.shelves.physics import Physics

CLEAR, SHADOWED, ABSENT = range(3)
Floats = NDArray[np.float64]


class Presence:
    """Belief about each tag, row by row.

    Attributes:
        belief: (N, 3) probabilities of clear, shadowed, absent; rows sum to 1.
        rate: (N,) learned chance that a clear tag is read in a step.
        rssi_dbm: (N,) learned mean RSSI of a clear tag; NaN before the first read.
        steps: (N,) steps of presence that the rate was learned from.
    """

    def __init__(self, physics: Physics) -> None:
        self._physics = physics
        self.belief = np.empty((0, 3))
        self.rate = np.empty(0)
        self.rssi_dbm = np.empty(0)
        self.steps = np.empty(0)

    def resize(self, rows: int) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - len(self.rate)
        if new <= 0:
            return
        self.belief = np.concatenate([self.belief, np.tile([0.5, 0.0, 0.5], (new, 1))])
        self.rate = np.concatenate([self.rate, np.full(new, 0.5)])
        self.rssi_dbm = np.concatenate([self.rssi_dbm, np.full(new, np.nan)])
        self.steps = np.concatenate([self.steps, np.zeros(new)])

    @property
    def absent(self) -> Floats:
        """(N,) probability that the tag is not there."""
        return self.belief[:, ABSENT]

    def step(self, seen: NDArray[np.bool_], rssi_dbm: Floats, exposure: Floats) -> None:
        """Move on by one step.

        Args:
            seen: (N,) the tag was read in this step.
            rssi_dbm: (N,) RSSI by the antenna that the tag is learned with, else NaN.
            exposure: (N,) share 0..1 of the chance to be read that the step gave; 0 in a gap.
        """
        self._predict(exposure)
        self._update(seen, rssi_dbm, exposure)
        self._learn(seen, rssi_dbm, exposure)

    def _predict(self, exposure: Floats) -> None:
        physics, belief = self._physics, self.belief
        clear, shadowed, absent = belief.T.copy()
        dt = physics.step_s
        onset = clear * physics.onset_rate * dt
        relief = shadowed * physics.relief_rate * dt
        # A blind reader is no evidence that goods leave faster or slower: the belief stands.
        leave = np.where(exposure > 0, physics.pick_rate * dt, 0.0)
        back = absent * np.where(exposure > 0, physics.return_rate * dt, 0.0)
        belief[:, CLEAR] = (clear - onset + relief) * (1 - leave) + back * 0.5
        belief[:, SHADOWED] = (shadowed + onset - relief) * (1 - leave) + back * 0.5
        belief[:, ABSENT] = 1 - belief[:, CLEAR] - belief[:, SHADOWED]

    def _update(self, seen: NDArray[np.bool_], rssi_dbm: Floats, exposure: Floats) -> None:
        physics = self._physics
        clear = self.rate * exposure
        shadowed = clear * physics.shadow_share
        likelihood = np.empty_like(self.belief)
        likelihood[:, CLEAR] = 1 - clear
        likelihood[:, SHADOWED] = 1 - shadowed
        likelihood[:, ABSENT] = 1 - physics.ghost * exposure
        rows = np.flatnonzero(seen)
        off = rssi_dbm[rows] - self.rssi_dbm[rows]
        known = ~np.isnan(off)
        off = np.where(known, off, 0.0)
        density = 1 / (physics.sigma_db * np.sqrt(2 * np.pi))
        weak = off + physics.shadow_drop_db
        at_clear = density * np.exp(-0.5 * (off / physics.sigma_db) ** 2) + 1e-6
        at_shadowed = density * np.exp(-0.5 * (weak / physics.sigma_db) ** 2) + 1e-6
        likelihood[rows, CLEAR] = clear[rows] * np.where(known, at_clear, 1.0)
        likelihood[rows, SHADOWED] = shadowed[rows] * np.where(known, at_shadowed, 1.0)
        likelihood[rows, ABSENT] = physics.ghost * np.where(known, 1 / physics.rssi_span_db, 1.0)
        posterior = self.belief * likelihood
        self.belief = posterior / posterior.sum(axis=1, keepdims=True)

    def _learn(self, seen: NDArray[np.bool_], rssi_dbm: Floats, exposure: Floats) -> None:
        weight = np.where(self.belief[:, CLEAR] > 0.5, self.belief[:, CLEAR], 0.0) * exposure
        self.steps = np.minimum(self.steps + weight, 600.0)
        gain = weight / (self.steps + 4.0)
        self.rate = np.clip(self.rate + gain * (seen - self.rate), 0.02, 0.995)
        heard = seen & ~np.isnan(rssi_dbm)
        first = heard & np.isnan(self.rssi_dbm)
        self.rssi_dbm[first] = rssi_dbm[first]
        later = heard & ~first & (weight > 0)
        slow = weight[later] / np.minimum(self.steps[later] * self.rate[later] + 1.0, 300.0)
        self.rssi_dbm[later] += slow * (rssi_dbm[later] - self.rssi_dbm[later])
