"""Figures of a period: waits, lanes, shelves, responses, ratings. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean, median
from typing import Any

import numpy as np

from gateway.reports.period import Period
from gateway.reports.record import Record, StockHour

LEAST_HOURS = 5.0
"""Hours in stock before a usual rate of picks is believed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of some days; None is unknown, never zero.

    Attributes:
        entered: people who came in, None without a counted entrance.
        waits: waits that ended.
        wait_mean_s, wait_p90_s: mean and 90th percentile of the waits of those who were served.
        within: share of all who queued, also those who gave up, that waited at most the promise.
        left: share who gave up.
        lane_hours: hours of open lanes.
        needed_hours: hours of lanes that were advised while the lanes were seen.
        seen_hours: hours in which all lanes were seen.
        out_of_stock: share of the time in which a planned product was empty.
        out_hours: product hours without stock.
        missed_picks: picks that would be usual in those hours (interest without stock).
        visits_without_stock: visits to a zone while a product of its shelves was empty.
        rating: mean score.
        ratings: how many.
    """

    entered: int | None = None
    waits: int = 0
    wait_mean_s: float | None = None
    wait_p90_s: float | None = None
    within: float | None = None
    left: float | None = None
    lane_hours: float | None = None
    needed_hours: float | None = None
    seen_hours: float = 0.0
    out_of_stock: float | None = None
    out_hours: float | None = None
    missed_picks: float | None = None
    visits_without_stock: int | None = None
    rating: float | None = None
    ratings: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """One product on one shelf in a period.

    Attributes:
        known_h, out_h: hours known, and hours empty.
        picks: net picks; what was put back does not count.
        missed: picks that would be usual while it was empty; None where the usual is unknown.
    """

    shelf: str
    gtin: str
    known_h: float
    out_h: float
    picks: int
    missed: float | None


@dataclass(frozen=True, slots=True)
class Responses:
    """How the cases of one rule went.

    Attributes:
        respond_s, resolve_s: medians; None where none was.
        responded_in_time, resolved_in_time: share of those with a target.
    """

    rule: str
    cases: int
    respond_s: float | None
    resolve_s: float | None
    responded_in_time: float | None
    resolved_in_time: float | None


def figures(record: Record, limit_s: float, zones: dict[str, tuple[str, ...]]) -> Figures:
    """Work out the figures of a record.

    Args:
        record: what happened.
        limit_s: limit of the wait that is promised.
        zones: zone → shelves that stand there.
    """
    served = record.wait_s[record.was_served]
    kept = record.was_served & (record.wait_s <= limit_s)
    minutes = record.minutes
    asked_s = float(minutes[:, 4].sum())
    goods = products(record)
    known_h = sum(one.known_h for one in goods)
    out_h = sum(one.out_h for one in goods)
    missed = [one.missed for one in goods if one.out_h > 0.0 and one.missed is not None]
    scores = [rating.score for rating in record.ratings]
    return Figures(
        entered=len(record.entered_s) or None,
        waits=len(record.wait_s),
        wait_mean_s=float(served.mean()) if len(served) else None,
        wait_p90_s=float(np.percentile(served, 90)) if len(served) else None,
        within=float(kept.mean()) if len(kept) else None,
        left=float((~record.was_served).mean()) if len(kept) else None,
        lane_hours=float(minutes[:, 2].sum()) / 3600.0 if len(minutes) else None,
        needed_hours=float(minutes[:, 5].sum()) / 3600.0 if asked_s else None,
        seen_hours=float(minutes[:, 1].sum()) / 3600.0,
        out_of_stock=out_h / known_h if known_h else None,
        out_hours=out_h if known_h else None,
        missed_picks=sum(missed) if known_h and (missed or not out_h) else None,
        visits_without_stock=_visits_without_stock(record, zones),
        rating=mean(scores) if scores else None,
        ratings=len(scores),
    )


def part(record: Record, from_s: float, to_s: float) -> Record:
    """Give what of a record lies between two moments."""
    joined = (record.joined_s >= from_s) & (record.joined_s < to_s)
    minutes = (record.minutes[:, 0] >= from_s) & (record.minutes[:, 0] < to_s)
    return Record(
        from_s,
        to_s,
        record.joined_s[joined],
        record.wait_s[joined],
        record.was_served[joined],
        record.minutes[minutes],
        tuple(one for one in record.stock if from_s <= one.start_s < to_s),
        tuple(one for one in record.moves if from_s <= one.at_s < to_s),
        tuple(one for one in record.visits if from_s <= one[0] < to_s),
        record.entered_s[(record.entered_s >= from_s) & (record.entered_s < to_s)],
        tuple(one for one in record.alerts if from_s <= one["raised_s"] < to_s),
        tuple(one for one in record.ratings if from_s <= one.at_s < to_s),
        record.settings,
    )


def by_day(
    record: Record, period: Period, limit_s: float, zones: dict[str, tuple[str, ...]]
) -> list[tuple[date, Figures]]:
    """Work out the figures of each day."""
    answers = []
    for day in period.days:
        one = Period(str(day), day, day, period.zone)
        answers.append((day, figures(part(record, one.from_s, one.to_s), limit_s, zones)))
    return answers


def products(record: Record) -> list[Product]:
    """Give what became of each planned product, the emptiest first."""
    hours: dict[tuple[str, str], list[StockHour]] = defaultdict(list)
    for hour in record.stock:
        hours[hour.product].append(hour)
    picks: dict[tuple[str, str], int] = defaultdict(int)
    for move in record.moves:
        if move.what != "placed":
            picks[move.shelf, move.gtin] += 1 if move.what == "picked" else -1
    answers = []
    for (shelf, gtin), rows in hours.items():
        known_h = sum(row.known_s for row in rows) / 3600.0
        out_h = sum(row.out_s for row in rows) / 3600.0
        stocked_h = known_h - out_h
        taken = max(0, picks[shelf, gtin])
        missed = out_h * taken / stocked_h if stocked_h >= LEAST_HOURS else None
        answers.append(Product(shelf, gtin, known_h, out_h, taken, missed))
    return sorted(answers, key=lambda one: (-one.out_h, one.shelf, one.gtin))


def responses(alerts: Iterable[dict[str, Any]]) -> list[Responses]:
    """Give how the cases of each rule went, the most frequent first."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for alert in alerts:
        groups[alert["rule"]].append(alert)
    answers = [
        Responses(
            rule,
            len(cases),
            _median(case["respond_s"] for case in cases),
            _median(case["resolve_s"] for case in cases),
            _share(case["responded_in_time"] for case in cases),
            _share(case["resolved_in_time"] for case in cases),
        )
        for rule, cases in groups.items()
    ]
    return sorted(answers, key=lambda one: (-one.cases, one.rule))


def _visits_without_stock(record: Record, zones: dict[str, tuple[str, ...]]) -> int | None:
    shelves = {shelf for some in zones.values() for shelf in some}
    if not any(hour.shelf in shelves for hour in record.stock):
        return None
    # Half an hour of an hour empty: a visitor more likely than not stood before an empty place.
    empty = {
        (hour.shelf, hour.start_s)
        for hour in record.stock
        if hour.known_s and hour.out_s >= 0.5 * hour.known_s
    }
    return sum(
        any((shelf, int(at_s // 3600) * 3600) in empty for shelf in zones.get(zone, ()))
        for at_s, zone, _ in record.visits
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _share(values: Iterable[bool | None]) -> float | None:
    known: Sequence[bool] = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
