"""Sizes that are missing while others of that style and colour are there. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from edge_agent.config import ShelfSettings
from messages.events import SizeGap
from messages.payloads import StockData

HOLD_S = 60.0
"""A piece in a shopper's hand may come back; only then a size is missing."""


class Sized(Protocol):
    """A product of a catalogue or a facing."""

    @property
    def gtin(self) -> str:
        """GTIN-14."""

    @property
    def style(self) -> str | None:
        """What the sizes have in common."""

    @property
    def colour(self) -> str | None:
        """The colour."""

    @property
    def size(self) -> str | None:
        """The size."""


S = TypeVar("S", bound=Sized)


def size_gaps(items: Sequence[S], stock: Mapping[str, int | None]) -> list[S]:
    """Give the sizes that are sold out while another size of that style and colour is there.

    Args:
        items: products.
        stock: GTIN-14 → pieces on the sales floor; None or missing is unknown and no gap.
    """
    groups: dict[tuple[str, str | None], list[S]] = {}
    for item in items:
        if item.style and item.size:
            groups.setdefault((item.style, item.colour), []).append(item)
    return [
        item
        for group in groups.values()
        if any(stock.get(other.gtin) for other in group)
        for item in group
        if stock.get(item.gtin) == 0
    ]


class SizeWatch:
    """Follows the missing sizes of the sales floor of one device.

    Attributes:
        open: GTIN-14 of the sizes that are missing now.
    """

    def __init__(self, shelves: Sequence[ShelfSettings]) -> None:
        floor = [(s.id, f) for s in shelves if s.area == "floor" for f in s.facings]
        self._shelf = {facing.gtin: shelf for shelf, facing in reversed(floor)}
        self._facings = list({facing.gtin: facing for _, facing in floor}.values())
        self._since_s: dict[str, float] = {}
        self.open: frozenset[str] = frozenset()

    def after(self, stock: Mapping[str, StockData], t_s: float) -> list[SizeGap]:
        """Give the gaps that have just become certain."""
        counts = _on_floor(stock)
        missing = {facing.gtin: facing for facing in size_gaps(self._facings, counts)}
        self._since_s = {gtin: self._since_s.get(gtin, t_s) for gtin in missing}
        now = frozenset(g for g, since_s in self._since_s.items() if t_s - since_s >= HOLD_S)
        fresh, self.open = now - self.open, now
        return [
            SizeGap(
                shelf=self._shelf[gtin],
                gtin=gtin,
                style=missing[gtin].style or "",
                colour=missing[gtin].colour,
                size=missing[gtin].size or "",
                back=in_back(stock).get(gtin),
            )
            for gtin in sorted(fresh)
        ]


def in_back(stock: Mapping[str, StockData]) -> dict[str, dict[str, int]]:
    """Give what lies in the back room: GTIN-14 → shelf → pieces, shelves that are known only."""
    back: dict[str, dict[str, int]] = {}
    for shelf, data in stock.items():
        if data.area == "back":
            for gtin, item in data.items.items():
                if item.count:
                    back.setdefault(gtin, {})[shelf] = item.count
    return back


def _on_floor(stock: Mapping[str, StockData]) -> dict[str, int | None]:
    """Pieces on the floor by GTIN-14; None as soon as one of its shelves is unknown."""
    known: Counter[str] = Counter()
    unknown: set[str] = set()
    for data in stock.values():
        if data.area == "floor":
            for gtin, item in data.items.items():
                known[gtin] += item.count or 0
                if item.count is None:
                    unknown.add(gtin)
    return {gtin: None if gtin in unknown else count for gtin, count in known.items()}
