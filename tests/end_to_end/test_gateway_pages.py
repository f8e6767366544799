"""The pages in a real browser: live, in both languages, and back by themselves after an outage."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from messages.envelope import Envelope, decode
from messages.fields import LaneState, Payload
from messages.payloads import CommandResult, QueueData, StatusData, StockData, StockItem, ZoneData
from messages.topics import Topics

pytestmark = [pytest.mark.mosquitto, pytest.mark.chromium]

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

    def _message(self, data: Payload) -> bytes:
        return Envelope(
            id=f"d1-{time.monotonic_ns()}",
            type=data.type,
            source="d1",
            time=datetime.now(UTC),
            boot="b",
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


@pytest.fixture
def device(broker: Any) -> Iterator[Device]:
    made = Device(broker.port)
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield launched
        launched.close()


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
        assert any(line.startswith("pages: ") for line in self.process.stdout)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def gateway(start: Callable[..., Any], tmp_path: Path, broker: Any) -> Gateway:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Gateway(start, tmp_path, broker.url, port)


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


def test_a_lane_screen_lives_loses_and_finds_its_gateway(
    gateway: Gateway, device: Device, browser: Browser
) -> None:
    page = open_page(browser, f"{gateway.url}/lane/1")
    wait_for(page, "#state-zh", "暂无数据")
    wait_for(page, "#state-en", "No data")
    device.lane("1", 5, 250)
    device.lane("2", 1, 40)
    wait_for(page, "#waiting", "5")
    wait_for(page, "#wait", "4–6")
    wait_for(page, "#state-en", "Open")
    wait_for(page, "#better-zh", "2号收银台更快")
    assert page.locator("#better").get_attribute("data-arrow") == "right"
    device.lane("1", 0, 0, "closed")
    wait_for(page, "#better-en", "Please use Lane 2")
    gateway.kill()
    wait_for(page, "#state-zh", "暂无数据")
    expect(page.locator("#measures")).to_be_hidden()
    gateway.start()
    wait_for(page, "#state-en", "Closed")
    # The gateway lives and its device falls silent: the number must go too.
    device.states = {}
    wait_for(page, "#state-en", "No data")
    page.close()


def test_a_gateway_that_hangs_shows_no_data(
    gateway: Gateway, device: Device, browser: Browser
) -> None:
    device.lane("1", 2, 40)
    page = open_page(browser, f"{gateway.url}/lane/1")
    wait_for(page, "#waiting", "2")
    os.kill(gateway.process.pid, signal.SIGSTOP)
    wait_for(page, "#state-en", "No data")
    os.kill(gateway.process.pid, signal.SIGCONT)
    wait_for(page, "#waiting", "2")
    page.close()


def test_staff_see_and_take_alerts_and_tasks(
    gateway: Gateway, device: Device, browser: Browser
) -> None:
    device.stock(2)
    device.lane("1", 3, 100)
    overview = open_page(browser, f"{gateway.url}/overview?lang=en")
    wait_for(overview, "#lanes .lane.open .title", "Lane 1")
    wait_for(overview, "#shelves li.low .stock", "▼ 2 / 10")
    wait_for(overview, "#alert-count", "1")
    overview.close()
    page = open_page(browser, f"{gateway.url}/alerts", locale="zh-CN")
    wait_for(page, ".alert .text", "麦片：燕麦剩2/10件，请补货")
    page.fill("#who", "李娜")
    page.click("button.acknowledge")
    wait_for(page, ".alert .kind", "注意 · 已确认")
    page.close()
    tasks = open_page(browser, f"{gateway.url}/tasks?lang=en")
    wait_for(tasks, ".alert .text", "Oats × 8")
    tasks.click("button.finish")
    wait_for(tasks, ".alert .kind", "Running low · The shelf will confirm")
    device.stock(9)
    expect(tasks.locator("#no-tasks")).to_be_visible(timeout=30_000)
    tasks.close()


def test_a_manager_sets_a_lane_by_hand(gateway: Gateway, device: Device, browser: Browser) -> None:
    device.answers = False
    device.lane("1", 0, 0)
    page = open_page(browser, f"{gateway.url}/overview?lang=en")
    screen = open_page(browser, f"{gateway.url}/lane/1")
    wait_for(screen, "#state-en", "Open")
    page.fill("#who", "Li Na")
    lane = page.locator('.lane[data-id="1"]')
    lane.locator("summary").click()
    lane.locator("button.closed").click()
    wait_for(page, '.lane[data-id="1"] .word', "By hand: Closed · Li Na · not confirmed yet · d1")
    device.answers = True
    wait_for(page, '.lane[data-id="1"] .word', "By hand: Closed · Li Na")
    wait_for(page, '.lane[data-id="1"] .badge', "Closed")
    wait_for(screen, "#state-en", "Closed")
    gateway.kill()
    gateway.start()
    wait_for(page, '.lane[data-id="1"] .word', "By hand: Closed · Li Na")
    expect(lane.locator("button.closed")).to_have_attribute("aria-pressed", "true")
    lane.locator("summary").click()
    lane.locator("button.camera").click()
    wait_for(screen, "#state-en", "Open")
    expect(lane.locator(".word")).to_be_hidden()
    screen.close()
    page.goto(f"{gateway.url}/overview?lang=zh")
    unseen = page.locator('.lane[data-id="2"]')
    unseen.locator("summary").click()
    unseen.get_by_role("button", name="即将关闭").click()
    wait_for(
        page,
        '.lane[data-id="2"] .word',
        "手动设置：即将关闭 · Li Na · 尚未确认 · 没有设备看到此收银台",
    )
    page.close()


def test_a_shopper_complains_and_staff_have_a_case(gateway: Gateway, browser: Browser) -> None:
    kiosk = open_page(browser, f"{gateway.url}/rate?lane=1", viewport={"width": 800, "height": 600})
    kiosk.locator(".face.s2").click()
    kiosk.locator("#comment").fill("两个人都在聊天")
    kiosk.locator('.topic[data-topic="staff"]').click()
    expect(kiosk.locator("#thanks")).to_be_visible()
    # Ready for the next one, with nothing of this one left.
    expect(kiosk.locator("#ask")).to_be_visible(timeout=30_000)
    expect(kiosk.locator("#comment")).to_have_value("")
    kiosk.close()
    page = open_page(browser, f"{gateway.url}/alerts?lang=en")
    expect(page.locator(".alert .text")).to_contain_text("unhappy with the staff (Lane 1)")
    page.locator(".alert .resolve").click()
    wait_for(page, "#no-alerts", "✓ Nothing needs attention")
    page.close()


@pytest.mark.parametrize(("lang", "title"), [("zh", "运营报告"), ("en", "Store report")])
def test_reports_fit_a_phone(gateway: Gateway, browser: Browser, lang: str, title: str) -> None:
    refused: list[str] = []
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{gateway.url}/reports?lang={lang}")
    expect(page.locator("h1")).to_contain_text(title)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert page.locator(".tile").first.evaluate("e => getComputedStyle(e).borderRadius") != "0px"
    assert refused == []
    page.close()


@pytest.mark.parametrize(
    ("lang", "words", "unknown"),
    [
        ("zh", ["2 人", "12 停留 · 30 路过", "停留时间中位数 14 s · 面向货品 57 %"], "暂无数据"),
        (
            "en",
            ["2 people", "12 stopped · 30 passed by", "median stay 14 s · facing the goods 57 %"],
            "No data",
        ),
    ],
)
def test_the_overview_tells_who_stopped_and_who_passed_until_the_zone_is_unknown(
    gateway: Gateway, device: Device, browser: Browser, lang: str, words: list[str], unknown: str
) -> None:
    device.zone()
    page = open_page(browser, f"{gateway.url}/overview?lang={lang}")
    card = page.locator("#zones .card")
    for text in words:
        expect(card).to_contain_text(text)
    device.states = {}
    expect(card).to_contain_text(unknown, timeout=30_000)
    expect(card).not_to_contain_text(words[1])
    page.close()
