"""What no filter can beat: one that is told every body, fade and read rate.

It knows for each round with what chance a tag would have been read were it still there, and how
often goods are taken from behind a body. Only whether the tag is there it has to infer from the
reads, by Bayes' rule, and calls a pick at the same share of wrong calls as the product does. The
distance of the product to it is what learning and guessing cost; the rest is physics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.shelf.physics import ShelfPhysics
from simulators.shelf.shoppers import Day, Traffic

WRONG_SHARE = 0.025
"""The product's for two false picks a day and shelf."""
CLEAR_HAZARD = 0.01
"""Picks from a clear tag beside those from a shadowed one."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Delays in seconds; NaN where nothing was called."""

    false_picks: int
    delay_p50_s: float
    delay_p95_s: float


def bound(physics: ShelfPhysics, traffic: Traffic, seed: int, length_s: float = 900.0) -> Bound:
    """Run the same day as the product's, with all that is hidden from it."""
    hazard = _hazard(physics, traffic, seed, length_s)
    day = Day(physics, traffic, seed, length_s)
    field = day.field
    row = {epc: i for i, epc in enumerate(field.epcs)}
    odds = np.zeros(len(row))
    taken_s = np.full(len(row), np.nan)
    stocked = np.ones(len(row), np.bool_)
    delays: list[float] = []
    false = done = 0
    for t_s, reads in day.rounds():
        for at_s, kind, epc, _ in day.truth.actions[done:]:
            taken_s[row[epc]] = at_s if kind == "pick" else np.nan
            if kind == "put":
                stocked[row[epc]], odds[row[epc]] = True, 0.0
        done = len(day.truth.actions)
        seen = np.zeros(len(row), np.bool_)
        seen[[row[read[1]] for read in reads if read[1] in row]] = True
        would = field.would_be_read()
        likelier = _ratio(seen, would, physics.ghost)
        depth = np.maximum(field.shadow(field.place()), CLEAR_HAZARD)
        odds = np.minimum((odds + hazard * physics.round_s * depth) * likelier, 1e12)
        for i in np.flatnonzero(stocked & (odds > (1 - WRONG_SHARE) / WRONG_SHARE)).tolist():
            if np.isnan(taken_s[i]):
                false, odds[i] = false + 1, 0.0
            else:
                delays.append(t_s + physics.round_s - float(taken_s[i]))
                stocked[i] = False
    p50, p95 = np.percentile(delays, [50, 95]) if delays else (np.nan, np.nan)
    return Bound(false, float(p50), float(p95))


def _hazard(physics: ShelfPhysics, traffic: Traffic, seed: int, length_s: float) -> float:
    """Picks a second of shadow on a tag, over the whole run."""
    day = Day(physics, traffic, seed, length_s)
    shadow_s = 0.0
    for _ in day.rounds():
        shadow_s += float(day.field.shadow().sum()) * physics.round_s
    picks = sum(action[1] == "pick" for action in day.truth.actions)
    return picks / max(shadow_s, 1.0)


def _ratio(
    seen: NDArray[np.bool_], would: NDArray[np.float64], ghost: float
) -> NDArray[np.float64]:
    """(N,) likelihood of the round if the tag is gone over that if it is there."""
    ghost = max(ghost, 1e-6)
    silent = (1 - ghost) / np.maximum(1 - would, 1e-9)
    read = ghost / np.maximum(would, ghost)
    return np.where(would == 0, 1.0, np.where(seen, read, silent))
