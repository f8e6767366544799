"""Who is in the shop and where people stand, on the overview in a real browser."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.pages import Device, Gateway, open_page, wait_for

pytestmark = [pytest.mark.mosquitto, pytest.mark.chromium]


@pytest.mark.parametrize(
    ("lang", "door", "people", "counts", "unknown"),
    [
        ("zh", "正门", "{} 人", "今日进店 {} 人 · 今日离店 {} 人", "暂无数据"),
        ("en", "Front door", "{} people", "{} came in today · {} left today", "No data"),
    ],
)
def test_the_overview_tells_who_is_inside_until_a_door_is_blind(
    gateway: Gateway, device: Device, browser: Browser, lang: str, door: str, people: str,
    counts: str, unknown: str,
) -> None:  # fmt: skip
    page = open_page(browser, f"{gateway.url}/overview?lang={lang}")
    shop = page.locator("#footfall .shop")
    expect(shop).to_contain_text(unknown)
    device.line(0)
    # Events are not kept by the broker: the gateway has to be there.
    expect(shop).to_contain_text(counts.format(0, 0), timeout=30_000)
    crossings: list[Literal["in", "out"]] = ["in", "in", "out", "in"]
    for seq, direction in enumerate(crossings, 1):
        device.cross(direction, seq)
        device.cross(direction, seq)  # Once more: it counts once.
    expect(shop).to_contain_text(counts.format(3, 1), timeout=30_000)
    expect(shop).to_contain_text(people.format(2))
    wait_for(page, "#footfall .card:nth-child(2) .title", door)
    gateway.kill()
    gateway.start()
    expect(shop).to_contain_text(counts.format(3, 1), timeout=30_000)
    device.line(None)
    expect(shop).to_contain_text(unknown, timeout=30_000)
    expect(shop).not_to_contain_text(counts.format(3, 1))
    page.close()


@pytest.mark.parametrize(("lang", "words"), [("zh", "3 人·分钟"), ("en", "3 person-minutes")])
def test_the_overview_shows_where_people_stood_without_a_picture(
    gateway: Gateway, device: Device, browser: Browser, lang: str, words: str
) -> None:
    device.heat(0, 100, 80, 0)
    page = open_page(browser, f"{gateway.url}/overview?lang={lang}")
    card = page.locator("#heat .card")
    expect(card).to_contain_text(words, timeout=30_000)
    expect(card.locator("rect.cell")).to_have_count(2)
    expect(card.locator("svg text")).to_have_text("正门" if lang == "zh" else "Front door")
    assert page.locator("img").count() == 0
    page.close()
