"""Actions of a period, each linked to what followed. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_ind

from gateway.reports.matching import LEAST_DAYS, Difference, Moments, compare
from gateway.reports.record import Record, StockHour

Floats = NDArray[np.float64]
Kind = Literal["lane_opened", "shelf_filled", "setting_changed"]
Outcome = Literal["waiting", "wait_s", "picks_per_h"]

BEFORE, AFTER = 3, (5, 20)
"""Minutes: a look back at how the queue grew, and the stretch after an action that is judged."""

AROUND_DAYS = 14
"""Days on each side of a change of settings."""

_FILL = 2
"""Items more than an hour ago make a refill; one is a shopper who put something back."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What followed a kind of action.

    Attributes:
        kind: what was done.
        outcome: what is compared: people waiting, mean wait in seconds, picks an hour.
        difference: with the action minus without.
        at_s: when, for a single change; None for all actions of the period together.
        subject: which setting, from what, to what.
    """

    kind: Kind
    outcome: Outcome
    difference: Difference
    at_s: float | None = None
    subject: str = ""

    @property
    def helped(self) -> bool | None:
        """Say whether it helped; None where it cannot be told or made no difference."""
        good = "more" if self.outcome == "picks_per_h" else "less"
        verdict = self.difference.verdict
        return None if verdict in {"unknown", "same"} else verdict == good


def effects(record: Record, from_s: float, to_s: float, zone: ZoneInfo) -> list[Effect]:
    """Compare every kind of action of a period with moments of the record without it.

    Args:
        record: the period, and the weeks around it, which give the baseline.
        from_s: begin of the period; actions outside of it are not judged, and are no baseline.
        to_s: its end.
        zone: of the store.
    """
    return [
        *_lanes_opened(record, from_s, to_s, zone),
        *_shelves_filled(record, from_s, to_s, zone),
        *_settings_changed(record, from_s, to_s, zone),
    ]


# -- lanes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Floor:
    """The lanes minute by minute; NaN where nobody saw them."""

    start_s: float
    opened: Floats
    waiting: Floats
    wait_s: Floats
    """Mean wait of those who joined in that minute and the next ones, as :data:`AFTER` is long."""


def _lanes_opened(record: Record, from_s: float, to_s: float, zone: ZoneInfo) -> list[Effect]:
    floor = _floor(record)
    if floor is None:
        return []
    opened = floor.opened
    last = len(opened) - AFTER[1]
    at = np.arange(BEFORE + 1, max(last, BEFORE + 1))
    # Half a lane: a minute in which a lane opened holds a part of it.
    rose = (opened[at + 1] - opened[at - 1] >= 0.5) & (opened[at] - opened[at - 1] >= 0.02)
    steady = rose & ~np.concatenate([[False], rose[:-1]]) if len(rose) else rose
    acted = at[steady & (opened[at - 1] >= 0.5)]  # the first lane of the day is no reaction
    calm = _untouched(opened, at)
    idle = at[calm & (at % 5 == 0)]  # neighbours tell nothing new
    acted_s = floor.start_s + 60.0 * acted
    acted = acted[(acted_s >= from_s) & (acted_s < to_s)]
    if not len(acted):
        return []
    answers = []
    outcomes: tuple[Outcome, ...] = ("waiting", "wait_s")
    for outcome in outcomes:
        y = floor.waiting if outcome == "waiting" else floor.wait_s
        difference = compare(_moments(floor, acted, y, zone), _moments(floor, idle, y, zone))
        answers.append(Effect("lane_opened", outcome, difference))
    return answers


def _floor(record: Record) -> _Floor | None:
    minutes = record.minutes[record.minutes[:, 1] >= 30.0]
    if not len(minutes):
        return None
    start_s = float(minutes[0, 0])
    place = ((minutes[:, 0] - start_s) // 60.0).astype(int)
    opened, waiting = np.full((2, int(place[-1]) + 1), np.nan)
    opened[place] = minutes[:, 2] / minutes[:, 1]
    waiting[place] = minutes[:, 3] / minutes[:, 1]
    length = len(opened)
    joined = ((record.joined_s - start_s) // 60.0).astype(int)
    inside = (joined >= 0) & (joined < length)
    sums = np.bincount(joined[inside], record.wait_s[inside], minlength=length)
    counts = np.bincount(joined[inside], minlength=length).astype(float)
    window = AFTER[1] - AFTER[0]
    waits, people = _ahead(sums.astype(np.float64), window), _ahead(counts, window)
    mean_s = np.divide(waits, people, out=np.full(length, np.nan), where=people > 0)
    return _Floor(start_s, opened, waiting, mean_s)


def _ahead(values: Floats, window: int) -> Floats:
    """Sum of each value and the ``window - 1`` after it."""
    total = np.concatenate([[0.0], np.cumsum(values), np.full(window, values.sum())])
    ahead: Floats = total[window : window + len(values)] - total[: len(values)]
    return ahead


def _untouched(opened: Floats, at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True where the number of open lanes neither rose nor fell around a minute."""
    steps = np.abs(np.diff(opened, prepend=opened[:1])) >= 0.3
    moved = np.concatenate([[0], np.cumsum(steps | ~np.isfinite(opened))])
    first, last = np.maximum(at - BEFORE, 0), np.minimum(at + AFTER[1], len(opened) - 1)
    untouched: NDArray[np.bool_] = moved[last + 1] == moved[first]
    return untouched


def _moments(floor: _Floor, at: NDArray[np.int64], outcome: Floats, zone: ZoneInfo) -> Moments:
    """Situation: open lanes, queue, how fast it grows, hour, kind of day."""
    before = np.array([floor.waiting[m - BEFORE + 2 : m + 1].mean() for m in at])
    earlier = np.array([floor.waiting[m - BEFORE : m - BEFORE + 2].mean() for m in at])
    local = [datetime.fromtimestamp(floor.start_s + 60.0 * m, zone) for m in at]
    hour = np.array([moment.hour + moment.minute / 60.0 for moment in local])
    weekend = np.array([float(moment.weekday() >= 5) for moment in local])
    lanes = np.round(floor.opened[at - 1])
    if outcome is floor.waiting:
        y = np.array([outcome[m + AFTER[0] : m + AFTER[1]].mean() for m in at])
    else:
        y = outcome[np.minimum(at + AFTER[0], len(outcome) - 1)]
    # Queues spread like their square root: one unit is a person at none, two and a half at ten.
    queue = 1.3 * np.sqrt(before + 0.3)
    columns = (2.5 * lanes, queue, (before - earlier) / 2.0, hour / 1.5, 2.5 * weekend)
    days = np.array([moment.toordinal() for moment in local], dtype=np.int64)
    return Moments(np.stack(columns, axis=1) if len(at) else np.empty((0, 5)), y, days)


# -- shelves --------------------------------------------------------------------------------


def _shelves_filled(record: Record, from_s: float, to_s: float, zone: ZoneInfo) -> Iterable[Effect]:
    """Picks in the three hours after a low shelf was filled, and after it was not."""
    hours: dict[tuple[str, str], dict[int, StockHour]] = defaultdict(dict)
    for hour in record.stock:
        if hour.known_s > 0.0:
            hours[hour.product][hour.start_s] = hour
    picks = _picks(record)
    acted: list[tuple[float, ...]] = []
    idle: list[tuple[float, ...]] = []
    for number, (product, known) in enumerate(sorted(hours.items())):
        for start_s, hour in known.items():
            later = [known.get(start_s + 3600 * k) for k in range(1, 5)]
            counts = [_count(one) for one in later if one is not None]
            if hour.low_s < 0.5 * hour.known_s or len(counts) < len(later):
                continue
            taken = sum(picks.get((*product, start_s + 3600 * k), 0) for k in (2, 3, 4)) / 3.0
            moment = datetime.fromtimestamp(start_s, zone)
            place = (2.5 * number, 2.5 * (moment.weekday() >= 5), moment.hour / 1.5)
            row = (*place, _count(hour), taken, float(moment.toordinal()))
            if counts[1] - _count(hour) < _FILL:
                idle += [row] if max(counts) - _count(hour) < 1.0 else []
            elif from_s <= start_s < to_s:
                acted.append(row)
    if acted:
        yield Effect("shelf_filled", "picks_per_h", compare(_rows(acted), _rows(idle)))


def _count(hour: StockHour) -> float:
    return hour.count_s / hour.known_s


def _picks(record: Record) -> dict[tuple[str, str, int], int]:
    picks: dict[tuple[str, str, int], int] = defaultdict(int)
    for move in record.moves:
        if move.what != "placed":
            hour = int(move.at_s // 3600) * 3600
            picks[move.shelf, move.gtin, hour] += 1 if move.what == "picked" else -1
    return picks


def _rows(rows: list[tuple[float, ...]]) -> Moments:
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    return Moments(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


# -- settings -------------------------------------------------------------------------------


def _settings_changed(
    record: Record, from_s: float, to_s: float, zone: ZoneInfo
) -> Iterable[Effect]:
    """Waits in the days after a change of settings and in those before it."""
    for (_, old), (at_s, new) in zip(record.settings, record.settings[1:], strict=False):
        changed = changes(json.loads(old), json.loads(new))
        if from_s <= at_s < to_s and changed:
            difference = _before_and_after(record, at_s, zone)
            yield Effect("setting_changed", "wait_s", difference, at_s, "; ".join(changed))


def changes(old: Any, new: Any, path: str = "") -> list[str]:
    """List settings that differ, such as ``rules.open_lane.waiting: 4 → 3``."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            line
            for key in sorted({*old, *new})
            for line in changes(old.get(key), new.get(key), f"{path}.{key}" if path else key)
        ]
    short = [json.dumps(one, ensure_ascii=False)[:60] for one in (old, new)]
    return [] if old == new else [f"{path}: {short[0]} → {short[1]}"]


def _before_and_after(record: Record, at_s: float, zone: ZoneInfo) -> Difference:
    """Compare day means of what the weekday and hour do not explain (Welch 1947)."""
    near = np.abs(record.joined_s - at_s) <= AROUND_DAYS * 86_400.0
    joined_s, wait_s = record.joined_s[near], record.wait_s[near]
    local = [datetime.fromtimestamp(float(t), zone) for t in joined_s]
    cell = np.array([24 * (moment.weekday() >= 5) + moment.hour for moment in local], dtype=int)
    if not len(cell):
        return Difference(1, 0)
    usual = np.bincount(cell, wait_s) / np.maximum(np.bincount(cell), 1)
    rest = wait_s - usual[cell]
    day = np.array([moment.toordinal() for moment in local])
    changed_on = datetime.fromtimestamp(at_s, zone).toordinal()
    means = {int(one): float(rest[day == one].mean()) for one in np.unique(day)}
    before = [value for one, value in means.items() if one < changed_on]
    after = [value for one, value in means.items() if one > changed_on]
    if min(len(before), len(after)) < LEAST_DAYS:
        return Difference(1, 0)
    change = float(np.mean(after) - np.mean(before))
    band = ttest_ind(after, before, equal_var=False).confidence_interval()
    usual_s = float(wait_s[day < changed_on].mean())
    return Difference(1, 1, usual_s, change, float(band.low), float(band.high))
