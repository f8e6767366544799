"""A whole store from real processes, and a real browser to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from simulators.store.hardware import HardwareOptions
from simulators.store.ports import free_port
from simulators.store.running import RunningStore, free_ports
from tests.conftest import which
from tests.end_to_end.pages import Device, Gateway


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    """A store whose shop does only what it is told."""
    folder = tmp_path_factory.mktemp("store")
    with RunningStore(folder, free_ports(), HardwareOptions(scene="quiet")) as running:
        yield running
        for child in running.processes.children:
            print(f"--- {child.name}\n{child.last_lines(30)}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a screen.

    Closed after each module: while it is open, its event loop runs in this thread and tests of
    other modules could run none of their own.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page of a lane screen's size."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


@pytest.fixture
def device(broker: Any) -> Iterator[Device]:
    """A device that says what it is told to."""
    made = Device(broker.port)
    yield made
    made.close()


@pytest.fixture
def gateway(start: Callable[..., Any], tmp_path: Path, broker: Any) -> Gateway:
    """A gateway at a fixed port, so that a page finds it again."""
    return Gateway(start, tmp_path, broker.url, free_port())
