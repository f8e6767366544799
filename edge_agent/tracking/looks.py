"""What people look like: tells two who cross apart where their boxes cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.columns import Columns
from edge_agent.tracking.motion import Floats, Rows

_LEARN_S = 1.0
WEIGHT = 0.4
USUAL = 1.0
LEAST = -0.4
MOST = 1.2


@dataclass(slots=True)
class Looks(Columns):
    """The usual look of N tracks.

    Attributes:
        mean: (N, D) running mean of the looks in sightings that nobody disturbed.
    """

    mean: Floats

    def costs(self, rows: Rows, looks: NDArray[np.float32]) -> Floats:
        """(K, M) what it costs to take the tracks ``rows`` (K,) for people who look so (M, D)."""
        away = np.abs(self.mean[rows, None] - looks[None]).mean(axis=2)
        return np.asarray(WEIGHT * np.clip(away - USUAL, LEAST, MOST))

    def learn(self, rows: Rows, looks: NDArray[np.float32], dt_s: float) -> None:
        """Take in the looks (K, D) of tracks ``rows`` (K,)."""
        share = 1.0 - np.exp(-dt_s / _LEARN_S)
        self.mean[rows] += share * (looks - self.mean[rows])
