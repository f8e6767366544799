"""The gateway killed with SIGKILL at any moment: nothing that it acknowledged is lost."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import paho.mqtt.client as mqtt
import pytest

from configs.settings import MqttSettings
from edge_agent.clock import Clock
from edge_agent.publish.link import Link
from edge_agent.publish.outbox import Outbox
from messages.envelope import Envelope, decode
from messages.events import LineCrossing, Picked
from messages.payloads import AckData, StatusData, StockData, StockItem
from messages.places import FootfallData, LineData
from messages.topics import Topics
from tests.conftest import wait_for_line, wait_until

pytestmark = pytest.mark.mosquitto

GTIN = "06901234001006"
TOPICS = Topics("demo")
Start = Callable[..., "subprocess.Popen[str]"]


class Gateway:
    """A gateway as its own process, started and killed as often as wanted."""

    def __init__(self, start: Start, folder: Path, broker_url: str) -> None:
        self._start = start
        self.database = folder / "gateway.sqlite"
        self._config = folder / "gateway.yaml"
        self._config.write_text(
            f"store: demo\nmqtt: {{url: '{broker_url}'}}\nhttp: {{port: 0}}\n"
            "rules: {restock: {for_s: 0, clear_for_s: 0}}\n"
        )
        self.start()

    def start(self) -> None:
        """Start it and wait until it serves."""
        self.process = self._start("gateway", "run", "--config", str(self._config))
        self.url = wait_for_line(self.process, "pages: ").split()[1].removesuffix("/overview")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask its API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def rows(self, sql: str) -> list[Any]:
        """Read its database."""
        db = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()


class Listener:
    """Hears everything below the store's topics and lets a test wait for what it wants."""

    def __init__(self, port: int) -> None:
        self._changed = threading.Condition()
        self.retained: dict[str, bytes] = {}
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._message
        self._client.on_connect = lambda c, *_: c.subscribe(f"{TOPICS.base}/#", 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            if message.payload:
                self.retained[message.topic] = bytes(message.payload)
            else:
                self.retained.pop(message.topic, None)
            self._changed.notify_all()

    def until(self, holds: Callable[[dict[str, bytes]], bool], timeout_s: float = 30.0) -> None:
        """Wait until the topics are as wanted."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.retained), timeout_s), self.retained

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def gateway(start: Start, tmp_path: Path, broker: Any) -> Gateway:
    return Gateway(start, tmp_path, broker.url)


@pytest.fixture
def listener(broker: Any) -> Iterator[Listener]:
    made = Listener(broker.port)
    yield made
    made.close()


@pytest.fixture
def device(tmp_path: Path, broker: Any) -> Iterator[tuple[Outbox, Link]]:
    """The publishing half of a real device, with its outbox."""
    outbox = Outbox(tmp_path / "outbox.sqlite", device="d1", boot="b1")
    link = Link(
        MqttSettings(url=broker.url),
        TOPICS,
        "d1",
        outbox,
        boot="b1",
        clock=Clock(),
        resend_s=0.5,
    ).start()
    yield outbox, link
    link.stop(StatusData(state="stopped"))
    outbox.close()


def upto(topics: dict[str, bytes]) -> int:
    payload = topics.get(TOPICS.ack("d1"))
    return AckData.model_validate(decode(payload).data).upto_seq if payload else 0


@pytest.mark.slow
def test_no_acknowledged_event_is_lost_and_none_enters_twice(
    gateway: Gateway, device: tuple[Outbox, Link], listener: Listener
) -> None:
    outbox, link = device
    rng = random.Random(5)
    total = 0
    for _ in range(4):
        for _ in range(10):
            outbox.append(
                [Picked(epc="3034AABB", shelf="S1", confidence=0.9) for _ in range(50)],
                datetime.now(UTC),
            )
            total += 50
            link.events_waiting()
        acknowledged = total - 500 + rng.randint(1, 400)
        listener.until(lambda topics, n=acknowledged: upto(topics) >= n)
        gateway.kill()
        heard = upto(listener.retained)
        seqs = [seq for (seq,) in gateway.rows("SELECT seq FROM event ORDER BY seq")]
        assert seqs[:heard] == list(range(1, heard + 1))
        gateway.start()
    listener.until(lambda topics: upto(topics) == total)
    assert [s for (s,) in gateway.rows("SELECT seq FROM event ORDER BY seq")] == list(
        range(1, total + 1)
    )


def test_people_in_the_shop_are_exact_though_the_gateway_is_killed_while_they_come(
    gateway: Gateway, device: tuple[Outbox, Link], listener: Listener
) -> None:
    outbox, link = device
    rng = random.Random(7)
    entered = left = 0

    def shop() -> tuple[int, int, int] | None:
        """What the gateway says while the device repeats that its line is seen."""
        line = LineData(line="door", entered=entered, left=left, confidence=1.0)
        link.publish_state(TOPICS.line("d1", "door"), line, time.time())
        payload = listener.retained.get(TOPICS.footfall)
        said = FootfallData.model_validate(decode(payload).data) if payload else None
        if said is None or said.inside is None:
            return None
        return said.entered or 0, said.left or 0, said.inside

    for _ in range(3):
        for _ in range(10):
            ways: list[Literal["in", "out"]] = rng.choices(["in", "out"], [3, 2], k=20)
            entered, left = entered + ways.count("in"), left + ways.count("out")
            crossings = [LineCrossing(line="door", direction=way, person=1) for way in ways]
            outbox.append(crossings, datetime.now(UTC))
            link.events_waiting()
        acknowledged = entered + left - rng.randint(50, 199)
        listener.until(lambda topics, n=acknowledged: upto(topics) >= n)
        gateway.kill()
        gateway.start()
    wait_until(lambda: shop() == (entered, left, entered - left))


def publish_stock(link: Link, count: int) -> None:
    item = StockItem(count=count, capacity=10, min=3, confidence=0.9)
    data = StockData(shelf="S1", items={GTIN: item}, confidence=0.9)
    link.publish_state(TOPICS.stock("d1", "S1"), data, time.time())


def alerts(topics: dict[str, bytes]) -> dict[str, str]:
    found = {}
    for topic, payload in topics.items():
        if "/alert/" in topic:
            data = decode(payload).data
            found[data["rule"]] = data["state"]
    return found


def test_alerts_survive_a_kill_exactly_and_are_tidied_after_it(
    gateway: Gateway, device: tuple[Outbox, Link], listener: Listener
) -> None:
    _, link = device
    publish_stock(link, 2)
    listener.until(lambda topics: alerts(topics).get("restock") == "raised")
    (alert,) = [a for a in gateway.ask("/api/v1/alerts") if a["rule"] == "restock"]
    gateway.ask(f"/api/v1/alerts/{alert['alert']}/start", {"who": "Li Na"})
    before = gateway.rows("SELECT * FROM alert")
    history = gateway.rows("SELECT * FROM alert_history")
    gateway.kill()
    gateway.start()
    assert gateway.rows("SELECT * FROM alert")[: len(before)] == before
    assert gateway.rows("SELECT * FROM alert_history")[: len(history)] == history
    publish_stock(link, 9)
    listener.until(lambda topics: "restock" not in alerts(topics))
    assert gateway.rows("SELECT state, owner FROM alert WHERE rule = 'restock'") == [
        ("resolved", "Li Na")
    ]
    steps = [step["what"] for step in gateway.ask(f"/api/v1/alerts/{alert['alert']}/history")]
    assert steps == ["raised", "in_progress", "resolved"]


def test_an_alert_that_the_broker_kept_too_long_is_removed(
    gateway: Gateway, device: tuple[Outbox, Link], listener: Listener
) -> None:
    _, link = device
    publish_stock(link, 2)
    listener.until(lambda topics: alerts(topics).get("restock") == "raised")
    gateway.kill()
    # Closed on disk, but killed before the broker heard of it.
    db = sqlite3.connect(gateway.database)
    db.execute("UPDATE alert SET state = 'resolved'")
    db.commit()
    db.close()
    publish_stock(link, 9)
    gateway.start()
    listener.until(lambda topics: "restock" not in alerts(topics))


def test_history_only_grows(
    gateway: Gateway, device: tuple[Outbox, Link], listener: Listener
) -> None:
    publish_stock(device[1], 2)
    listener.until(lambda topics: alerts(topics).get("restock") == "raised")
    gateway.kill()
    db = sqlite3.connect(gateway.database)
    for sql in ("DELETE FROM alert_history", "UPDATE alert_history SET what = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            db.execute(sql)
    db.close()


def test_the_last_will_of_a_device_raises_its_own_alert(
    gateway: Gateway, broker: Any, listener: Listener
) -> None:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="d9")
    envelope = Envelope(
        id="w", type="status", source="d9", time=datetime.now(UTC), boot="b", data={"state": "lost"}
    )
    client.will_set(TOPICS.status("d9"), envelope.encode(), qos=1, retain=True)
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    assert connected.wait(10)
    socket = client.socket()
    assert socket is not None
    socket.shutdown(2)  # the cable is pulled: no DISCONNECT
    listener.until(lambda topics: alerts(topics).get("device") == "raised")
    client.disconnect()
    client.loop_stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(gateway: Gateway, number: int) -> None:
    with urllib.request.urlopen(gateway.url + "/api/v1/stream/store", timeout=10) as live:
        assert live.readline()
        gateway.process.send_signal(number)
        assert gateway.process.wait(10) == 0
