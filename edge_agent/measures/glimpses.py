"""Who was seen in the frames between two looks at lanes and zones."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from edge_agent.zones.presence import Presence

LOOK_S = 0.19
"""Lanes and zones are looked at so often: people walk a foot's length in that time, and a length
is held for longer anyway."""


class Glimpses:
    """Tells when to look at lanes and zones, and keeps whom a detector found in between.

    They cost most of the measures, and nothing in them is decided in less than a fifth of a
    second. Who is found in one frame of two was seen.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget the last look, and who was seen since."""
        self._looked_s = math.nan
        self._people: NDArray[np.int64] = np.empty(0, np.int64)
        self._seen: NDArray[np.bool_] = np.empty(0, np.bool_)

    def look(self, presence: Presence) -> tuple[float, NDArray[np.bool_]] | None:
        """Take in one frame.

        Returns:
            Seconds since the last look, and (P,) who was seen since then; None: look later.
        """
        people, seen = presence.people, presence.seen
        if len(people) == len(self._people) and bool((people == self._people).all()):
            seen = seen | self._seen
        elif len(self._people):
            seen = seen | np.isin(people, self._people[self._seen])
        since_s = presence.t_s - self._looked_s
        if since_s < LOOK_S:
            self._people, self._seen = people, seen
            return None
        self.restart()
        self._looked_s = presence.t_s
        return 0.0 if math.isnan(since_s) else since_s, seen
