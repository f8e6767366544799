"""The pages in a real browser: live, in both languages, and back by themselves after an outage."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.pages import Device, Gateway, open_page, wait_for

pytestmark = [pytest.mark.mosquitto, pytest.mark.chromium]


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
