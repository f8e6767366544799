"""Reads what ``edge-agent count`` wrote and puts it together for a report."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_COLUMNS, _ROWS = 48, 27


class LogError(ValueError):
    """A log that no report can be made of."""


@dataclass(slots=True)
class Log:
    """One recording, measured.

    Attributes:
        frames: frames measured.
        skipped: lines that could not be read.
        inside: people in the shop at the end by the lines; None where the log does not tell.
        people: different people counted; None where the log does not tell.
        passers: zone → people who crossed it without stopping, where the log tells.
        passed_s: zone → when each of them did, where the log tells.
        in_shop: (t_s, people in the shop by all lines), while there are lines.
        lanes: lane → (t_s, waiting, wait_s, wait_p90_s), as shown at that time.
        zones: zone → (t_s, occupancy).
        lines: line → (in, out) at the end.
        events: what happened, from the summary; None where the log has no such list.
        heat: sightings of foot points on a grid over the picture.
    """

    frames: int = 0
    skipped: int = 0
    people: int | None = None
    inside: int | None = None
    passers: dict[str, int] = field(default_factory=dict)
    passed_s: dict[str, list[float]] = field(default_factory=dict)
    in_shop: list[tuple[float, float | None]] = field(default_factory=list)
    lanes: dict[str, list[tuple[float, float | None, float | None, float | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    zones: dict[str, list[tuple[float, float | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    events: list[dict[str, Any]] | None = None
    heat: list[list[float]] = field(
        default_factory=lambda: [[0.0] * _COLUMNS for _ in range(_ROWS)]
    )

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Events of a type."""
        return [event for event in self.events or () if event.get("type") == kind]


def read(path: Path) -> Log:
    """Read a log; a line that cannot be read is counted and left out.

    Raises:
        LogError: the file cannot be read or has no line of ``edge-agent count`` in it.
    """
    log, feet = Log(), []
    size: tuple[float, float] | None = None
    try:
        with path.open(encoding="utf-8", errors="replace") as source:
            for text in source:
                try:
                    line = json.loads(text)
                    if "summary" in line:
                        size = _take_summary(log, line["summary"]) or size
                    else:
                        feet += _take_frame(log, line)
                except (ValueError, KeyError, TypeError, AttributeError):
                    log.skipped += 1
    except OSError as error:
        raise LogError(f"{path}: expected a readable log, found {error.strerror}") from error
    if not log.frames:
        raise LogError(f"{path}: expected lines of edge-agent count, found none")
    _fill(log.heat, feet, size)
    return log


def _take_frame(log: Log, line: dict[str, Any]) -> list[tuple[float, float]]:
    t_s = float(line["t_s"])
    feet = [
        ((x1 + x2) / 2.0, y2)
        for (x1, _, x2, y2) in (p["bbox"] for p in line["people"] if p["track"] is not None)
    ]
    for lane, data in line["lanes"].items():
        log.lanes[lane].append((t_s, data["waiting"], data["wait_s"], data["wait_p90_s"]))
    for zone, data in line["zones"].items():
        log.zones[zone].append((t_s, data["occupancy"]))
    if line["lines"]:
        inside = sum(counts["in"] - counts["out"] for counts in line["lines"].values())
        log.in_shop.append((t_s, max(inside, 0)))
    log.frames += 1
    return feet


def _take_summary(log: Log, summary: dict[str, Any]) -> tuple[float, float] | None:
    log.events = summary.get("events")
    log.people, log.inside = summary.get("people"), summary.get("inside")
    for name, data in summary.get("zones", {}).items():
        if data.get("passers") is not None:
            log.passers[name] = int(data["passers"])
        if data.get("passed_s") is not None:
            log.passed_s[name] = [float(t_s) for t_s in data["passed_s"]]
    for name, data in summary.get("lines", {}).items():
        log.lines[name] = (data["in"], data["out"])
    size = summary.get("frame_size")
    return (float(size[0]), float(size[1])) if size else None


def _fill(
    grid: list[list[float]], feet: list[tuple[float, float]], size: tuple[float, float] | None
) -> None:
    # An older log does not tell the size of the picture: what was seen spans it nearly.
    width = size[0] if size else max((x for x, _ in feet), default=1.0) * 1.02
    height = size[1] if size else max((y for _, y in feet), default=1.0)
    for x, y in feet:
        column = min(max(int(x / width * _COLUMNS), 0), _COLUMNS - 1)
        row = min(max(int(y / height * _ROWS), 0), _ROWS - 1)
        grid[row][column] += 1.0
