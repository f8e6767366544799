"""Plots as inline SVG: no script, no file from elsewhere, readable in print. Pure.

Colours and sizes come from the style sheet by class, so that a plot follows light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 420, 180
_LEFT, _BOTTOM, _TOP = 44, 24, 12
_HEAT = 480, 270


def bars(labels: Sequence[str], values: Sequence[float | None], title: str) -> str:
    """Draw a bar for each label; what is unknown has no bar, and says so.

    Args:
        labels: under the bars; where there are many, some are left out.
        values: 0 or more, None is unknown.
        title: what a screen reader says.
    """
    scale = _Scale(max((v for v in values if v is not None), default=0.0))
    step = (WIDTH - _LEFT) / max(1, len(labels))
    every = max(1, math.ceil(len(labels) / 8))
    parts = [scale.grid()]
    for place, (name, value) in enumerate(zip(labels, values, strict=True)):
        x = _LEFT + step * place
        if value is None:
            middle = x + step / 2
            parts.append(f'<text class="tick" x="{middle:.1f}" y="{scale.y(0) - 4:.1f}">–</text>')
        else:
            y = scale.y(value)
            tip = escape(f"{name}: {value:.4g}")
            parts.append(
                f'<rect class="bar" x="{x + 0.12 * step:.1f}" y="{y:.1f}" rx="2"'
                f' width="{0.76 * step:.1f}" height="{max(0.0, scale.y(0) - y):.1f}">'
                f"<title>{tip}</title></rect>"
            )
        if place % every == 0:
            parts.append(_tick(name, x + step / 2, HEIGHT - 6))
    return _svg(title, parts)


def band(low: float, change: float, high: float, title: str) -> str:
    """Draw a difference with its band, beside the line of no difference."""
    reach = 1.15 * max(abs(low), abs(high), 1e-9)
    width, height, middle = 200, 26, 13

    def x(value: float) -> float:
        return width / 2 * (1.0 + value / reach)

    return (
        f'<svg class="band" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f'<line class="zero" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="2" y2="{height - 2}"/>'
        f'<line class="reach" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{middle}" y2="{middle}"/>'
        f'<circle class="dot" cx="{x(change):.1f}" cy="{middle}" r="5"/></svg>'
    )


def heat(
    seconds: Sequence[int],
    columns: int,
    places: Mapping[str, Sequence[tuple[float, float]]],
    names: Mapping[str, str],
    title: str,
) -> str:
    """Draw a grid of amounts and outlines over it; the scale is that of the square root.

    Args:
        seconds: of each cell, row by row from the top left.
        columns: cells in a row.
        places: zone or line → corners as fractions of the picture.
        names: what people call those that have a name.
        title: what a screen reader says.
    """
    width, height = _HEAT
    wide, high = width / columns, height * columns / len(seconds)
    most = math.sqrt(max(*seconds, 1))
    parts = [
        f'<rect class="cell" x="{wide * (n % columns):.2f}" y="{high * (n // columns):.2f}"'
        f' width="{wide:.2f}" height="{high:.2f}" fill-opacity="{math.sqrt(value) / most:.2f}"/>'
        for n, value in enumerate(seconds)
        if value
    ]
    for place, corners in places.items():
        points = [(x * width, y * height) for x, y in corners]
        kind = "polyline" if len(points) == 2 else "polygon"
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<{kind} class="place" points="{drawn}"/>')
        if place in names and points:
            (x, y), text = points[0], escape(names[place])
            parts.append(f'<text x="{x:.1f}" y="{min(height - 4, y + 13):.1f}">{text}</text>')
    return (
        f'<svg class="plot heat" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


class _Scale:
    """A vertical axis from zero to a round number."""

    def __init__(self, highest: float) -> None:
        rough = max(highest, 1e-9) / 4.0
        power = 10.0 ** math.floor(math.log10(rough))
        self._step = next(power * k for k in (1, 2, 2.5, 5, 10) if power * k >= rough)
        self._top = self._step * max(1, math.ceil(highest / self._step - 1e-9))

    def y(self, value: float) -> float:
        """Give the place of a value, in units of the picture."""
        return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / self._top

    def grid(self) -> str:
        lines = []
        for n in range(round(self._top / self._step) + 1):
            value = n * self._step
            y = self.y(value)
            lines.append(
                f'<line class="grid" x1="{_LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text class="axis" x="{_LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>'
            )
        return "".join(lines)


def _tick(name: str, x: float, y: float) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y}">{escape(name)}</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    body = "".join(parts)
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(title)}">{body}</svg>'
    )
