"""Configs of the simulated store are sound, and every zone in them has a name for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.config import DwellZone, LineZone
from edge_agent.config import load as load_device
from gateway.config import load as load_gateway
from simulators.camera.views import VIEWS
from simulators.scene.layout import shop
from simulators.store import configs

PORTS = configs.Ports(broker=1883, gateway=8080, camera=8090, reader=5084)
LAYOUT = shop()
GTINS = dict.fromkeys((shelf.shelf for shelf in LAYOUT.shelves), "06901234001006")


@pytest.mark.parametrize("view", ["corner", "side", "high", "video"])
def test_staff_can_read_every_zone_and_line_of_the_device(view: str, tmp_path: Path) -> None:
    if view == "video":
        checkout = configs.video_device(PORTS, tmp_path / "shop.mp4")
    else:
        checkout = configs.checkout_device(PORTS, LAYOUT, VIEWS[view](LAYOUT), "http://127.0.0.1/")
    device = load_device(configs.write(tmp_path, "device", checkout))
    store = configs.gateway(PORTS, LAYOUT, GTINS, checkout)
    store["products"] = store["products"][:1]  # one GTIN stands for all here
    gateway = load_gateway(configs.write(tmp_path, "gateway", store))
    seen = device.cameras[0].zones
    assert {zone.id for zone in gateway.zones} == {z.id for z in seen if isinstance(z, DwellZone)}
    assert {line.id for line in gateway.lines} == {z.id for z in seen if isinstance(z, LineZone)}
    assert all(one.name.zh != one.name.en for one in (*gateway.zones, *gateway.lines))
