"""Notices that a camera sends the same picture again and again."""

from __future__ import annotations

import numpy as np

from edge_agent.perception.view import Sample

_BANDS = 18
_CLOCK_BANDS = 4
"""A clock at the top and a name at the bottom can each lie across two bands."""


class Stillness:
    """Remembers when each horizontal band of the picture last changed by a single bit.

    A real sensor's noise changes every band of every frame, at night more than by day; only a
    frozen camera or encoder repeats itself bit by bit.
    """

    def __init__(self) -> None:
        self._last: Sample | None = None
        self._seen_s = 0.0
        self._changed_s = np.zeros(_BANDS)

    def see(self, pixels: Sample, t_s: float) -> None:
        """Take a sample of one frame, taken at ``t_s`` seconds."""
        last, self._last = self._last, pixels
        self._seen_s = t_s
        if last is None or last.shape != pixels.shape:
            self._changed_s[:] = t_s
            return
        if np.array_equal(last, pixels):
            return
        rows = np.flatnonzero((last != pixels).any(axis=1))
        self._changed_s[rows * _BANDS // len(pixels)] = t_s

    def describe(self, *, frozen_s: float, clock_only_s: float) -> str:
        """Say in one line what stands still, or nothing.

        Args:
            frozen_s: how long everything must be the same.
            clock_only_s: how long all but a clock drawn into the picture must be the same.
        """
        since_s = float(self._changed_s.max())
        if self._seen_s - since_s >= frozen_s:
            return f"the same picture for {frozen_s:g} s"
        others_s = float(np.sort(self._changed_s)[_BANDS - 1 - _CLOCK_BANDS])
        if self._seen_s - others_s >= clock_only_s:
            return f"the same picture but for its clock for {clock_only_s:g} s"
        return ""
