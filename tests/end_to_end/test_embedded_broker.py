"""Where mosquitto is not installed, the demo brings a broker of its own."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.publish as publish
import pytest

from messages.envelope import Envelope
from messages.payloads import StatusData
from messages.topics import Topics
from simulators.store.broker import start_broker
from simulators.store.observer import Observer
from simulators.store.ports import free_port
from simulators.store.processes import Processes
from tests.conftest import listens, wait_until

TOPICS = Topics("demo")


def test_the_embedded_broker_keeps_and_delivers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    port = free_port()
    processes = Processes(tmp_path)
    try:
        child, what = start_broker(processes, tmp_path, port)
        assert "embedded" in what
        wait_until(lambda: listens(port) or child.process.poll() is not None)
        assert child.process.poll() is None, child.last_lines()
        status = Envelope(
            id="1",
            type="status",
            source="d",
            time=datetime(2026, 1, 31, tzinfo=UTC),
            boot="b",
            data=StatusData(state="online").model_dump(mode="json"),
        )
        publish.single(
            TOPICS.status("d"), status.encode(), 1, retain=True, hostname="127.0.0.1", port=port
        )
        observer = Observer("127.0.0.1", port, TOPICS)
        assert observer.wait_for(lambda: "d" in observer.devices, 20.0)
        observer.close()
    finally:
        processes.close()
    assert child.process.poll() is not None
