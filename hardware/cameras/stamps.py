"""Turns a camera's own timestamps into the agent's clock."""

from __future__ import annotations

import math


class StampMapper:
    """Maps the stamps of one connection to the agent's clock.

    A frame cannot arrive before it was taken, so the smallest difference between arrival and stamp
    is the best guess of the offset of the clocks plus the fixed part of the delay (the minimum
    filter of NTP, RFC 5905 section 10). What a frame took longer than that is jitter, and is
    taken out of its time. The minimum is kept over the last one to two windows, so that drift and
    a clock that is set are followed.

    Args:
        window_s: how long a minimum holds, in seconds.
        most_late_s: a frame is never said to be older than this on arrival; beyond it the stamp is
            taken for wrong rather than the frame for late.
    """

    def __init__(self, *, window_s: float = 30.0, most_late_s: float = 2.0) -> None:
        self._window_s = window_s
        self._most_late_s = most_late_s
        self._now = self._before = math.inf
        self._since_s = -math.inf

    def to_clock(self, stamp_s: float, arrived_s: float) -> float:
        """Give the time of a frame in seconds of the agent's clock, never after its arrival.

        Args:
            stamp_s: the camera's time of the frame in seconds, from any origin.
            arrived_s: the agent's clock when it came.
        """
        if arrived_s - self._since_s >= self._window_s:
            self._before, self._now = self._now, math.inf
            self._since_s = arrived_s
        self._now = min(self._now, arrived_s - stamp_s)
        mapped = stamp_s + min(self._now, self._before)
        return min(max(mapped, arrived_s - self._most_late_s), arrived_s)
