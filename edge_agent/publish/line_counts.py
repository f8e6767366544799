"""Counts of the lines of one camera, of the crossings that were published."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.measures.readings import Readings
from messages.events import LineCrossing

GAP_S = 2.0
"""After a longer time without a picture that can be believed nobody was watching."""


class LineCounts:
    """What one camera's lines have told since the device started.

    Crossings seen while the camera could not be believed are no events, so they are not counted
    here either: a line's counts are those of its events.

    Args:
        lines: line ids.
        since_s: when the device started.
    """

    def __init__(self, lines: Iterable[str], since_s: float) -> None:
        self._counts = {line: [0, 0] for line in lines}
        self._since_s = since_s
        self._last_s: float | None = None
        self._watched_s = 0.0

    def take(self, readings: Readings) -> dict[str, tuple[int, int]]:
        """Take in what is published now; give line → (entered, left)."""
        if self._last_s is not None and 0.0 < readings.t_s - self._last_s <= GAP_S:
            self._watched_s += readings.t_s - self._last_s
        self._last_s = readings.t_s
        for event in readings.events:
            if isinstance(event, LineCrossing):
                self._counts[event.line][event.direction == "out"] += 1
        return {line: (entered, left) for line, (entered, left) in self._counts.items()}

    @property
    def watched(self) -> float:
        """Share of the time since the start in which the lines were watched, 0..1."""
        if self._last_s is None or self._last_s <= self._since_s:
            return 0.0
        return min(1.0, self._watched_s / (self._last_s - self._since_s))
