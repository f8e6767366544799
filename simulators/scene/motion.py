"""How somebody moves: straight legs at walking speed, then standing; exact at every moment."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulators.scene.layout import Point, Polygon


class Pose(NamedTuple):
    """Where somebody is at one moment; headings in radians from the x axis, counter-clockwise."""

    x: float
    y: float
    heading: float
    walking: bool
    walked_m: float


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the shop.

    Attributes:
        times_s: when each point is reached; rising.
        points: the corners, the last one is where the person then stands.
        facing: heading of the person who has arrived, radians.
        walked_m: metres walked before the first point, for the step of the legs.
    """

    times_s: tuple[float, ...]
    points: tuple[Point, ...]
    facing: float
    walked_m: float = 0.0

    @property
    def end_s(self) -> float:
        """When the person arrives."""
        return self.times_s[-1]

    def at(self, t_s: float) -> Pose:
        """Pose at ``t_s``; before the start the first point, after the end the last."""
        if t_s >= self.times_s[-1]:
            x, y = self.points[-1]
            return Pose(x, y, self.facing, False, self.walked_m)
        leg = bisect.bisect_right(self.times_s, t_s) - 1
        if leg < 0:
            x, y = self.points[0]
            return Pose(x, y, self._heading(0), False, self.walked_m)
        t0, t1 = self.times_s[leg], self.times_s[leg + 1]
        part = (t_s - t0) / (t1 - t0)
        (x0, y0), (x1, y1) = self.points[leg], self.points[leg + 1]
        step = math.hypot(x1 - x0, y1 - y0)
        return Pose(
            x0 + part * (x1 - x0),
            y0 + part * (y1 - y0),
            self._heading(leg),
            step > 0.0,
            self.walked_m + part * step,
        )

    def _heading(self, leg: int) -> float:
        if len(self.points) < 2:
            return self.facing
        (x0, y0), (x1, y1) = self.points[leg], self.points[leg + 1]
        return math.atan2(y1 - y0, x1 - x0) if (x0, y0) != (x1, y1) else self.facing

    def legs(self) -> Iterator[tuple[float, float, Point, Point]]:
        """Give start time, end time, start and end of each leg."""
        for i in range(len(self.points) - 1):
            yield self.times_s[i], self.times_s[i + 1], self.points[i], self.points[i + 1]


def stand(t_s: float, point: Point, facing: float) -> Path:
    """Stand at a point."""
    return Path((t_s,), (point,), facing)


def walk(
    t_s: float, start: Pose, waypoints: Sequence[Point], speed_mps: float, facing: float | None
) -> Path:
    """Walk from where somebody is over ``waypoints``; ``facing`` None keeps the last heading."""
    points: list[Point] = [(start.x, start.y)]
    times = [t_s]
    for point in waypoints:
        step = math.dist(points[-1], point)
        if step > 1e-9:
            points.append(point)
            times.append(times[-1] + step / speed_mps)
    if facing is None:
        facing = start.heading
        if len(points) > 1:
            (x0, y0), (x1, y1) = points[-2:]
            facing = math.atan2(y1 - y0, x1 - x0)
    return Path(tuple(times), tuple(points), facing, start.walked_m)


def line_crossings(path: Path, line: tuple[Point, Point]) -> list[tuple[float, bool]]:
    """When the path crosses a directed line, and whether towards its left."""
    (ax, ay), (bx, by) = line
    dx, dy = bx - ax, by - ay
    found = []
    for t0, t1, (x0, y0), (x1, y1) in path.legs():
        side0 = dx * (y0 - ay) - dy * (x0 - ax)
        side1 = dx * (y1 - ay) - dy * (x1 - ax)
        if (side0 > 0) == (side1 > 0):
            continue
        part = side0 / (side0 - side1)
        x, y = x0 + part * (x1 - x0), y0 + part * (y1 - y0)
        along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
        if 0.0 <= along <= 1.0:
            found.append((t0 + part * (t1 - t0), side1 > 0))
    return found


def inside(polygon: Polygon, x: float, y: float) -> bool:
    """Whether a point lies in a polygon (even-odd rule)."""
    odd = False
    x0, y0 = polygon[-1]
    for x1, y1 in polygon:
        if (y0 > y) != (y1 > y) and x < (x0 - x1) * (y - y1) / (y0 - y1) + x1:
            odd = not odd
        x0, y0 = x1, y1
    return odd


def border_crossings(path: Path, polygon: Polygon) -> list[float]:
    """Every moment at which the path crosses the border of a polygon, in order."""
    borders = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    return sorted(t for border in borders for t, _ in line_crossings(path, border))
