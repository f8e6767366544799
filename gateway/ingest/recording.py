"""Keeps what devices say, a JSON object a line."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gateway.clock import Clock, wall_clock
from gateway.config import GatewayConfig
from gateway.ingest.broker import make_client
from messages.topics import Topics


def record(
    config: GatewayConfig,
    write: Callable[[str], object],
    ended: threading.Event,
    clock: Clock = wall_clock,
) -> int:
    """Record until ``ended`` is set; give the number of messages.

    Args:
        config: the store.
        write: takes each line, in the network thread.
        ended: when to stop.
        clock: wall clock in seconds since 1970.
    """
    topics, count = Topics(config.store), 0
    client = make_client(config.mqtt, f"recorder-{config.store}")

    def message(_client: Any, _data: Any, heard: Any) -> None:
        nonlocal count
        count += 1
        moment = datetime.fromtimestamp(clock(), UTC).isoformat(timespec="milliseconds")
        write(_line(moment, heard.topic, bytes(heard.payload), retained=heard.retain) + "\n")

    client.on_message = message
    client.on_connect = lambda connected, *_: connected.subscribe(topics.from_devices, 1)
    client.connect_async(config.mqtt.host, config.mqtt.port, keepalive=15)
    client.loop_start()
    ended.wait()
    client.disconnect()
    client.loop_stop()
    return count


def _line(moment: str, topic: str, payload: bytes, *, retained: bool) -> str:
    text = payload.decode("utf-8", errors="replace")
    try:
        data = json.loads(text)
    except ValueError:
        data = text  # recorded as it came: a bad message is what a report is about
    line = {"tst": moment, "topic": topic, "retain": int(retained), "payload": data}
    return json.dumps(line, ensure_ascii=False)
