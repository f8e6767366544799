"""Time for the pure middle: seconds that never jump, and what the wall clock makes of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970 at the start, then as the monotonic clock counts.

    Dwell and wait times must not feel a correction of the wall clock, which small boxes without a
    battery get minutes after they start; published moments must. So the pure middle counts in
    :meth:`now_s`, and :meth:`utc` converts with the correction known by then.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._offset_s = wall() - monotonic()

    def now_s(self) -> float:
        """Give seconds that only move forward, at the rate of the monotonic clock."""
        return self._monotonic() + self._offset_s

    def utc(self, t_s: float) -> datetime:
        """Convert seconds of :meth:`now_s` to UTC, as the wall clock stands now."""
        correction_s = self._wall() - self.now_s()
        return datetime.fromtimestamp(t_s + correction_s, UTC)
