"""The zones of a simulated shop in the words of a device config."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulators.camera.projection import View
from simulators.scene.layout import Layout, Point, Polygon

Zone = dict[str, Any]


def zones(layout: Layout, view: View) -> list[Zone]:
    """Zones of everything that a camera sees, ready for YAML.

    A zone that is out of the picture is left out, and with a queue its lane.
    """
    found: list[Zone] = []
    for lane in layout.lanes:
        queue = _zone(view, f"lane-{lane.lane}-queue", "queue", lane.queue, lane=lane.lane)
        if queue is None:
            continue
        found.append(queue)
        for zone in (
            _zone(view, f"lane-{lane.lane}-service", "service", lane.service, lane=lane.lane),
            _zone(view, f"lane-{lane.lane}-cashier", "staff", lane.staff, lane=lane.lane),
        ):
            if zone is not None:
                found.append(zone)
    for dwell in layout.zones:
        zone = _zone(view, dwell.zone, "dwell", dwell.polygon)
        if zone is not None:
            facing = _inside(view, dwell.facing)
            found.append(zone if facing is None else {**zone, "facing": facing})
    ends = [_inside(view, point) for point in layout.line]
    if None not in ends:
        found.append({"id": layout.line_id, "kind": "line", "points": ends, "in": "left"})
    return found


def device_config(
    layout: Layout,
    cameras: dict[str, tuple[View, str]],
    *,
    store: str = "demo",
    device: str = "checkout-1",
    mqtt_url: str = "mqtt://127.0.0.1:1883",
    fps: float = 8.0,
) -> dict[str, Any]:
    """Build the config of an agent that watches a simulated shop.

    Args:
        layout: the shop.
        cameras: camera id → (view, source).
        store: id of the store.
        device: id of the agent.
        mqtt_url: the broker.
        fps: pictures analysed a second.

    Returns:
        What ``yaml.safe_dump`` writes as a device config.
    """
    return {
        "store": store,
        "device": device,
        "mqtt": {"url": mqtt_url},
        "cameras": [
            {"id": name, "source": source, "fps": fps, "zones": zones(layout, view)}
            for name, (view, source) in cameras.items()
        ],
    }


def _zone(view: View, name: str, kind: str, floor: Polygon, **more: str) -> Zone | None:
    polygon = view.on_picture(floor)
    if len(polygon) < 3:
        return None
    return {"id": name, "kind": kind, **more, "polygon": [list(point) for point in polygon]}


def _inside(view: View, point: Point) -> list[float] | None:
    """Point of the floor as fractions of the frame, None outside of it."""
    pixels, depth = view.project(np.array([(*point, 0.0)]))
    x, y = pixels[0] / (view.width, view.height)
    if depth[0] <= 0.0 or not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
        return None
    return [round(float(x), 4), round(float(y), 4)]
