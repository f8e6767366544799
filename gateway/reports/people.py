"""People in the shop by the hour of the day, and where they stood."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gateway.reports.period import Period
from gateway.state.heat import HeatSum, sums

_INSIDE = """
SELECT start_s, known_s, inside_s FROM shop_hour WHERE start_s >= ? AND start_s < ? ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day, over all days of a period; None is unknown.

    Attributes:
        entered: people who came in, mean of the days.
        inside: people inside, mean of the time that was seen.
    """

    hour: int
    entered: float | None
    inside: float | None


@dataclass(frozen=True, slots=True)
class People:
    """Who was in the shop when, and where people stood; both empty where nothing was seen."""

    hours: Sequence[Hour]
    heat: Sequence[HeatSum]


def people(db: sqlite3.Connection, period: Period, entered_s: NDArray[np.float64]) -> People:
    """Read what is known of a period.

    Args:
        db: the gateway's database.
        period: days of the store.
        entered_s: (k,) when people came in.
    """
    inside = db.execute(_INSIDE, (period.from_s, period.to_s)).fetchall()
    return People(_hours(inside, entered_s, period.zone), sums(db, period.first, period.last))


def _hours(
    inside: Sequence[tuple[int, float, float]], entered_s: NDArray[np.float64], zone: ZoneInfo
) -> list[Hour]:
    known_s, inside_s, entered = np.zeros(24), np.zeros(24), np.zeros(24)
    days: list[set[int]] = [set() for _ in range(24)]
    for start_s, known, people_s in inside:
        moment = datetime.fromtimestamp(start_s, zone)
        known_s[moment.hour] += known
        inside_s[moment.hour] += people_s
        days[moment.hour].add(moment.toordinal())
    for t_s in entered_s.tolist():
        moment = datetime.fromtimestamp(t_s, zone)
        entered[moment.hour] += 1
        days[moment.hour].add(moment.toordinal())
    seen = [hour for hour in range(24) if days[hour]]
    if not seen:
        return []
    return [
        Hour(
            hour,
            float(entered[hour]) / len(days[hour]) if days[hour] else None,
            float(inside_s[hour] / known_s[hour]) if known_s[hour] else None,
        )
        for hour in range(seen[0], seen[-1] + 1)
    ]
