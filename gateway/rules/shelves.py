"""Rules about shelves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gateway.rule_settings import RestockSettings
from gateway.rules.findings import Finding, Labels, Verdict, label
from gateway.state.view import ShelfView, StockView, StoreView
from messages.payloads import Text


class Restock:
    """Ask for goods when the stock of a planned GTIN is at or under its minimum."""

    name: ClassVar[str] = "restock"

    def __init__(self, settings: RestockSettings, shelves: Labels, products: Labels) -> None:
        self.timing = settings
        self._shelves = shelves
        self._products = products

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each planned GTIN of each shelf on the floor."""
        for shelf in view.shelves.values():
            if shelf.area != "floor":
                continue
            for item in shelf.items.values():
                if item.min is not None and item.min > 0:
                    yield self._finding(shelf, item, item.min)

    def _finding(self, shelf: ShelfView, item: StockView, minimum: int) -> Finding:
        return Finding(
            self.name,
            f"shelf:{shelf.shelf}/{item.gtin}",
            self._verdict(item, minimum),
            "critical" if item.count == 0 else "warning",
            self._text(shelf, item),
        )

    def _verdict(self, item: StockView, minimum: int) -> Verdict:
        if item.count is None:
            return Verdict.UNKNOWN
        if item.count <= minimum:
            return Verdict.BAD
        full = item.capacity is not None and item.count >= item.capacity
        return (
            Verdict.GOOD
            if full or item.count > minimum + self.timing.clear_above
            else Verdict.BETWEEN
        )

    def _text(self, shelf: ShelfView, item: StockView) -> Text:
        product = label(self._products, item.gtin)
        place = label(self._shelves, shelf.shelf)
        count = "?" if item.count is None else str(item.count)
        of = "" if item.capacity is None else f"/{item.capacity}"
        return Text(
            zh=f"{place.zh}：{product.zh}剩{count}{of}件，请补货",
            en=f"{place.en}: {product.en}, {count}{of} left. Please refill",
        )
