"""How soon will a facing be empty? From what leaves it, and what comes back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.config import ShelfSettings

USUAL_PER_S = 1 / 7200
"""Pieces that leave a facing a second before anything was seen: one in two hours."""
USUAL_S = 4 * 3600.0
"""Weight of that rate, in seconds of all facings together."""
OWN_S = 2 * 3600.0
"""Weight of the rate of all facings against that of one, in its seconds."""
MEMORY_S = 4 * 3600.0
"""The demand of the morning says little of that of the evening."""


@dataclass(slots=True)
class _Facing:
    sold: float = 0.0
    watched_s: float = 0.0
    picked: int = 0
    returned: int = 0


class Demand:
    """Net pieces that leave each facing, with a rate shrunk to that of all facings.

    A gamma-Poisson model: the rate of all facings is the prior of each, so a slow seller next to
    fast ones is told from a facing that was just put up.
    """

    def __init__(self, shelves: Sequence[ShelfSettings]) -> None:
        self._facings = {(s.id, f.gtin): _Facing() for s in shelves for f in s.facings}

    def picked(self, shelf: str, gtin: str | None) -> None:
        """A piece left."""
        facing = self._facing(shelf, gtin)
        if facing is not None:
            facing.sold += 1.0
            facing.picked += 1

    def returned(self, shelf: str, gtin: str | None) -> None:
        """A piece that was taken from this shelf came back, there or elsewhere."""
        facing = self._facing(shelf, gtin)
        if facing is not None:
            facing.sold = max(facing.sold - 1.0, 0.0)
            facing.returned += 1

    def never_left(self, shelf: str, gtin: str | None) -> None:
        """A piece that seemed to leave was there all the while."""
        facing = self._facing(shelf, gtin)
        if facing is not None:
            facing.sold = max(facing.sold - 1.0, 0.0)
            facing.picked = max(facing.picked - 1, 0)

    def watched(self, shelf: str, seconds: float) -> None:
        """The shelf could be read for so long."""
        keep = max(0.0, 1 - seconds / MEMORY_S)
        for (name, _), facing in self._facings.items():
            if name == shelf:
                facing.sold *= keep
                facing.watched_s = facing.watched_s * keep + seconds

    def rate_per_s(self, shelf: str, gtin: str) -> float:
        """Pieces that leave a second, net of what comes back."""
        everything = self._facings.values()
        usual = (sum(f.sold for f in everything) + USUAL_PER_S * USUAL_S) / (
            sum(f.watched_s for f in everything) + USUAL_S
        )
        own = self._facings.get((shelf, gtin), _Facing())
        return (own.sold + usual * OWN_S) / (own.watched_s + OWN_S)

    def empty_in_s(self, shelf: str, gtin: str, count: int | None) -> float | None:
        """Expected seconds until ``count`` pieces are gone; None where the count is unknown."""
        return None if count is None else count / self.rate_per_s(shelf, gtin)

    def touched(self, shelf: str, gtin: str) -> tuple[int, int]:
        """Pieces picked, and of these put back, since the start."""
        facing = self._facings.get((shelf, gtin), _Facing())
        return facing.picked, facing.returned

    def _facing(self, shelf: str, gtin: str | None) -> _Facing | None:
        return None if gtin is None else self._facings.setdefault((shelf, gtin), _Facing())
