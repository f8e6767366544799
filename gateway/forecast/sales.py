"""How fast goods leave their shelf, and how likely they last. Pure: no clock, no I/O.

Net picks (what is put back does not count) by hour of the day, learned over days, scaled by how
today compares: a Gamma–Poisson model (Gelman et al., *Bayesian Data Analysis*, section 2.6). Hours
in which a shelf stood empty sold nothing, so goods that often run out are guessed a little slow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc

from gateway.state.heard import Heard
from messages.events import Picked, Returned

LEARNS_FROM = ("picked", "returned")
"""Types of the events that :meth:`Sales.note` wants to hear again after a restart."""

HOLD_S = 30.0
"""What is expected is worked out again after so long, or after a pick."""

ENOUGH = 8
"""Picks of a product before anything is said of it."""

_FORGET_A_DAY = 0.9
_BELIEF_DAYS = 0.5
"""Days that the belief "any hour of the day is like the others" is worth."""
_LEVEL_WEIGHT = 4.0
"""Picks that the belief "today is as usual" is worth."""

Floats = NDArray[np.float64]
Local = Callable[[float], tuple[int, float]]
"""Seconds → (day number, seconds since local midnight)."""


@dataclass(slots=True)
class _Product:
    first_day: int
    day: int
    picks: int = 0
    today: Floats = field(default_factory=lambda: np.zeros(24))
    sum: Floats = field(default_factory=lambda: np.zeros(24))
    days: float = 0.0
    made: tuple[tuple[int, int], float] | None = None

    def turn_to(self, day: int) -> None:
        """Close the days before this one."""
        while self.day < day:
            self.sum = _FORGET_A_DAY * self.sum + np.maximum(self.today, 0.0)
            self.days = _FORGET_A_DAY * self.days + 1.0
            self.today = np.zeros(24)
            self.day += 1
            if day - self.day > 60:  # off for months: silence teaches nothing
                self.day = day

    def usual(self) -> Floats:
        """(24,) usual net picks of each hour."""
        if self.days <= 0.0:
            return np.full(24, np.nan)
        smooth = (np.roll(self.sum, 1) + 2.0 * self.sum + np.roll(self.sum, -1)) / 4.0
        flat = np.where(smooth > 0.0, self.sum.sum() / max(1, np.count_nonzero(smooth)), 0.0)
        usual: Floats = (smooth + _BELIEF_DAYS * flat / self.days) / (self.days + _BELIEF_DAYS)
        return usual


class Sales:
    """Learns how each product of each shelf leaves.

    Args:
        local: converts seconds to the store's day and time of day.
    """

    def __init__(self, local: Local) -> None:
        self._local = local
        self._products: dict[tuple[str, str], _Product] = {}

    def note(self, event: Heard) -> None:
        """Take in an event that has not come before."""
        match event.payload:
            case Picked(shelf=shelf, gtin=str(gtin)):
                self._add(shelf, gtin, event.true_s, 1)
            case Returned(shelf=shelf, gtin=str(gtin)):
                self._add(shelf, gtin, event.true_s, -1)
            case _:
                pass

    def expected(self, shelf: str, gtin: str, now_s: float, until_s: float) -> float | None:
        """Give the net picks to expect between two moments; None where too little was seen."""
        product = self._products.get((shelf, gtin))
        if product is None or product.picks < ENOUGH:
            return None
        moment = int(now_s // HOLD_S), int(until_s // HOLD_S)
        if product.made is None or product.made[0] != moment:
            product.made = moment, self._expected(product, now_s, until_s)
        return product.made[1]

    def _expected(self, product: _Product, now_s: float, until_s: float) -> float:
        day, second = self._local(now_s)
        product.turn_to(day)
        hours = second / 3600.0
        edges = np.arange(24, dtype=np.float64)
        passed = np.clip(hours - edges, 0.0, 1.0)
        usual = product.usual()
        if product.days <= 0.0:  # the first day: the last hours are all there is
            seen_h = max(1.0, float(passed[product.today > 0.0].sum()))
            return float(product.today.sum()) / seen_h * (until_s - now_s) / 3600.0
        seen, wanted = float(product.today.sum()), float(usual @ passed)
        level = (seen + _LEVEL_WEIGHT) / (wanted + _LEVEL_WEIGHT)
        return level * _between(usual, hours, hours + (until_s - now_s) / 3600.0)

    def runs_out(
        self, shelf: str, gtin: str, count: int, now_s: float, until_s: float
    ) -> float | None:
        """Give the chance, 0..1, that nothing is left at ``until_s``; None where unknown."""
        expected = self.expected(shelf, gtin, now_s, until_s)
        if expected is None or count <= 0:
            return None
        return float(pdtrc(count - 1, expected)) if expected > 0.0 else 0.0

    def _add(self, shelf: str, gtin: str, t_s: float, net: int) -> None:
        day, second = self._local(t_s)
        product = self._products.setdefault((shelf, gtin), _Product(day, day))
        product.turn_to(day)
        product.picks += max(net, 0)
        product.made = None
        product.today[int(second // 3600) % 24] += net


def _between(hourly: Floats, from_h: float, to_h: float) -> float:
    """Sum of hourly counts between two times of day; the later one may lie on the next day."""
    edges = np.arange(48, dtype=np.float64)
    share = np.clip(to_h - edges, 0.0, 1.0) - np.clip(from_h - edges, 0.0, 1.0)
    return float(np.tile(hourly, 2) @ share)
