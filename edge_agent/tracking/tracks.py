"""People followed over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tracks:
    """Everybody followed at one moment; row i of every array is the same person.

    Attributes:
        t_s: time of the frame in seconds.
        ids: (N,) int64, unique over the life of the tracker, never used again.
        boxes: (N, 4) float32, x1 y1 x2 y2 in pixels; predicted where the person was not seen.
        scores: (N,) float32 score of the last detection.
        confirmed: (N,) bool; an unconfirmed track never counts.
        seen: (N,) bool; matched with a detection in this frame.
        since_s: (N,) float64, time of the first sighting.
        seen_s: (N,) float64, time of the last sighting.
        detection: (N,) int64, row of the matched detection in this frame, else -1.
    """

    t_s: float
    ids: NDArray[np.int64]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    confirmed: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    since_s: NDArray[np.float64]
    seen_s: NDArray[np.float64]
    detection: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def none(cls, t_s: float) -> Tracks:
        """Nobody at time ``t_s``."""
        return cls(
            t_s,
            np.empty(0, np.int64),
            np.empty((0, 4), np.float32),
            np.empty(0, np.float32),
            np.empty(0, np.bool_),
            np.empty(0, np.bool_),
            np.empty(0, np.float64),
            np.empty(0, np.float64),
            np.empty(0, np.int64),
        )
