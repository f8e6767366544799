"""A rule about goods that will not last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from gateway.forecast.sales import Sales
from gateway.rule_settings import RunsOutSettings
from gateway.rules.findings import Finding, Verdict, label
from gateway.rules.shelves import Goods, back_room, hangs_on
from gateway.state.view import ShelfView, StockView, StoreView
from messages.payloads import Text

_LASTS = Text(zh="存量足够", en="There is enough")
_UNSURE = 1.25
"""A device's expectation has to be off by less than this factor."""


class RunsOut:
    """Ask for goods that will be gone before the next round.

    Once the stock is at its minimum, :class:`gateway.rules.shelves.Restock` speaks instead.

    Args:
        settings: rounds and chances.
        sales: how fast goods leave.
        goods: names.
        zone: time zone of the rounds.
    """

    name: ClassVar[str] = "runs_out"
    opening_hours_only: ClassVar[bool] = True

    def __init__(
        self, settings: RunsOutSettings, sales: Sales, goods: Goods, zone: ZoneInfo
    ) -> None:
        self._settings = settings
        self._sales = sales
        self._goods = goods
        self._zone = zone

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each planned product of each shelf on the floor."""
        until = self._next_round(view.now_s)
        for shelf in view.shelves.values():
            if shelf.area == "floor":
                for item in shelf.items.values():
                    if item.min or item.capacity:
                        yield self._finding(shelf, item, view, until)

    def _next_round(self, now_s: float) -> datetime:
        now = datetime.fromtimestamp(now_s, self._zone)
        latest = now + timedelta(seconds=self._settings.ahead_s)
        rounds = [
            now.replace(hour=int(text[:2]), minute=int(text[3:]), second=0, microsecond=0)
            for text in self._settings.rounds
        ]
        coming = [one if one > now else one + timedelta(days=1) for one in rounds]
        return min([*coming, latest])

    def _finding(
        self, shelf: ShelfView, item: StockView, view: StoreView, until: datetime
    ) -> Finding:
        verdict = self._verdict(shelf, item, view.now_s, until.timestamp())
        # The sentence is worth its time only when somebody reads it.
        text = self._text(shelf, item, view, until) if verdict is Verdict.BAD else _LASTS
        return Finding(
            self.name,
            f"shelf:{shelf.shelf}/{item.gtin}",
            verdict,
            "warning",
            text,
            self._settings,
            hangs_on(shelf),
        )

    def _verdict(self, shelf: ShelfView, item: StockView, now_s: float, until_s: float) -> Verdict:
        if item.count is None:
            return Verdict.UNKNOWN
        if item.count <= (item.min or 0) or item.count == item.capacity:
            return Verdict.GOOD  # the restock rule's case, or nothing to bring
        chance = self._sales.runs_out(shelf.shelf, item.gtin, item.count, now_s, until_s)
        if chance is None:
            return self._by_device(item, until_s - now_s)
        if chance >= self._settings.chance:
            return Verdict.BAD
        return Verdict.GOOD if chance < self._settings.clear_chance else Verdict.BETWEEN

    def _by_device(self, item: StockView, left_s: float) -> Verdict:
        """Go by what the device expects, as long as too little was learned here."""
        if item.empty_in_s is None or item.empty_in_s > _UNSURE * left_s:
            return Verdict.GOOD
        return Verdict.BAD if item.empty_in_s * _UNSURE <= left_s else Verdict.BETWEEN

    def _text(self, shelf: ShelfView, item: StockView, view: StoreView, until: datetime) -> Text:
        product = label(self._goods.products, item.gtin)
        place = label(self._goods.shelves, shelf.shelf)
        count = "?" if item.count is None else str(item.count)
        expected = self._sales.expected(shelf.shelf, item.gtin, view.now_s, until.timestamp())
        if expected is None:  # the device said so: sold out by then
            expected = item.count or 0
        sold = round(expected)
        where = back_room(view, item.gtin, self._goods)
        at = f"{until:%H:%M}"
        return Text(
            zh=f"{place.zh}：{product.zh}剩{count}件，{at}前预计取走{sold}件，"
            f"请补货{where.zh if where else ''}",
            en=f"{place.en}: {product.en}, {count} left and about {sold} wanted before {at}. "
            f"Please refill{where.en if where else ''}",
        )
