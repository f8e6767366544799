"""The figures at the top of a report: what a manager wants to know of a recording or a day."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from edge_agent.commands.report_log import Log

GAP_S = 10.0
"""Between frames so far apart nobody knows how many waited."""
_WAITED = ("served", "reneged", "jockeyed")

Row = tuple[float, float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class LaneSummary:
    """One lane, or all of them; None is what the log does not tell.

    Attributes:
        name: lane id; None: all lanes.
        served, reneged, balked, jockeyed: shoppers.
        promised_s, promised_p90_s: means of the p50 and p90 that were shown when they joined.
        real_s, real_p90_s: mean and 90th percentile of the waits of who was served.
        covered: share of those waits at or under the p90 that was shown.
        longest: most people waiting at once.
        longest_s: when that was.
        little: |L - λW| / L, mean length L against rate λ and mean W of the waits (Little's law).
    """

    name: str | None
    served: int
    reneged: int
    balked: int
    jockeyed: int
    promised_s: float | None
    promised_p90_s: float | None
    real_s: float | None
    real_p90_s: float | None
    covered: float | None
    longest: int | None
    longest_s: float | None
    little: float | None


@dataclass(frozen=True, slots=True)
class ZoneSummary:
    """One dwell zone; None is what the log does not tell.

    Attributes:
        name: zone id.
        visits: people who stopped.
        passers: people who only passed.
        stopped: share of both who stopped.
        p50_s, p90_s, longest_s: dwell of who stopped.
        attentive: share of who stopped and faced the goods for some time.
        attention: share of all dwell time in which they did.
    """

    name: str
    visits: int
    passers: int | None
    stopped: float | None
    p50_s: float | None
    p90_s: float | None
    longest_s: float | None
    attentive: float | None
    attention: float | None


def lanes(log: Log) -> list[LaneSummary]:
    """Every lane in the order of its name; all of them together first where there are several."""
    if log.events is None:
        return [_lane(name, [log.lanes[name]], None) for name in sorted(log.lanes)]
    told = {
        name: [e for e in log.events if e.get("lane") == name and "t_s" in e] for name in log.lanes
    }
    each = [_lane(name, [log.lanes[name]], told[name]) for name in sorted(log.lanes)]
    if len(each) < 2:
        return each
    together = [event for events in told.values() for event in events]
    return [_lane(None, list(log.lanes.values()), together), *each]


def zones(log: Log) -> list[ZoneSummary]:
    """Every dwell zone in the order of its name."""
    return [_zone(log, name) for name in sorted(log.zones)] if log.events is not None else []


def _quantile(values: Sequence[float], share: float) -> float | None:
    return float(np.quantile(values, share)) if values else None


def _lane(
    name: str | None, rows: Sequence[Sequence[Row]], events: Sequence[dict[str, Any]] | None
) -> LaneSummary:
    ended = [e for e in events or () if e.get("type") == "wait_done"]
    served = [e for e in ended if e["outcome"] == "served"]
    scored = [e for e in served if e.get("predicted_s") is not None]
    waits = [e["wait_s"] for e in served]
    # Lanes are read in the same frames, so the longest of each is the longest of all.
    lengths = [(row[1], -row[0]) for some in rows for row in some if row[1] is not None]
    longest, when = max(lengths, default=(None, None))
    counts = {o: sum(e["outcome"] == o for e in ended) for o in (*_WAITED, "balked")}
    return LaneSummary(
        name=name,
        **counts,
        promised_s=_mean([e["predicted_s"] for e in scored]),
        promised_p90_s=_mean([e["predicted_p90_s"] for e in scored]),
        real_s=_mean(waits),
        real_p90_s=_quantile(waits, 0.9),
        covered=_mean([e["wait_s"] <= e["predicted_p90_s"] for e in scored]),
        longest=None if longest is None else int(longest),
        longest_s=None if when is None else -when,
        little=None if events is None else _little(rows, events),
    )


def _little(rows: Sequence[Sequence[Row]], events: Sequence[dict[str, Any]]) -> float | None:
    """Seconds that people stood in the pictures against seconds that their waits tell of."""
    stood_s = sum(
        before[1] * (after[0] - before[0])
        for some in rows
        for before, after in pairwise(some)
        if before[1] is not None and 0.0 < after[0] - before[0] <= GAP_S
    )
    if stood_s <= 0.0:
        return None
    ended = [e for e in events if e.get("type") == "wait_done" and e["outcome"] in _WAITED]
    told_s = sum(e["wait_s"] for e in ended)
    # Who still waits at the end has no event yet: the last who joined.
    gone = {(e["lane"], e["person"]) for e in ended}
    end_s = max(some[-1][0] for some in rows)
    still = [
        end_s - e["t_s"]
        for e in events
        if e.get("type") == "joined" and (e["lane"], e["person"]) not in gone
    ]
    left = sum(int(some[-1][1] or 0) for some in rows)
    return float(abs(stood_s - told_s - sum(sorted(still)[:left])) / stood_s)


def _zone(log: Log, name: str) -> ZoneSummary:
    visits = [e for e in log.of("visit") if e["zone"] == name]
    dwells = [e["dwell_s"] for e in visits]
    looks = [e["attention_s"] for e in visits if e.get("attention_s") is not None]
    passers = log.passers.get(name)
    people = len(visits) + (passers or 0)
    return ZoneSummary(
        name=name,
        visits=len(visits),
        passers=passers,
        stopped=len(visits) / people if people and passers is not None else None,
        p50_s=_quantile(dwells, 0.5),
        p90_s=_quantile(dwells, 0.9),
        longest_s=max(dwells, default=None),
        attentive=_mean([look > 0.0 for look in looks]),
        attention=sum(looks) / sum(dwells) if looks and sum(dwells) > 0.0 else None,
    )


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None
