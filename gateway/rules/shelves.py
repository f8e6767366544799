"""Rules about shelves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from gateway.rule_settings import (
    MisplacedSettings,
    RestockSettings,
    SizeGapSettings,
    SweepSettings,
)
from gateway.rules.findings import Finding, Labels, Verdict, label, measured_with
from gateway.state.view import ShelfView, StockView, StoreView
from messages.payloads import Text

_FINE = Text(zh="不缺货", en="Nothing is missing")
"""Nobody reads what is said of a shelf that is well, so no sentence is made of it."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What people call shelves and products."""

    shelves: Labels
    products: Labels


class Restock:
    """Ask for goods when the stock of a planned GTIN is at or under its minimum.

    Args:
        default: settings of shelves that have none of their own; None is off.
        own: shelf → its own settings; None is off.
        goods: names.
    """

    name: ClassVar[str] = "restock"
    opening_hours_only: ClassVar[bool] = False

    def __init__(
        self,
        default: RestockSettings | None,
        own: Mapping[str, RestockSettings | None],
        goods: Goods,
    ) -> None:
        self._default = default
        self._own = own
        self._goods = goods

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each planned GTIN of each shelf on the floor."""
        for shelf in view.shelves.values():
            settings = self._own.get(shelf.shelf, self._default)
            if shelf.area != "floor" or settings is None:
                continue
            for item in shelf.items.values():
                if item.min is not None and item.min > 0:
                    yield self._finding(shelf, item, item.min, settings, view)

    def _finding(
        self,
        shelf: ShelfView,
        item: StockView,
        minimum: int,
        settings: RestockSettings,
        view: StoreView,
    ) -> Finding:
        verdict = self._verdict(item, minimum, settings)
        return Finding(
            self.name,
            f"shelf:{shelf.shelf}/{item.gtin}",
            verdict,
            "critical" if item.count == 0 else "warning",
            self._text(shelf, item, view) if verdict is Verdict.BAD else _FINE,
            settings,
            hangs_on(shelf),
        )

    def _verdict(self, item: StockView, minimum: int, settings: RestockSettings) -> Verdict:
        if item.count is None:
            return Verdict.UNKNOWN
        if item.count <= minimum:
            return Verdict.BAD
        full = item.capacity is not None and item.count >= item.capacity
        cleared = full or item.count > minimum + settings.clear_above
        return Verdict.GOOD if cleared else Verdict.BETWEEN

    def _text(self, shelf: ShelfView, item: StockView, view: StoreView) -> Text:
        product = label(self._goods.products, item.gtin)
        place = label(self._goods.shelves, shelf.shelf)
        count = "?" if item.count is None else str(item.count)
        of = "" if item.capacity is None else f"/{item.capacity}"
        where = back_room(view, item.gtin, self._goods)
        return Text(
            zh=f"{place.zh}：{product.zh}剩{count}{of}件，请补货{where.zh if where else ''}",
            en=f"{place.en}: {product.en}, {count}{of} left. "
            f"Please refill{where.en if where else ''}",
        )


class SizeGap:
    """Tell that a size of a style is missing on the floor while the back room has it.

    Args:
        settings: timing.
        styles: style → GTIN → size.
        goods: names.
    """

    name: ClassVar[str] = "size_gap"
    opening_hours_only: ClassVar[bool] = False

    def __init__(
        self,
        settings: SizeGapSettings,
        styles: Mapping[str, Mapping[str, str]],
        goods: Goods,
    ) -> None:
        self._settings = settings
        self._styles = styles
        self._goods = goods

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each size of each style that the floor offers."""
        for sizes in self._styles.values():
            shelves = [s for s in _floor(view) if any(gtin in s.items for gtin in sizes)]
            if not shelves:
                continue
            measured = tuple(name for shelf in shelves for name in hangs_on(shelf))
            for gtin, size in sizes.items():
                yield Finding(
                    self.name,
                    f"product:{gtin}",
                    self._verdict(gtin, shelves, view),
                    "warning",
                    self._text(gtin, size, shelves[0], view),
                    self._settings,
                    measured,
                )
        yield from self._told_by_devices(view)

    def _told_by_devices(self, view: StoreView) -> Iterable[Finding]:
        """Sizes that the planogram of a device knows and the config of the store does not."""
        known = {gtin for sizes in self._styles.values() for gtin in sizes}
        for shelf in _floor(view):
            for gtin, item in shelf.items.items():
                if gtin in known or not (item.size_gap or item.count):
                    continue
                gap = item.size_gap and not item.count and in_back(view, gtin)
                yield Finding(
                    self.name,
                    f"product:{gtin}",
                    Verdict.BAD if gap else Verdict.GOOD,
                    "warning",
                    self._text(gtin, "", shelf, view) if gap else _FINE,
                    self._settings,
                    hangs_on(shelf),
                )

    def _verdict(self, gtin: str, shelves: list[ShelfView], view: StoreView) -> Verdict:
        counts = [s.items[gtin].count for s in shelves if gtin in s.items]
        if any(counts):
            return Verdict.GOOD
        if None in counts or any(shelf.blind is not None for shelf in shelves):
            return Verdict.UNKNOWN
        # Nothing in the back room is nothing to fetch.
        return Verdict.BAD if in_back(view, gtin) else Verdict.GOOD

    def _text(self, gtin: str, size: str, shelf: ShelfView, view: StoreView) -> Text:
        product = label(self._goods.products, gtin)
        place = label(self._goods.shelves, shelf.shelf)
        where = back_room(view, gtin, self._goods) or Text(zh=" ", en=" ")
        which = Text(zh=f"缺{size}码", en=f"is missing in size {size}")
        if not size:
            which = Text(zh="缺码", en="is the one size that is missing")
        return Text(
            zh=f"{place.zh}：{product.zh}{which.zh}，请补货{where.zh.rstrip()}",
            en=f"{place.en}: {product.en} {which.en}. Please bring it{where.en.rstrip()}",
        )


class Misplaced:
    """Tell that goods lie on a shelf where the planogram does not put them."""

    name: ClassVar[str] = "misplaced"
    opening_hours_only: ClassVar[bool] = False

    def __init__(self, settings: MisplacedSettings, goods: Goods) -> None:
        self._settings = settings
        self._goods = goods

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each product on each wrong shelf."""
        for (shelf, gtin), items in view.misplaced.items():
            product, place = label(self._goods.products, gtin), label(self._goods.shelves, shelf)
            homes = [s.shelf for s in _floor(view) if gtin in s.items and s.items[gtin].min]
            home = label(self._goods.shelves, homes[0]) if homes else None
            yield Finding(
                self.name,
                f"shelf:{shelf}/{gtin}",
                Verdict.BAD if items >= self._settings.items else Verdict.GOOD,
                "info",
                Text(
                    zh=f"{place.zh}上有{items}件放错的{product.zh}"
                    + (f"，应放{home.zh}" if home else ""),
                    en=f"{items} × {product.en} lie at {place.en}"
                    + (f" and belong to {home.en}" if home else " by mistake"),
                ),
                self._settings,
                (f"shelf:{shelf}",),
            )


class Sweep:
    """Tell that many items of one product left a shelf within seconds."""

    name: ClassVar[str] = "sweep"
    opening_hours_only: ClassVar[bool] = False

    def __init__(self, settings: SweepSettings, goods: Goods) -> None:
        self._settings = settings
        self._goods = goods

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each suspicion that is still fresh; a person closes its alert."""
        for sweep in view.sweeps:
            if not 0.0 <= view.now_s - sweep.heard_s <= self._settings.shown_s:
                continue
            product = label(self._goods.products, sweep.gtin)
            place = label(self._goods.shelves, sweep.shelf)
            yield Finding(
                self.name,
                f"shelf:{sweep.shelf}/{sweep.gtin}",
                Verdict.BAD,
                "critical",
                Text(
                    zh=f"{place.zh}：{sweep.within_s:.0f}秒内取走{sweep.count}件{product.zh}，请查看",
                    en=f"{place.en}: {sweep.count} × {product.en} taken within"
                    f" {sweep.within_s:.0f} s. Please have a look",
                ),
                self._settings,
                (f"shelf:{sweep.shelf}",),
            )


def in_back(view: StoreView, gtin: str) -> list[tuple[str, int]]:
    """Give (shelf, count) of the back-room shelves that hold a product, the fullest first.

    A device that reads the back room itself may know shelves that nobody else tells of.
    """
    found: dict[str, int] = {}
    for shelf in view.shelves.values():
        item = shelf.items.get(gtin)
        if item is None:
            continue
        if shelf.area == "back":
            found[shelf.shelf] = item.count or 0
        elif shelf.blind is None:
            found = {**item.back, **found}
    return sorted(((s, n) for s, n in found.items() if n > 0), key=lambda place: -place[1])


def back_room(view: StoreView, gtin: str, goods: Goods) -> Text | None:
    """Say where the back room has a product, None when it is not known to."""
    places = in_back(view, gtin)
    if not places:
        return None
    place, count = label(goods.shelves, places[0][0]), places[0][1]
    return Text(zh=f"（后仓{place.zh}有{count}件）", en=f" ({count} in the back room, {place.en})")


def _floor(view: StoreView) -> list[ShelfView]:
    return [shelf for shelf in view.shelves.values() if shelf.area == "floor"]


def hangs_on(shelf: ShelfView) -> tuple[str, ...]:
    """Give what the stock of a shelf was measured with, and where."""
    return (f"shelf:{shelf.shelf}", *measured_with("reader", shelf.device, shelf.reader))
