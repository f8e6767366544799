"""A device that speaks by hand, a gateway at a fixed port, and pages in a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import paho.mqtt.client as mqtt
from playwright.sync_api import Browser, Page, expect

from messages.envelope import Envelope, decode
from messages.events import LineCrossing
from messages.fields import LaneState, Payload
from messages.payloads import CommandResult, QueueData, StatusData, StockData, StockItem, ZoneData
from messages.places import HeatData, LineData
from messages.topics import Topics
from tests.conftest import wait_for_line

GTIN = "06901234001006"
TOPICS = Topics("demo")
CONFIG = """
store: demo
name: {{zh: 示范店, en: Demo store}}
mqtt: {{url: "{url}"}}
http: {{port: {port}}}
stale_after_s: 4
lanes:
  - {{id: "1", position: 1}}
  - {{id: "2", position: 2}}
shelves:
  - {{id: S1, name: {{zh: 麦片, en: Cereals}}}}
products:
  - {{gtin: "{gtin}", name: {{zh: 燕麦, en: Oats}}}}
lines:
  - {{id: door, name: {{zh: 正门, en: Front door}}}}
rules:
  health: null
  restock: {{for_s: 0, clear_for_s: 0}}
"""


class Device:
    """Repeats its states twice a second, as real ones do."""

    def __init__(self, port: int) -> None:
        self.states: dict[str, Payload] = {TOPICS.status("d1"): StatusData(state="online")}
        self._stop = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.answers = True
        self._client.on_message = self._order
        self._client.on_connect = lambda c, *_: c.subscribe(TOPICS.commands_for("d1"), 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._repeat)
        self._thread.start()

    def lane(self, lane: str, waiting: int, wait_s: float, state: str = "open") -> None:
        data = QueueData(
            lane=lane, waiting=waiting, served=1, wait_s=wait_s, wait_p90_s=wait_s + 60,
            open=LaneState(state), confidence=0.9,
        )  # fmt: skip
        self.states = self.states | {TOPICS.queue("d1", lane): data}

    def line(self, entered: int | None) -> None:
        data = LineData(line="door", entered=entered, left=entered, camera="cam-1")
        self.states = self.states | {TOPICS.line("d1", "door"): data}

    def heat(self, *seconds: int) -> None:
        places = {"door": ((0.1, 0.9), (0.9, 0.9)), "q": ((0, 0), (1, 0), (1, 1))}
        data = HeatData(
            camera="cam-1", columns=2, rows=len(seconds) // 2, seconds=seconds, places=places,
            since=datetime.now(UTC),
        )  # fmt: skip
        self.states = self.states | {TOPICS.heat("d1", "cam-1"): data}

    def cross(self, direction: Literal["in", "out"], seq: int) -> None:
        data = LineCrossing(line="door", direction=direction, person=seq)
        self._client.publish(TOPICS.event("d1"), self._message(data, seq), qos=1)

    def zone(self) -> None:
        data = ZoneData(
            zone="tea", occupancy=2, visits=12, passers=30, dwell_p50_s=14.2, attention=0.57,
            confidence=0.9,
        )  # fmt: skip
        self.states = self.states | {TOPICS.zone("d1", "tea"): data}

    def stock(self, count: int) -> None:
        item = StockItem(count=count, capacity=10, min=3, confidence=0.9)
        data = StockData(shelf="S1", items={GTIN: item}, confidence=0.9)
        self.states = self.states | {TOPICS.stock("d1", "S1"): data}

    def _order(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        """Follow an order on a lane as an agent does, or be deaf to it."""
        if not self.answers:
            return
        order = decode(bytes(message.payload))
        state = order.data["args"].get("state") or "open"
        self.lane(order.data["args"]["lane"], 0, 0, state)
        answer = self._message(CommandResult(command_id=order.id, ok=True))
        self._client.publish(TOPICS.command_result("d1"), answer, qos=1)

    def _message(self, data: Payload, seq: int | None = None) -> bytes:
        return Envelope(
            id=f"d1-{time.monotonic_ns()}",
            type=data.type,
            source="d1",
            time=datetime.now(UTC),
            boot="b",
            seq=seq,
            data=data.model_dump(mode="json", exclude_none=True),
        ).encode()

    def _repeat(self) -> None:
        while True:
            for topic, data in self.states.items():
                self._client.publish(topic, self._message(data), qos=1, retain=True)
            if self._stop.wait(0.5):
                return

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()


class Gateway:
    """A gateway at a fixed port, so that a page finds it again."""

    def __init__(self, start: Callable[..., Any], folder: Path, url: str, port: int) -> None:
        self._start = start
        self.url = f"http://127.0.0.1:{port}"
        self._config = folder / "gateway.yaml"
        self._config.write_text(CONFIG.format(url=url, port=port, gtin=GTIN))
        self.start()

    def start(self) -> None:
        self.process = self._start("gateway", "run", "--config", str(self._config))
        wait_for_line(self.process, "pages: ")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def open_page(browser: Browser, url: str, **more: Any) -> Page:
    page = browser.new_page(**more)
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    assert errors == []
    return page


def wait_for(page: Page, selector: str, text: str) -> None:
    expect(page.locator(selector)).to_have_text(text, timeout=30_000)
