"""Who is in the shop and where people stand, on the overview in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.pages import Device, Gateway, open_page, wait_for

pytestmark = [pytest.mark.mosquitto, pytest.mark.chromium]


@pytest.mark.parametrize(
    ("lang", "door", "words", "unknown"),
    [
        ("zh", "正门", ["2 人", "3 今日进店 · 1 今日离店"], "暂无数据"),
        ("en", "Front door", ["2 people", "3 came in today · 1 left today"], "No data"),
    ],
)
def test_the_overview_tells_who_is_inside_until_a_door_is_blind(
    gateway: Gateway, device: Device, browser: Browser, lang: str, door: str, words: list[str],
    unknown: str,
) -> None:  # fmt: skip
    page = open_page(browser, f"{gateway.url}/overview?lang={lang}")
    shop = page.locator("#footfall .shop")
    expect(shop).to_contain_text(unknown)
    device.line(0)
    for seq, direction in enumerate(("in", "in", "out", "in"), 1):
        device.cross(direction, seq)  # type: ignore[arg-type]
        device.cross(direction, seq)  # type: ignore[arg-type]  # once more: it counts once
    for text in words:
        expect(shop).to_contain_text(text, timeout=30_000)
    wait_for(page, "#footfall .card:nth-child(2) .title", door)
    gateway.kill()
    gateway.start()
    expect(shop).to_contain_text(words[1], timeout=30_000)
    device.line(None)
    expect(shop).to_contain_text(unknown, timeout=30_000)
    expect(shop).not_to_contain_text(words[1])
    page.close()
