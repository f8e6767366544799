"""Who is inside which zone, such that one bad frame changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.columns import Columns
from edge_agent.zones.polygons import Polygons

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ENTER_S = 0.25
LEAVE_S = 0.5
_MARGIN = 0.08
"""Whoever is inside has left only this far outside, in heights of the person (about 14 cm)."""


@dataclass(slots=True)
class Stays(Columns):
    """P people in Z zones; every array is (P, Z).

    Attributes:
        since_s: time of entry of who is inside, else NaN.
        change_s: since when the foot says otherwise, else NaN.
        changes: sightings in a row that say otherwise.
    """

    since_s: Floats
    change_s: Floats
    changes: NDArray[np.int64]

    @classmethod
    def nobody(cls, people: int, zones: int) -> Stays:
        """People who are in no zone."""
        nowhere = np.full((people, zones), np.nan)
        return cls(nowhere, nowhere.copy(), np.zeros((people, zones), np.int64))

    def update(
        self, polygons: Polygons, feet: Floats, heights: Floats, seen: Bools, t_s: float
    ) -> None:
        """Take in where people stand.

        Args:
            polygons: the zones.
            feet: (P, 2) foot points.
            heights: (P,) heights of the people in the same unit.
            seen: (P,) whose foot was measured in this frame; the others stay as they are.
            t_s: time in seconds.
        """
        inside = ~np.isnan(self.since_s)
        differs = polygons.inside(feet) != inside
        differs &= seen[:, None]
        if np.count_nonzero(differs):
            # Only who seems to have left is measured: few are at the outline, and it costs most.
            rows, zones = (differs & inside).nonzero()
            if len(rows):
                depths = polygons.depths(feet[rows])[np.arange(len(rows)), zones] / heights[rows]
                differs[rows, zones] = depths <= -_MARGIN
        elif not np.count_nonzero(self.changes):
            return
        settled = seen[:, None] & ~differs
        self.change_s[settled] = np.nan
        self.changes[settled] = 0
        fresh = differs & np.isnan(self.change_s)
        self.change_s[fresh] = t_s
        self.changes += differs
        lasted = t_s - self.change_s >= np.where(inside, LEAVE_S, ENTER_S)
        turn = differs & lasted & (self.changes >= 2)
        self.since_s = np.where(turn, np.where(inside, np.nan, self.change_s), self.since_s)
        self.change_s[turn] = np.nan
        self.changes[turn] = 0
