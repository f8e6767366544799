"""A stand-in for the gateway on a real mosquitto, and an outbox of its own."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.publish.outbox import Outbox
from messages.envelope import Envelope, decode
from messages.payloads import AckData
from messages.topics import Topics

TOPICS = Topics("s")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Gateway:
    """A stand-in that hears everything and acknowledges when told to."""

    def __init__(self, port: int) -> None:
        self.heard: queue.Queue[tuple[str, Envelope]] = queue.Queue()
        ready = queue.Queue[bool]()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="gateway")
        self._client.on_message = self._received
        self._client.on_connect = lambda c, *_: c.subscribe(TOPICS.from_devices, 1)
        self._client.on_subscribe = lambda *_: ready.put(True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        ready.get(timeout=10)

    def _received(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self.heard.put((message.topic, decode(bytes(message.payload))))

    def events(self, count: int) -> list[int]:
        """Wait for so many events; give their numbers."""
        found: list[int] = []
        while len(found) < count:
            topic, envelope = self.heard.get(timeout=20)
            if topic == TOPICS.event("d"):
                assert envelope.seq is not None
                found.append(envelope.seq)
        return found

    def state(self, topic: str) -> Envelope:
        """Wait for the next message of a topic."""
        while True:
            heard, envelope = self.heard.get(timeout=20)
            if heard == topic:
                return envelope

    def acknowledge(self, boot: str, upto_seq: int) -> None:
        ack = AckData(boot=boot, upto_seq=upto_seq)
        envelope = Envelope(
            id=f"a{upto_seq}",
            type=ack.type,
            source="gateway",
            time=NOON,
            boot="g",
            data=ack.model_dump(),
        )
        self._client.publish(TOPICS.ack("d"), envelope.encode(), 1, retain=True)

    def say(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, 1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def gateway(broker: Any) -> Iterator[Gateway]:
    running = Gateway(broker.port)
    yield running
    running.close()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.sqlite", device="d", boot="b1") as box:
        yield box
