"""The places where shops hang cameras."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from simulators.camera.projection import View, look_at
from simulators.scene.layout import Layout


def _middle(layout: Layout) -> float:
    return (layout.lanes[0].x - 0.9 + layout.passage_x) / 2.0


def along(layout: Layout, width: int = 1280, height: int = 720) -> View:
    """In line with the queues at head height and a half: people hide each other."""
    x = _middle(layout) + 0.3
    back = 5.4 + 1.6 * (len(layout.lanes) - 2)
    return look_at((x, -back, 2.7), (x, 4.0, 0.75), 900.0, width, height)


def high(layout: Layout, width: int = 1280, height: int = 720) -> View:
    """High and oblique, as from a hall's ceiling: hardly anybody is hidden."""
    x = _middle(layout) + 0.3
    back = 4.2 + 1.6 * (len(layout.lanes) - 2)
    return look_at((x, -back, 5.2), (x, 3.4, 0.6), 930.0, width, height)


def corner(layout: Layout, width: int = 1280, height: int = 720) -> View:
    """From a corner of the hall across the queues: those who wait stand beside each other."""
    x = _middle(layout) + 1.6 * (len(layout.lanes) - 2)
    return look_at((x + 3.6, -2.6, 5.0), (x - 0.4, 3.2, 0.7), 900.0, width, height)


def side(layout: Layout, width: int = 1280, height: int = 720) -> View:
    """From the left across the queues."""
    x = layout.lanes[0].x - 7.6
    return look_at((x, 3.4, 3.2), (layout.lanes[0].x + 1.0, 3.7, 0.7), 860.0, width, height)


def head(layout: Layout, width: int = 1280, height: int = 720) -> View:
    """Near the till of the first lane: service and the first few who wait."""
    lane = layout.lanes[0]
    return look_at((lane.x + 2.6, -3.2, 3.0), (lane.x, 2.4, 0.8), 900.0, width, height)


def tail(layout: Layout, width: int = 1280, height: int = 720) -> View:
    """From inside the shop on the first lane: the tail, seen from behind."""
    lane = layout.lanes[0]
    return look_at((lane.x + 2.4, 13.0, 3.0), (lane.x, 5.6, 0.8), 900.0, width, height)


def shelf(layout: Layout, width: int = 1280, height: int = 720) -> View:
    """Across the aisle at the rack."""
    x = layout.passage_x - 3.4
    middle = (layout.shelves[0].y0 + layout.shelves[-1].y1) / 2.0 if layout.shelves else 5.0
    return look_at(
        (x, middle - 2.2, 2.9), (layout.passage_x + 1.2, middle, 0.8), 760.0, width, height
    )


VIEWS: dict[str, Callable[..., View]] = {
    "along": along,
    "high": high,
    "corner": corner,
    "side": side,
    "head": head,
    "tail": tail,
    "shelf": shelf,
}
"""Name of a view → where the camera hangs; ``head`` and ``tail`` look at one lane together."""


def moved(view: View, seed: int) -> View:
    """Hang a camera a little elsewhere, as the next shop would: another place, tilt and lens."""
    rng = Random(f"view {seed}")
    return replace(
        view,
        x=view.x + rng.uniform(-0.5, 0.5),
        y=view.y + rng.uniform(-0.5, 0.5),
        z=view.z + rng.uniform(-0.25, 0.4),
        yaw=view.yaw + rng.uniform(-0.05, 0.05),
        pitch=view.pitch + rng.uniform(-0.03, 0.03),
        focal_px=view.focal_px * rng.uniform(0.92, 1.1),
    )
