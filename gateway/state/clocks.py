"""How far a device's clock is from the gateway's."""

from __future__ import annotations

from collections import deque

WINDOW = 20
"""Messages that the estimate looks back on."""


class ClockOffset:
    """Estimates an offset from the times at which messages were sent and came.

    The way only ever adds delay, so the smallest difference in a window is the nearest to the
    offset of the clocks (as in the clock filter of NTP, RFC 5905, section 10).
    """

    def __init__(self) -> None:
        self._late_s: deque[float] = deque(maxlen=WINDOW)

    def note(self, sent_s: float, came_s: float) -> None:
        """Take in one message that the broker had not kept."""
        self._late_s.append(came_s - sent_s)

    @property
    def behind_s(self) -> float | None:
        """How far the device's clock is behind, negative when ahead; None before a full window."""
        return min(self._late_s) if len(self._late_s) == WINDOW else None
