"""Plots for a page without scripts: inline SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 720, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 8, 24
_COLOURS = ("#1f6feb", "#d1242f", "#2da44e", "#8250df")
_TICKS = 5
_MOST_TICKS = 8
_POINTS = 700
_STEPS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400)

Points = Sequence[tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a plot; a value of None is a gap."""

    name: str
    points: Points


@dataclass(frozen=True, slots=True)
class _Frame:
    """From values to places in the picture."""

    x0: float
    x1: float
    top: float

    def x(self, value: float) -> float:
        share = (value - self.x0) / max(self.x1 - self.x0, 1e-9)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - value / self.top * (HEIGHT - _TOP - _BOTTOM)


def lines(series: Sequence[Series], unit: str, dots: Series | None = None) -> Markup:
    """Plot values over time.

    Args:
        series: points of (seconds, value).
        unit: written at the vertical axis.
        dots: drawn as single points beside the lines.
    """
    every = [*series, *([] if dots is None else [dots])]
    times = [t for one in every for t, _ in one.points]
    values = [v for one in every for _, v in one.points if v is not None]
    frame = _Frame(min(times, default=0.0), max(times, default=1.0), _round_up(values))
    parts = [_axes(frame, unit, clock, _moments(frame))]
    for i, one in enumerate(series):
        colour = _COLOURS[i % len(_COLOURS)]
        parts += [_path(frame, run, colour) for run in _runs(one.points)]
    if dots is not None:
        known = [(t, v) for t, v in dots.points if v is not None]
        parts += _dots(frame, known, 2.0, _COLOURS[len(series)])
    return _svg(parts) + _legend(every)


def dots(series: Series, unit: str) -> Markup:
    """Plot single values over time; None leaves a place empty."""
    known = [(t_s, value) for t_s, value in series.points if value is not None]
    times = [t_s for t_s, _ in series.points]
    top = _round_up([value for _, value in known])
    frame = _Frame(min(times, default=0.0), max(times, default=1.0), top)
    parts = [_axes(frame, unit, clock, _moments(frame)), *_dots(frame, known, 3.0, _COLOURS[0])]
    return _svg(parts) + _legend([series])


def thin(points: Points) -> list[tuple[float, float | None]]:
    """Give every so many points the highest, so that a day fits on the page and no peak is lost."""
    step = max(len(points) // _POINTS, 1)
    thinned = []
    for start in range(0, len(points), step):
        some = points[start : start + step]
        known = [value for _, value in some if value is not None]
        thinned.append((some[0][0], max(known) if known else None))
    return thinned


def scatter(points: Sequence[tuple[float, float]], unit: str) -> Markup:
    """Plot what was predicted (x) against what came (y), with the line where both are equal."""
    top = _round_up([value for point in points for value in point])
    frame = _Frame(0.0, top, top)
    diagonal = Markup('<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}" class="grid"/>').format(
        frame.x(0.0), frame.y(0.0), frame.x(top), frame.y(top)
    )
    return _svg([_axes(frame, unit, _plain), diagonal, *_dots(frame, points, 3.0, _COLOURS[0])])


def _dots(
    frame: _Frame, points: Sequence[tuple[float, float]], radius: float, colour: str
) -> list[Markup]:
    circle = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" fill="{}" fill-opacity=".6"/>')
    return [circle.format(frame.x(x), frame.y(y), radius, colour) for x, y in points]


def bars(edges: Sequence[float], counts: Sequence[int], unit: str) -> Markup:
    """Plot how many values lie between one edge and the next."""
    frame = _Frame(edges[0], edges[-1], _round_up(counts))
    parts = [_axes(frame, unit, _plain)]
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        parts.append(
            Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
                frame.x(low) + 1.0,
                frame.y(count),
                max(frame.x(high) - frame.x(low) - 2.0, 1.0),
                frame.y(0.0) - frame.y(count),
                _COLOURS[0],
            )
        )
    return _svg(parts)


def heat(grid: Sequence[Sequence[float]]) -> Markup:
    """Plot a grid of amounts; row 0 is at the top. The scale is that of the square root."""
    most = max((cell for row in grid for cell in row), default=0.0)
    rows, columns = len(grid), len(grid[0])
    width, height = WIDTH / columns, WIDTH * 9 / 16 / rows
    cells = [
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
            j * width, i * height, width + 0.3, height + 0.3, _warmth((cell / most) ** 0.5)
        )
        for i, row in enumerate(grid)
        for j, cell in enumerate(row)
        if cell > 0.0
    ]
    return Markup('<svg viewBox="0 0 {} {:.0f}" class="heat">{}</svg>').format(
        WIDTH, WIDTH * 9 / 16, Markup("").join(cells)
    )


def _svg(parts: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}">{}</svg>').format(WIDTH, HEIGHT, Markup("").join(parts))


def _moments(frame: _Frame) -> list[float]:
    """Round times, a handful of them."""
    span_s = max(frame.x1 - frame.x0, 1.0)
    step_s = next((s for s in _STEPS_S if span_s / s <= _MOST_TICKS), span_s)
    first = math.ceil(frame.x0 / step_s)
    return [step_s * k for k in range(first, math.floor(frame.x1 / step_s) + 1)]


def _axes(
    frame: _Frame,
    unit: str,
    label: Callable[[float], str],
    places: Sequence[float] | None = None,
) -> Markup:
    parts = []
    if places is None:
        span = frame.x1 - frame.x0
        places = [frame.x0 + span * k / (_TICKS - 1) for k in range(_TICKS)]
    for at in places:
        parts.append(
            Markup('<text x="{:.1f}" y="{}" class="x">{}</text>').format(
                min(frame.x(at), WIDTH - 24), HEIGHT - 6, label(at)
            )
        )
    for k in range(_TICKS):
        value = frame.top * k / (_TICKS - 1)
        y = frame.y(value)
        parts.append(
            Markup('<path d="M{} {:.1f}H{}" class="grid"/>').format(_LEFT, y, WIDTH - _RIGHT)
            + Markup('<text x="{}" y="{:.1f}" class="y">{}</text>').format(
                _LEFT - 5, y + 4, _plain(value)
            )
        )
    parts.append(Markup('<text x="4" y="12">{}</text>').format(unit))
    return Markup("").join(parts)


def _path(frame: _Frame, run: Sequence[tuple[float, float]], colour: str) -> Markup:
    steps = "L".join(f"{frame.x(t):.1f} {frame.y(v):.1f}" for t, v in run)
    return Markup('<path d="M{}" class="line" stroke="{}"/>').format(steps, colour)


def _runs(points: Points) -> list[list[tuple[float, float]]]:
    """Parts without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for t, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((t, value))
    return [run for run in runs if run]


def _legend(series: Sequence[Series]) -> Markup:
    items = (
        Markup('<span style="color:{}">■ {}</span> ').format(_COLOURS[i % len(_COLOURS)], one.name)
        for i, one in enumerate(series)
    )
    return Markup('<p class="legend">{}</p>').format(Markup("").join(items))


def _round_up(values: Sequence[float]) -> float:
    """Give a round number at or above all values."""
    most = max(values, default=0.0)
    for scale in (10.0**k for k in range(9)):
        for step in (4.0, 8.0, 12.0, 20.0, 32.0):
            if most <= step * scale:
                return step * scale
    return most


def _plain(value: float) -> str:
    return f"{value:g}" if value < 1000.0 else f"{value:.0f}"


def clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _warmth(share: float) -> str:
    """Colour from pale yellow to dark red."""
    return str(escape(f"hsl({round(55 - 55 * share)} 90% {round(88 - 48 * share)}%)"))
