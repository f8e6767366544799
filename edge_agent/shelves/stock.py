"""From items to the stock of each shelf, as it is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import ReaderSettings, ShelfSettings
from edge_agent.shelves.demand import Demand
from edge_agent.shelves.ledger import NEVER_LEFT_S
from edge_agent.shelves.sizes import SizeWatch, in_back
from messages.events import EventData, Interest, Picked, Returned
from messages.payloads import StockData, StockItem


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies where; M items.

    Attributes:
        shelf: (M,) index of the shelf.
        gtin: (M,) GTIN-14 or None.
        there: (M,) probability that the item is there.
        readable: shelf id → its reader is known and heard now.
    """

    shelf: NDArray[np.int64]
    gtin: Sequence[str | None]
    there: NDArray[np.float64]
    readable: Mapping[str, bool]


class StockTaker:
    """Counts the shelves of one device, and keeps what their history says of them."""

    def __init__(self, readers: Sequence[ReaderSettings], shelves: Sequence[ShelfSettings]) -> None:
        self._shelves = tuple(shelves)
        self._reader = {
            shelf: reader.id for reader in reversed(readers) for shelf in reader.antennas.values()
        }
        self._demand = Demand(shelves)
        self._sizes = SizeWatch(shelves)
        self._counted_s: float | None = None

    def note(self, events: Sequence[EventData]) -> None:
        """Learn demand from what happened."""
        for event in events:
            match event:
                case Picked():
                    self._demand.picked(event.shelf, event.gtin)
                case Interest():
                    self._demand.returned(event.from_shelf or event.shelf, event.gtin)
                case Returned() if event.away_s < NEVER_LEFT_S:
                    self._demand.never_left(event.from_shelf or event.shelf, event.gtin)

    def count(self, lying: Lying, now_s: float) -> dict[str, StockData]:
        """Give the stock of every shelf at ``now_s``."""
        counts: list[Counter[str]] = [Counter() for _ in self._shelves]
        sure: dict[tuple[int, str], float] = {}
        rows = zip(lying.shelf.tolist(), lying.gtin, lying.there.tolist(), strict=True)
        for shelf, gtin, there in rows:
            if gtin is not None:
                counts[shelf][gtin] += 1
                sure[shelf, gtin] = sure.get((shelf, gtin), 1.0) * there
        passed_s = 0.0 if self._counted_s is None else max(now_s - self._counted_s, 0.0)
        self._counted_s = now_s
        for settings in self._shelves:
            if lying.readable[settings.id]:
                self._demand.watched(settings.id, passed_s)
        return self._with_back_room(
            {
                settings.id: self._shelf(
                    settings,
                    counts[i],
                    {gtin: sure[i, gtin] for gtin in counts[i]},
                    known=lying.readable[settings.id],
                )
                for i, settings in enumerate(self._shelves)
            }
        )

    def gaps(self, stock: Mapping[str, StockData], now_s: float) -> list[EventData]:
        """Give the sizes that have just become missing."""
        return list(self._sizes.after(stock, now_s))

    def _shelf(
        self,
        settings: ShelfSettings,
        counts: Counter[str],
        sure: Mapping[str, float],
        *,
        known: bool,
    ) -> StockData:
        planned = {facing.gtin: facing for facing in settings.facings}
        items = {}
        for gtin in [*planned, *(g for g in counts if g not in planned)]:
            facing = planned.get(gtin)
            count = counts[gtin] if known else None
            picked, returned = self._demand.touched(settings.id, gtin)
            items[gtin] = StockItem(
                count=count,
                capacity=facing.capacity if facing else None,
                min=facing.min if facing else None,
                confidence=sure.get(gtin, 1.0) if known else 0.0,
                empty_in_s=self._demand.empty_in_s(settings.id, gtin, count),
                picked=picked,
                returned=returned,
                size_gap=gtin in self._sizes.open if facing and facing.size else None,
            )
        return StockData(
            shelf=settings.id,
            items=items,
            area=settings.area,
            confidence=min(
                (item.confidence for item in items.values()), default=1.0 if known else 0.0
            ),
            reader=self._reader.get(settings.id),
        )

    def _with_back_room(self, stock: dict[str, StockData]) -> dict[str, StockData]:
        readable = [d for d in stock.values() if d.area == "back" and d.confidence > 0]
        if not readable:
            return stock
        back = in_back(stock)
        return {
            shelf: data
            if data.area == "back"
            else data.model_copy(
                update={
                    "items": {
                        gtin: item.model_copy(update={"back": back.get(gtin, {})})
                        for gtin, item in data.items.items()
                    }
                }
            )
            for shelf, data in stock.items()
        }
