"""The shop's day, from one moment at which nobody is inside to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShopDay:
    """One day of the shop; all in seconds since 1970.

    Attributes:
        begin_s, end_s: the shop is taken as empty at both.
        openings: (from, to) of the opening hours between them, in order.
    """

    begin_s: float
    end_s: float
    openings: tuple[tuple[float, float], ...]

    def open_s(self, from_s: float, to_s: float) -> float:
        """Seconds of the opening hours between two moments."""
        return sum(
            max(0.0, min(end_s, to_s) - max(begin_s, from_s)) for begin_s, end_s in self.openings
        )


DayOf = Callable[[float], ShopDay]
"""Moment → the shop's day it lies in."""
