"""In and out over directed lines, and how many are inside."""

from __future__ import annotations

import math
from collections.abc import Iterable

from edge_agent.zones.presence import Crossing, Direction

CLOSED_AFTER_S = 3 * 3600.0
"""Nobody crossed for so long: the shop is closed and empty."""
_LEARN_FROM = 20
"""Days with fewer crossings teach nothing about the error of a line."""
_KEEP = 0.7


class Footfall:
    """Counts of the lines of one camera, and the people inside.

    A line misses a few crossings, and more in one direction than in the other, so in minus out
    drifts over the day. At closing time the shop is empty: what is left over then is the error.
    Its ratio is learned, and the next day's counts are corrected by it.

    This serves recordings. In a store the gateway does the same with all entrances and the opening
    hours, which one device does not know.

    Args:
        lines: line ids.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._counts = {line: [0, 0] for line in lines}
        self._today = [0, 0]
        self._last_s: float | None = None
        self._ratio = 1.0

    @property
    def occupancy(self) -> int | None:
        """People inside now; None where the camera has no line."""
        if not self._counts:
            return None
        come, gone = self._today
        # Nobody knows which side missed people, so each takes half of the error.
        half = math.sqrt(self._ratio)
        return max(round(come * half - gone / half), 0)

    def update(self, t_s: float, crossings: Iterable[Crossing]) -> dict[str, tuple[int, int]]:
        """Add crossings; give line → (in, out) since the start."""
        if self._last_s is not None and t_s - self._last_s >= CLOSED_AFTER_S:
            self._close()
        for crossing in crossings:
            side = 0 if crossing.direction == Direction.IN else 1
            self._counts[crossing.line][side] += 1
            self._today[side] += 1
            self._last_s = t_s
        return {line: (come, gone) for line, (come, gone) in self._counts.items()}

    def _close(self) -> None:
        """The shop is empty: learn from what is left over, and begin a new day."""
        come, gone = self._today
        if min(come, gone) >= _LEARN_FROM:
            self._ratio = self._ratio**_KEEP * (gone / come) ** (1.0 - _KEEP)
        self._today = [0, 0]
        self._last_s = None
