"""What a detector gives. Light on imports, so that the pure middle can use it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_UNKNOWN: NDArray[np.float32] = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class Detections:
    """People found in one picture, best score first.

    Attributes:
        boxes: (N, 4) float32, x1 y1 x2 y2 in pixels of the source picture, clipped to it.
        scores: (N,) float32 in 0..1.
        support: (N,) float32, the scores of all boxes that each one stands for, added up; by
            default it stands for itself.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    support: NDArray[np.float32] = field(default_factory=lambda: _UNKNOWN)

    def __post_init__(self) -> None:
        if self.boxes.ndim != 2 or self.boxes.shape[1:] != (4,):
            raise ValueError(f"boxes: expected shape (N, 4), found {self.boxes.shape}")
        if self.scores.shape != self.boxes.shape[:1]:
            raise ValueError(
                f"scores: expected shape ({len(self.boxes)},), found {self.scores.shape}"
            )
        if self.support is _UNKNOWN:
            object.__setattr__(self, "support", self.scores)
        elif self.support.shape != self.scores.shape:
            raise ValueError(
                f"support: expected shape ({len(self.boxes)},), found {self.support.shape}"
            )

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def none(cls) -> Detections:
        """No people."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32))
