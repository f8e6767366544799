"""What people look like: tells two who cross apart where their boxes cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_agent.tracking.columns import Columns
from edge_agent.tracking.motion import Floats, Rows

_LEARN_S = 1.0
_WEIGHT = 0.4
_USUAL = 1.0
_RANGE = (-0.4, 1.2)
"""A likeness counts a little for a match, a difference more against it."""


@dataclass(slots=True)
class Looks(Columns):
    """The usual look of N tracks.

    Attributes:
        mean: (N, D) running mean of the looks in sightings that nobody disturbed; D may be 0.
    """

    mean: Floats

    def costs(self, looks: Floats) -> Floats:
        """(N, M) what it costs to take each track for somebody who looks so (M, D)."""
        if not looks.shape[1] or not len(self.mean):
            return np.zeros((len(self.mean), len(looks)))
        away = np.abs(self.mean[:, None] - looks[None]).mean(axis=2)
        return np.asarray(_WEIGHT * np.clip(away - _USUAL, *_RANGE))

    def learn(self, rows: Rows, looks: Floats, dt_s: float) -> None:
        """Take in the looks (K, D) of tracks ``rows`` (K,)."""
        self.mean[rows] += (1.0 - np.exp(-dt_s / _LEARN_S)) * (looks - self.mean[rows])
