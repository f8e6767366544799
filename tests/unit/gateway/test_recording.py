"""What is recorded over a real broker can be replayed."""

from __future__ import annotations

import threading
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from configs.settings import MqttSettings
from gateway.config import GatewayConfig
from gateway.ingest.recording import record
from gateway.replay import Recorded, read

pytestmark = pytest.mark.mosquitto


def test_good_and_bad_messages_are_kept_as_they_came(config: GatewayConfig, broker: Any) -> None:
    settings = config.model_copy(update={"mqtt": MqttSettings(url=broker.url)})
    device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    device.connect("127.0.0.1", broker.port)
    device.loop_start()
    for name, payload in (("1", b'{"a": "\xe5\xba\x97"}'), ("2", b"no json")):
        topic = f"instore/demo/dev/d1/queue/{name}"
        device.publish(topic, payload, qos=1, retain=True).wait_for_publish(10)
    lines: list[str] = []
    both, ended = threading.Event(), threading.Event()

    def write(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            both.set()

    recording = threading.Thread(target=record, args=(settings, write, ended, lambda: 100.0))
    recording.start()
    assert both.wait(20)
    ended.set()
    recording.join(10)
    device.disconnect()
    device.loop_stop()
    base = "instore/demo/dev/d1/queue/"
    assert sorted(read(lines), key=lambda one: one.topic) == [
        Recorded(100.0, f"{base}1", '{"a": "店"}'.encode(), True),
        Recorded(100.0, f"{base}2", b"no json", True),
    ]
