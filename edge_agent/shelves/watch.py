"""What follows from the changes on the shelves: misplaced goods, interest, a sweep of a product."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.config import ShelfSettings
from edge_agent.shelves.ledger import NEVER_LEFT_S
from messages.events import (
    EventData,
    Interest,
    Misplaced,
    Moved,
    Picked,
    Placed,
    Returned,
    SweepSuspected,
)


@dataclass(frozen=True, slots=True)
class SweepLimits:
    """How many of one GTIN have to leave one shelf within how long to be suspicious."""

    count: int = 5
    within_s: float = 20.0


INTEREST_S = 1800.0
"""Who puts an item back later has brought it back, or filled the shelf with it."""


class Watch:
    """Looks at the item events of one device and adds what follows from them.

    Args:
        shelves: the shelves with their planogram. A shelf without facings takes anything.
        limits: when a sweep is suspected.
    """

    def __init__(self, shelves: Sequence[ShelfSettings], limits: SweepLimits | None = None) -> None:
        self._limits = limits or SweepLimits()
        self._planned = {shelf.id: {f.gtin for f in shelf.facings} for shelf in shelves}
        self._all = set().union(*self._planned.values())
        self._taken: dict[tuple[str, str], deque[float]] = {}

    def after(self, events: Sequence[EventData], t_s: float) -> list[EventData]:
        """Give what follows from ``events``, all of time ``t_s`` (in seconds)."""
        follows: list[EventData] = []
        for event in events:
            if isinstance(event, Placed | Returned | Moved):
                follows += self._misplaced(event)
                if isinstance(event, Returned):
                    follows += self._interest(event)
            elif isinstance(event, Picked):
                follows += self._sweep(event, t_s)
        return follows

    def _misplaced(self, event: Placed | Returned | Moved) -> list[EventData]:
        planned = self._planned.get(event.shelf, set())
        # A GTIN that no planogram names belongs nowhere in particular.
        if not planned or event.gtin not in self._all or event.gtin in planned:
            return []
        return [
            Misplaced(
                epc=event.epc,
                gtin=event.gtin,
                shelf=event.shelf,
                from_shelf=event.from_shelf,
                confidence=event.confidence,
            )
        ]

    def _interest(self, event: Returned) -> list[EventData]:
        # Back at once: more likely the shelf was mistaken than the shopper that quick.
        if not NEVER_LEFT_S <= event.away_s <= INTEREST_S:
            return []
        return [Interest(**event.model_dump())]

    def _sweep(self, event: Picked, t_s: float) -> list[EventData]:
        if event.gtin is None:
            return []
        taken = self._taken.setdefault((event.shelf, event.gtin), deque())
        taken.append(t_s)
        while t_s - taken[0] > self._limits.within_s:
            taken.popleft()
        if len(taken) < self._limits.count:
            return []
        first_s, count = taken[0], len(taken)
        taken.clear()
        return [
            SweepSuspected(shelf=event.shelf, gtin=event.gtin, count=count, within_s=t_s - first_s)
        ]
