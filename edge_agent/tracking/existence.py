"""How sure we are that each track is still a person there.

A log-odds per track. A sighting raises it by what its score says; a miss lowers it by how
probable a sighting would have been, given how much of the person others hide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.columns import Columns
from edge_agent.tracking.motion import Bools, Floats, Rows

_HIDDEN_STEPS = np.array([0.0, 0.15, 0.45, 0.8])
_RECALL = np.array([0.94, 0.88, 0.57, 0.28])
"""Measured recall of the person detector by the share that another person hides."""
_MEMORY_S = 0.4
"""Misses closer than this are one miss: the same picture fails the detector again."""
_USUAL = 0.32
"""Score of somebody in plain sight that says nothing."""
_PER_SCORE = 8.0
"""Log-odds gained for each unit of score above it."""
_MOST = 4.0
"""However long somebody was seen, a miss in plain sight must count."""
_SURE = 1.5
"""From here on somebody may be confirmed …"""
_HERE = 0.5
"""… from here up somebody unseen still counts …"""
_GONE = -6.0
"""… and down to here is remembered, to be recognised on coming back."""
_LEAVING_HZ = 6.0
"""Log-odds a second lost by somebody unseen whose place is wholly out of the picture."""


@dataclass(slots=True)
class Existence(Columns):
    """How sure N tracks are.

    Attributes:
        odds: (N,) log-odds of being a person who is there.
    """

    odds: Floats

    @classmethod
    def begin(cls, scores: Floats) -> Existence:
        """Tracks just started by detections of ``scores`` (N,)."""
        return cls(_PER_SCORE * (scores - 0.3))

    @property
    def sure(self) -> Bools:
        """(N,) certain enough to count."""
        return np.asarray(self.odds >= _SURE)

    @property
    def here(self) -> Bools:
        """(N,) more likely there than not."""
        return np.asarray(self.odds > _HERE)

    @property
    def alive(self) -> Bools:
        """(N,) worth keeping."""
        return np.asarray(self.odds > _GONE)

    def seen(
        self, rows: Rows, scores: Floats, hidden: Floats, dt_s: float, usual_hidden: float
    ) -> None:
        """Tracks ``rows`` were seen with ``scores``; others cover the share ``hidden`` of them.

        The score ``usual_hidden`` says nothing of somebody half hidden.
        """
        usual = np.interp(hidden, [0.0, 0.5], [_USUAL, usual_hidden])
        gain = np.clip(_PER_SCORE * (scores - usual), -1.5, 2.0)
        self.odds[rows] = np.minimum(self.odds[rows] + gain * min(1.0, dt_s / _MEMORY_S), _MOST)

    def missed(self, rows: Rows, hidden: NDArray[np.float64], dt_s: float) -> None:
        """Tracks ``rows`` were not seen; ``hidden`` is the share that others cover."""
        recall = np.interp(hidden, _HIDDEN_STEPS, _RECALL)
        self.odds[rows] += np.log1p(-recall) * min(1.0, dt_s / _MEMORY_S)

    def left(self, rows: Rows, boxes: Floats, frame_size: tuple[int, int], dt_s: float) -> None:
        """Those of ``rows`` whose expected ``boxes`` lie out of the picture have walked out."""
        width, height = frame_size
        inside = np.minimum(boxes[:, 2:], [width, height]) - np.maximum(boxes[:, :2], 0.0)
        sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)
        share = np.clip(inside / sides, 0.0, 1.0).prod(axis=1)
        self.odds[rows] -= _LEAVING_HZ * dt_s * (1.0 - share)
