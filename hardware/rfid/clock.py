"""The reader's clock against ours.

A reader's clock may be an hour off, or count from its start. What holds is that a read cannot
arrive before it happened: the smallest difference between arrival and timestamp seen lately is the
offset of the clocks plus the shortest delay of the line.
"""

from __future__ import annotations

WINDOW_S = 5.0
"""The offset is learned anew so often: it follows a drift, and a clock that was set back a little
holds up reads for two windows at most."""

JUMP_S = 15.0
"""A larger change is a clock that was set; a delay that long would have been a lost reader."""


class ReaderClock:
    """Learns what to add to the timestamps of one reader."""

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._next_s = 0.0
        self._window_ends_s = 0.0
        self._uptime = False
        self.jumps = 0

    @property
    def offset_s(self) -> float | None:
        """Seconds to add to the reader's clock to get ours; None before its first timestamp."""
        return self._offset_s

    def observe(self, reader_us: int, now_s: float, *, uptime: bool = False) -> None:
        """Learn from the newest timestamp of a message that has arrived now.

        Args:
            reader_us: microseconds of the reader's clock.
            now_s: seconds of our clock.
            uptime: the reader's clock counts from its start.
        """
        offset_s = now_s - reader_us / 1e6
        if self._offset_s is None or uptime is not self._uptime:
            self._restart(offset_s, now_s, uptime)
        elif abs(offset_s - self._offset_s) > JUMP_S:
            self.jumps += 1
            self._restart(offset_s, now_s, uptime)
        elif now_s >= self._window_ends_s:
            self._offset_s = min(self._next_s, offset_s)
            self._next_s = offset_s
            self._window_ends_s = now_s + WINDOW_S
        else:
            self._next_s = min(self._next_s, offset_s)
            self._offset_s = min(self._offset_s, offset_s)

    def _restart(self, offset_s: float, now_s: float, uptime: bool) -> None:
        self._offset_s = self._next_s = offset_s
        self._window_ends_s = now_s + WINDOW_S
        self._uptime = uptime
