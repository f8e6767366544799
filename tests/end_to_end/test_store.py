"""A shop works: people queue, the screen changes, an item leaves a shelf, a manager is told."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from messages.fields import LaneState
from messages.payloads import AlertState
from simulators.store.hardware import HardwareOptions
from simulators.store.observer import Observer
from simulators.store.running import RunningStore, free_ports

pytestmark = [pytest.mark.mosquitto, pytest.mark.slow]
SEEN_S = 60.0
"""Long enough for a machine under load; nothing here waits when it need not."""


def await_that(store: RunningStore, what: str, condition: Callable[[Observer], bool]) -> None:
    observer = store.observer
    assert observer.wait_for(lambda: condition(observer), SEEN_S), (
        f"{what} did not come; lanes {observer.lanes}, shelves {observer.shelves}, "
        f"alerts {observer.alerts}"
    )


def waiting(lane: str, people: int) -> Callable[[Observer], bool]:
    return lambda o: lane in o.lanes and o.lanes[lane].waiting == people


def alert(rule: str, state: AlertState) -> Callable[[Observer], bool]:
    return lambda o: any(a.rule == rule and a.state is state for a in o.alerts.values())


def stock(shelf: str, count: int | None) -> Callable[[Observer], bool]:
    return lambda o: (
        shelf in o.shelves and [i.count for i in o.shelves[shelf].items.values()] == [count]
    )


@pytest.mark.chromium
def test_a_drawn_queue_of_five_opens_a_lane_and_the_screen_shows_it(
    store: RunningStore, page: Page
) -> None:
    page.goto(store.addresses["lane 1"])
    await_that(store, "an empty lane", waiting("1", 0))
    expect(page.locator("#waiting")).to_have_text("0", timeout=10_000)
    store.control.post("/people", lane="1", count=5)
    # The first of the five steps forward to be served as soon as the till is free.
    await_that(store, "a queue", lambda o: (o.lanes["1"].waiting or 0) >= 4)
    expect(page.locator("#waiting")).to_have_text(re.compile("[45]"), timeout=3_000)
    expect(page.locator("#state-zh")).not_to_have_text("暂无数据")
    await_that(store, "an alert", alert("open_lane", AlertState.RAISED))
    told = next(a for a in store.observer.alerts.values() if a.rule == "open_lane")
    assert re.search("[一-鿿]", told.text.zh)
    assert "ane" in told.text.en
    store.control.post("/lanes/2/open", at_once=True)
    await_that(store, "an open lane", lambda o: o.lanes["2"].open is LaneState.OPEN)
    store.control.post("/lanes/1/clear")
    await_that(store, "the end of the alert", alert("open_lane", AlertState.RESOLVED))


def test_picked_items_raise_a_restock_alert_and_put_back_they_resolve_it(
    store: RunningStore,
) -> None:
    await_that(store, "the first inventory", stock("S2", 10))
    # Ten lie there and the minimum is three: seven and three more leave nothing.
    store.control.post("/shelves/S2/pick", count=6)
    await_that(store, "six picks", stock("S2", 4))
    assert not alert("restock", AlertState.RAISED)(store.observer)
    three = store.control.post("/shelves/S2/pick", count=3)["picked"]
    await_that(store, "three more", stock("S2", 1))
    await_that(store, "an alert", alert("restock", AlertState.RAISED))
    for epc in three:
        store.control.post(f"/items/{epc}/put")
    await_that(store, "the items back", stock("S2", 4))
    await_that(store, "the end of the alert", alert("restock", AlertState.RESOLVED))


def test_a_killed_gateway_misses_nothing_once_it_is_back(
    store: RunningStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await_that(store, "the first inventory", stock("S3", 10))
    store.processes.kill(store.processes.child("gateway"))
    picked = store.control.post("/shelves/S3/pick", count=4)["picked"]
    await_that(store, "four picks", stock("S3", 6))
    store.start_gateway()
    await_that(
        store,
        "an empty outbox",
        lambda o: o.devices["shelves-1"].outbox == 0 and o.devices["shelves-1"].state == "online",
    )
    assert committed(store, "picked") >= set(picked)


def test_a_killed_agent_is_lost_and_its_lanes_are_unknown_until_it_is_back(
    store: RunningStore,
) -> None:
    await_that(store, "a living agent", lambda o: o.devices["checkout-1"].state == "online")
    store.processes.kill(store.processes.child("checkout-1"))
    await_that(store, "the last will", lambda o: o.devices["checkout-1"].state == "lost")
    await_that(store, "an honest screen", lambda o: o.screens["1"].state is LaneState.UNKNOWN)
    store.start_agent("checkout-1")
    await_that(store, "the agent back", lambda o: o.devices["checkout-1"].state == "online")
    await_that(store, "the screen back", lambda o: o.screens["1"].state is not LaneState.UNKNOWN)


@pytest.mark.chromium
def test_overview_and_alerts_in_both_languages(store: RunningStore, page: Page) -> None:
    await_that(store, "a shelf", stock("S1", 10))
    page.goto(store.addresses["overview"] + "?lang=zh")
    expect(page.locator("main")).to_contain_text("燕麦片", timeout=10_000)
    expect(page.locator("#zones")).to_contain_text("早餐区", timeout=10_000)
    expect(page.locator("#heat .card")).to_be_visible(timeout=30_000)
    expect(page.locator("#heat")).to_contain_text("茶点区")
    page.goto(store.addresses["overview"] + "?lang=en")
    expect(page.locator("main")).to_contain_text("Oats", timeout=10_000)
    expect(page.locator("#zones")).to_contain_text("Breakfast", timeout=10_000)
    page.goto(store.addresses["alerts"] + "?lang=en")
    expect(page.locator("main")).to_be_visible()


@pytest.mark.vtest
def test_a_real_video_gives_people(vtest: Path, tmp_path: Path) -> None:
    with RunningStore(tmp_path, free_ports(), HardwareOptions(scene="quiet"), video=vtest) as store:
        await_that(store, "people", lambda o: o.counter("people") >= 5)
        await_that(
            store,
            "a camera that works",
            lambda o: o.devices["checkout-1"].cameras["cam-1"].state == "ok",
        )


def committed(store: RunningStore, kind: str) -> set[str]:
    """EPCs of the events of one kind in the gateway's database."""
    database = next(store.folder.glob("gateway*.sqlite"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT json_extract(data, '$.epc') FROM event WHERE type = ?", (kind,))
        return {epc for (epc,) in rows}
