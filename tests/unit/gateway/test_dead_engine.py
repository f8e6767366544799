"""A gateway whose engine died ends, so that it is started again, instead of showing old pages."""

from __future__ import annotations

import pytest

from configs.settings import MqttSettings
from gateway.config import GatewayConfig, HttpSettings
from gateway.engine import Engine
from gateway.main import EngineFailedError, run


def test_a_dead_engine_ends_the_gateway(
    config: GatewayConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(Engine, "round", fail)
    settings = config.model_copy(
        update={"http": HttpSettings(port=0), "mqtt": MqttSettings(url="mqtt://127.0.0.1:1")}
    )
    with pytest.raises(EngineFailedError):
        run(settings)
