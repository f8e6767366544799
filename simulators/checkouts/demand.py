"""Who comes, when, for how long, and how long serving takes: the same for every policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

DAY_S = 86_400.0
OPEN_H, CLOSE_H = 8, 22
# Share of the busiest hour, 8 to 22 o'clock: a lunch and an evening peak.
_HOURS = np.array([0.25, 0.35, 0.45, 0.7, 0.95, 0.8, 0.5, 0.45, 0.55, 0.85, 1.0, 0.8, 0.5, 0.25])
_WEEKDAYS = np.array([0.85, 0.8, 0.85, 0.9, 1.05, 1.25, 1.1])


@dataclass(frozen=True, slots=True)
class StoreSize:
    """How big a store is.

    Attributes:
        name: what people call it.
        lanes: checkouts.
        peak_per_h: shoppers who come in during the busiest hour of an average day.
        service_s, service_cv: service times (lognormal).
        shop_s, shop_cv: shopping times (lognormal).
        buyers: share of those who come in who buy.
    """

    name: str
    lanes: int
    peak_per_h: float
    service_s: float = 75.0
    service_cv: float = 0.6
    shop_s: float = 1300.0
    shop_cv: float = 0.6
    buyers: float = 0.85


SIZES = (
    StoreSize("small", 4, 90.0),
    StoreSize("middle", 8, 260.0),
    StoreSize("large", 16, 620.0),
)


@dataclass(frozen=True, slots=True)
class Month:
    """Everything that will happen, by itself, in a number of days.

    Attributes:
        entered_s: times at the door.
        joined_s: times at the checkouts, ascending.
        service_s: service time of each who joins.
        door_per_s: (days, minutes open) true rate at the door, rushes and all; nobody in the
            store can know it.
        plain_per_s: the same without the rushes that no calendar knows.
    """

    size: StoreSize
    days: int
    entered_s: Floats
    joined_s: Floats
    service_s: Floats
    door_per_s: Floats | None = None
    plain_per_s: Floats | None = None


def usual_per_s(size: StoreSize, t_s: Floats) -> Floats:
    """Mean rate at the door for these times."""
    weekday = (t_s // DAY_S).astype(int) % 7
    hours = (t_s % DAY_S) / 3600.0 - OPEN_H
    inside = (hours >= 0.0) & (hours < CLOSE_H - OPEN_H - 0.75)  # the doors close before the tills
    shape = np.interp(hours - 0.5, np.arange(len(_HOURS)), _HOURS)
    return np.where(inside, shape * _WEEKDAYS[weekday] * size.peak_per_h / 3600.0, 0.0)


def month(size: StoreSize, days: int, seed: int) -> Month:
    """Draw the shoppers of so many days.

    Days differ from each other as weather and holidays make them, and twice a day or so a rush
    comes for half an hour that no calendar knows.
    """
    rng = np.random.default_rng([seed, size.lanes])
    drawn = [_one_day(size, day, rng) for day in range(days)]
    entered = np.concatenate([times for times, _, _ in drawn])
    buys = rng.random(len(entered)) < size.buyers
    joined = entered[buys] + _lognormal(rng, size.shop_s, size.shop_cv, int(buys.sum()))
    closing = np.floor(entered[buys] / DAY_S) * DAY_S + (CLOSE_H - 0.1) * 3600.0
    joined = np.sort(np.minimum(joined, closing - rng.uniform(0.0, 600.0, len(joined))))
    service = np.clip(_lognormal(rng, size.service_s, size.service_cv, len(joined)), 8.0, 900.0)
    door, plain = (np.stack([one[k] for one in drawn]) for k in (1, 2))
    return Month(size, days, entered, joined, service, door, plain)


def _one_day(size: StoreSize, day: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Draw the times at the door; with the rate of each minute, with rushes and without."""
    minutes: Floats = day * DAY_S + 60.0 * np.arange(OPEN_H * 60, CLOSE_H * 60, dtype=np.float64)
    rate = usual_per_s(size, minutes) * rng.lognormal(-0.02, 0.2)
    plain = rate.copy()
    for _ in range(rng.poisson(2.0)):
        start = rng.integers(0, len(minutes))
        rate[start : start + 30] *= rng.uniform(1.4, 2.2)
    counts = rng.poisson(rate * 60.0)
    times = np.repeat(minutes, counts) + rng.uniform(0.0, 60.0, int(counts.sum()))
    return np.sort(times), rate, plain


def shopped_within(size: StoreSize, t_s: Floats) -> Floats:
    """Share of shoppers who have reached the checkouts so long after the door."""
    variance = np.log1p(size.shop_cv**2)
    z = (np.log(np.maximum(t_s, 1e-9) / size.shop_s) + variance / 2.0) / np.sqrt(variance)
    return np.where(t_s > 0.0, ndtr(z), 0.0)


def _lognormal(rng: np.random.Generator, mean: float, cv: float, n: int) -> Floats:
    variance = np.log1p(cv * cv)
    return rng.lognormal(np.log(mean) - variance / 2.0, np.sqrt(variance), n)
