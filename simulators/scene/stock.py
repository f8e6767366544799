"""Tagged goods on the shelves: what lies where, and what was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

COMPANY_PREFIX = "6901234"
"""GS1 company prefix of the goods of the examples, 7 digits."""


def gtin14(article: int) -> str:
    """Give the GTIN-14 of the n-th article, with its check digit."""
    digits = f"0{COMPANY_PREFIX}{article:05d}"
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(digits))
    return f"{digits}{-total % 10}"


def sgtin96(article: int, serial: int) -> str:
    """Give the EPC of one item: SGTIN-96, filter 1, 24-bit prefix (TDS 1.13, 14.5.1), as hex."""
    value = 0x30 << 88 | 1 << 85 | 5 << 82
    value |= int(COMPANY_PREFIX) << 58 | article << 38 | serial
    return f"{value:024X}"


@dataclass(frozen=True, slots=True)
class Item:
    """One tagged item, at home on ``shelf``."""

    epc: str
    gtin: str
    shelf: str


class Stock:
    """Where every tagged item is."""

    def __init__(self, shelves: Sequence[str], items_each: int = 10) -> None:
        self.items: dict[str, Item] = {}
        self._place: dict[str, str | None] = {}
        for number, shelf in enumerate(shelves):
            article = 100 + number
            for serial in range(1, items_each + 1):
                item = Item(sgtin96(article, serial), gtin14(article), shelf)
                self.items[item.epc] = item
                self._place[item.epc] = shelf

    def on(self, shelf: str) -> list[str]:
        """EPCs that lie on a shelf now, in the order of the planogram."""
        return [epc for epc, place in self._place.items() if place == shelf]

    def place(self, epc: str) -> str | None:
        """Shelf on which an item lies, None when somebody has it.

        Raises:
            KeyError: no such item.
        """
        return self._place[epc]

    def front(self, shelf: str, rng: Random) -> str | None:
        """Choose an item that somebody would take, None when the shelf is empty."""
        there = self.on(shelf)
        return rng.choice(there) if there else None

    def pick(self, epc: str) -> None:
        """Take an item off its shelf.

        Raises:
            KeyError: no such item, or it lies on no shelf.
        """
        if self._place[epc] is None:
            raise KeyError(f"{epc}: not on a shelf")
        self._place[epc] = None

    def put(self, epc: str, shelf: str | None = None) -> None:
        """Put an item on a shelf, by default on its own.

        Raises:
            KeyError: no such item.
        """
        self._place[epc] = shelf if shelf is not None else self.items[epc].shelf
