"""A store of two lanes and one shelf, told what happens by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from configs.loading import loads
from gateway.config import GatewayConfig
from gateway.state.heard import Heard
from messages.envelope import Envelope
from messages.fields import Payload
from tests.unit.gateway.world import Api, World

GTIN = "06901234001006"
CONFIG = f"""
store: demo
lanes:
  - {{id: "1", position: 1}}
  - {{id: "2", position: 2}}
shelves:
  - {{id: S1, name: {{zh: 麦片, en: Cereals}}}}
products:
  - {{gtin: "{GTIN}", name: {{zh: 燕麦, en: Oats}}}}
rules:
  open_lane: {{waiting: 4, clear_waiting: 2, for_s: 3, clear_for_s: 5}}
  restock: {{for_s: 2, clear_for_s: 2}}
"""


@pytest.fixture
def config(tmp_path: Path) -> GatewayConfig:
    """The store's settings, with a database of its own."""
    settings = loads(CONFIG, GatewayConfig)
    return settings.model_copy(update={"database": tmp_path / "gateway.sqlite"})


@pytest.fixture
def hear() -> Callable[..., Heard]:
    """Make a sound message: ``hear(payload, at_s, device=..., seq=...)``."""

    def make(
        payload: Payload,
        at_s: float,
        *,
        device: str = "d1",
        boot: str = "b1",
        seq: int | None = None,
        received_s: float | None = None,
        retained: bool = False,
    ) -> Heard:
        data = payload.model_dump(mode="json", exclude_none=True)
        envelope = Envelope(
            id=f"{device}-{boot}-{seq}",
            type=payload.type,
            source=device,
            time=datetime.fromtimestamp(at_s, UTC),
            boot=boot,
            seq=seq,
            data=data,
        )
        received_s = at_s if received_s is None else received_s
        return Heard(device, envelope, payload, received_s, retained)

    return make


@pytest.fixture
def world(config: GatewayConfig) -> Iterator[World]:
    rules = config.rules.model_copy(
        update={"restock": config.rules.restock.model_copy(update={"for_s": 0.0})}  # type: ignore[union-attr]  # on by default
    )
    made = World(config.model_copy(update={"rules": rules}))
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world.app)
