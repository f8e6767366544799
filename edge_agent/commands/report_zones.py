"""The part of a report that tells of dwell zones."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from edge_agent.commands import report_plots as plots
from edge_agent.commands.report_log import Log

_BARS = 20
_MOST_STEPS = 40
_STEPS_S = (10, 30, 60, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Flow:
    """A zone over time, in steps.

    Attributes:
        step_s: length of a step in seconds.
        middles_s: middle of each.
        stopped: visits that began in it.
        passed: people who only passed in it; None where the log does not tell.
        attention: percent of the dwell of its visits that faced the goods; None where none did
            tell.
    """

    step_s: float
    middles_s: Sequence[float]
    stopped: Sequence[int]
    passed: Sequence[int] | None
    attention: Sequence[float | None]


def zone(log: Log, name: str) -> dict[str, Any]:
    """Give what the page shows of one zone."""
    series = plots.Series("人数 · people", plots.thin(log.zones[name]))
    dwells = [e["dwell_s"] for e in log.of("visit") if e["zone"] == name]
    told: dict[str, Any] = {
        "name": name,
        "occupancy": plots.lines([series], "人"),
        "dwell": None,
        "flow": None,
    }
    if log.events is not None:
        told |= _plotted(flow(log, name))
    if dwells:
        cuts = statistics.quantiles(dwells, n=10, method="inclusive") if len(dwells) > 1 else []
        told |= {
            "dwell": _histogram(dwells),
            "visits": len(dwells),
            "p50_s": f"{statistics.median(dwells):.0f}",
            "p90_s": f"{cuts[8] if cuts else dwells[0]:.0f}",
        }
    return told


def _histogram(values: Sequence[float]) -> Markup:
    step = _round_step(max(values) / _BARS)
    counts = [0] * _BARS
    for value in values:
        counts[min(int(value / step), _BARS - 1)] += 1
    return plots.bars([step * i for i in range(_BARS + 1)], counts, "次")


def _round_step(least: float) -> float:
    """Give the next of 1, 2, 5, 10, 20, … s, so that the axis shows round numbers."""
    scale = 10.0 ** math.floor(math.log10(max(least, 1.0)))
    return next(scale * k for k in (1.0, 2.0, 5.0, 10.0) if scale * k >= least)


def flow(log: Log, name: str) -> Flow:
    """Sort visits and passers of a zone into steps of time."""
    begin_s, end_s = log.zones[name][0][0], log.zones[name][-1][0]
    step_s = next((s for s in _STEPS_S if (end_s - begin_s) / s <= _MOST_STEPS), _STEPS_S[-1])
    steps = int((end_s - begin_s) // step_s) + 1
    stopped, passed = [0] * steps, [0] * steps
    dwell_s, looked_s = [0.0] * steps, [0.0] * steps

    def step(t_s: float) -> int:
        return min(max(int((t_s - begin_s) // step_s), 0), steps - 1)

    for visit in log.of("visit"):
        if visit["zone"] != name:
            continue
        k = step(visit["t_s"] - visit["dwell_s"])
        stopped[k] += 1
        if visit.get("attention_s") is not None:
            dwell_s[k] += visit["dwell_s"]
            looked_s[k] += visit["attention_s"]
    for t_s in log.passed_s.get(name, ()):
        passed[step(t_s)] += 1
    return Flow(
        step_s,
        [begin_s + step_s * (k + 0.5) for k in range(steps)],
        stopped,
        passed if name in log.passed_s else None,
        [100.0 * a / b if b else None for a, b in zip(looked_s, dwell_s, strict=True)],
    )


def _plotted(told: Flow) -> dict[str, Any]:
    series = [plots.Series("停留 · stopped", _points(told, told.stopped))]
    if told.passed is not None:
        series.append(plots.Series("路过 · passed by", _points(told, told.passed)))
    faced = plots.Series("面向货品 · faced the goods", _points(told, told.attention))
    is_known = any(share is not None for share in told.attention)
    return {
        "every": plots.clock(told.step_s),
        "flow": plots.lines(series, "人"),
        "attention": plots.dots(faced, "%") if is_known else None,
    }


def _points(told: Flow, values: Sequence[float | None]) -> list[tuple[float, float | None]]:
    return list(zip(told.middles_s, values, strict=True))
