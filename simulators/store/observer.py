"""Listens to everything that a store says over MQTT, as an auditor would."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from messages.envelope import MalformedMessageError, decode
from messages.payloads import AlertData, AlertState, QueueData, SignageData, StatusData, StockData
from messages.topics import Topics


class Observer:
    """The newest of everything, and how much of it there was.

    Attributes:
        lanes, shelves, alerts, screens, devices: newest payload by id.
        heard: messages by type.
        changed: how often each (alert, state) and each screen's content changed.
    """

    def __init__(self, host: str, port: int, topics: Topics) -> None:
        self.lanes: dict[str, QueueData] = {}
        self.shelves: dict[str, StockData] = {}
        self.alerts: dict[str, AlertData] = {}
        self.screens: dict[str, SignageData] = {}
        self.devices: dict[str, StatusData] = {}
        self.heard: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self._news = threading.Condition()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda c, *_: c.subscribe(f"{topics.base}/#", 1)
        self._client.on_message = self._received
        self._client.connect_async(host, port, keepalive=15)
        self._client.reconnect_delay_set(1, 1)
        self._client.loop_start()

    def wait_for(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until something heard makes the condition true; give whether it is."""
        with self._news:
            return self._news.wait_for(condition, timeout_s)

    def close(self) -> None:
        """Stop listening."""
        self._client.disconnect()
        self._client.loop_stop()

    def open_alerts(self) -> list[AlertData]:
        """Give the alerts that still stand, newest first."""
        ended = {AlertState.RESOLVED, AlertState.EXPIRED}
        standing = [a for a in self.alerts.values() if a.state not in ended]
        return sorted(standing, key=lambda a: a.raised, reverse=True)

    def counter(self, name: str) -> int:
        """Sum a counter over all devices."""
        return sum(status.counters.get(name, 0) for status in self.devices.values())

    def _received(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if not message.payload:
            return  # a retained topic was cleared
        try:
            envelope = decode(bytes(message.payload))
            with self._news:
                self._take(envelope.type, envelope.source, envelope.data)
                self._news.notify_all()
        except (MalformedMessageError, ValueError):
            self.heard["malformed"] += 1

    def _take(self, kind: str, source: str, data: dict[str, Any]) -> None:
        self.heard[kind] += 1
        if kind == "queue":
            queue = QueueData.model_validate(data)
            self.lanes[queue.lane] = queue
        elif kind == "stock":
            stock = StockData.model_validate(data)
            self.shelves[stock.shelf] = stock
        elif kind == "status":
            self.devices[source] = StatusData.model_validate(data)
        elif kind == "alert":
            alert = AlertData.model_validate(data)
            before = self.alerts.get(alert.alert)
            if before is None or before.state is not alert.state:
                self.changed[f"alert {alert.state.value}"] += 1
            self.alerts[alert.alert] = alert
        elif kind == "signage":
            shown = SignageData.model_validate(data)
            lane = self.screens.get(shown.lane)
            if lane is None or lane.rev != shown.rev:
                self.changed["screen"] += 1
            self.screens[shown.lane] = shown
