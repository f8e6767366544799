"""Somebody at the till whom the camera does not see.

Nobody stands in line before a till that is free. Where the first in line keeps standing though
nobody is seen at an open till, a shopper is hidden there, or scores too low to be found.
"""

from __future__ import annotations

import math

from edge_agent.measures.till import Now

STEPS_UP_S = 2.0
"""Whose turn it is walks to a free till within so long."""


class UnseenService:
    """Tells whether somebody unseen must be at the till."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget since when nobody has been seen there."""
        self._free_since_s = math.nan

    def update(self, now: Now, t_s: float) -> bool:
        """Take in who is seen at ``t_s``."""
        if now.served or math.isnan(self._free_since_s):
            self._free_since_s = t_s
        if t_s - self._free_since_s < STEPS_UP_S:
            return False
        first = next((m for m in now.waiting if m.seen_s >= t_s), None)
        return first is not None and first.standing_s(t_s) >= 0.0
