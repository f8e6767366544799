"""Configs of a simulated store, in the words that an installer would write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulators.camera.projection import View
from simulators.camera.zones import zones
from simulators.scene.layout import Layout

STORE = "demo"
DEVICES = ("checkout-1", "shelves-1")
CAPACITY = 10
MINIMUM = 3
GOODS = (
    ("早餐麦片", "Cereals", "燕麦片 500克", "Oats 500 g"),
    ("牛奶", "Milk", "纯牛奶 1升", "Milk 1 l"),
    ("茶叶", "Tea", "绿茶 100克", "Green tea 100 g"),
    ("饼干", "Biscuits", "黄油饼干 200克", "Butter biscuits 200 g"),
)
PLACES = {
    "cereals": ("早餐区", "Breakfast"),
    "coffee": ("茶点区", "Tea and biscuits"),
    "snacks": ("零食区", "Snacks"),
    "tea": ("茶叶区", "Tea"),
    "floor": ("整个画面", "Whole picture"),
    "entrance": ("正门", "Front door"),
}
"""Zone or line → what people call it."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts of a store listen, all on 127.0.0.1."""

    broker: int
    gateway: int
    camera: int
    reader: int

    @property
    def mqtt(self) -> str:
        """Address of the broker."""
        return f"mqtt://127.0.0.1:{self.broker}"


def checkout_device(ports: Ports, layout: Layout, view: View, source: str) -> dict[str, Any]:
    """Build the config of the agent that watches the lanes."""
    camera = {"id": "cam-1", "source": source, "fps": 8, "zones": zones(layout, view)}
    return {**_device("checkout-1", ports), "cameras": [camera]}


def video_device(ports: Ports, video: Path) -> dict[str, Any]:
    """Build the config of the agent that watches a real video, over and over.

    Nobody has drawn zones for it: the lower middle of the picture is taken as a lane.
    """
    queue = [[0.25, 0.45], [0.75, 0.45], [0.75, 0.98], [0.25, 0.98]]
    camera = {
        "id": "cam-1",
        "source": str(video.resolve()),
        "loop": True,
        "fps": 8,
        "zones": [
            {"id": "lane-1-queue", "kind": "queue", "lane": "1", "polygon": queue},
            {"id": "floor", "kind": "dwell", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
        ],
    }
    return {**_device("checkout-1", ports), "cameras": [camera]}


def shelf_device(ports: Ports, layout: Layout, gtins: dict[str, str]) -> dict[str, Any]:
    """Build the config of the agent that reads the shelves; ``gtins``: shelf → GTIN-14."""
    names = [shelf.shelf for shelf in layout.shelves]
    return {
        **_device("shelves-1", ports),
        "readers": [
            {
                "id": "reader-1",
                "source": f"llrp://127.0.0.1:{ports.reader}",
                "antennas": dict(enumerate(names, 1)),
            }
        ],
        "shelves": [
            {
                "id": name,
                "facings": [{"gtin": gtins[name], "capacity": CAPACITY, "min": MINIMUM}],
            }
            for name in names
        ],
    }


def gateway(
    ports: Ports, layout: Layout, gtins: dict[str, str], checkout: dict[str, Any]
) -> dict[str, Any]:
    """Build the config of the gateway; ``checkout`` is that of the agent with the camera."""
    shelves = [(shelf.shelf, *goods) for shelf, goods in zip(layout.shelves, GOODS, strict=False)]
    return {
        "store": STORE,
        "name": {"zh": "示范店", "en": "Demo store"},
        "mqtt": {"url": ports.mqtt},
        "http": {"port": ports.gateway},
        "lanes": [{"id": lane.lane, "position": lane.x} for lane in layout.lanes],
        "zones": _named(checkout, "dwell"),
        "lines": _named(checkout, "line"),
        "shelves": [
            {"id": shelf, "name": {"zh": zh, "en": en}, "walk": i}
            for i, (shelf, zh, en, _, _) in enumerate(shelves, 1)
        ],
        "products": [
            {"gtin": gtins[shelf], "name": {"zh": zh, "en": en}} for shelf, _, _, zh, en in shelves
        ],
        # Short times: a demo is watched for a minute, a shop for a day.
        "rules": {"open_lane": {"for_s": 3, "clear_for_s": 5}},
    }


def _named(device: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Name the zones of one kind that a device's cameras see."""
    ids = [z["id"] for camera in device["cameras"] for z in camera["zones"] if z["kind"] == kind]
    return [{"id": i, "name": dict(zip(("zh", "en"), PLACES[i], strict=True))} for i in ids]


def write(folder: Path, name: str, config: dict[str, Any]) -> Path:
    """Write a config as YAML; give its path."""
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def _device(name: str, ports: Ports) -> dict[str, Any]:
    # Each agent needs an outbox of its own in the shared folder.
    outbox = {"path": f"{name}.sqlite"}
    return {"store": STORE, "device": name, "mqtt": {"url": ports.mqtt}, "outbox": outbox}
