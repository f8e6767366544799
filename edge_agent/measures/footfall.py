"""In and out over directed lines."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.zones.presence import Crossing, Direction


class Footfall:
    """Counts of the lines of one camera since the start.

    Args:
        lines: line ids.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._counts = {line: [0, 0] for line in lines}

    def update(self, crossings: Iterable[Crossing]) -> dict[str, tuple[int, int]]:
        """Add crossings; give line → (in, out)."""
        for crossing in crossings:
            self._counts[crossing.line][0 if crossing.direction == Direction.IN else 1] += 1
        return {line: (come, gone) for line, (come, gone) in self._counts.items()}
