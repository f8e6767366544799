"""Draw the screenshots of docs/screens again, from a running store in a real browser.

Run by ``make docs``. Also writes the schemas of the message contract.
"""

from __future__ import annotations

import shutil
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from messages import schema
from simulators.store.hardware import HardwareOptions
from simulators.store.running import RunningStore, free_ports

SCREENS = Path(__file__).parent / "screens"
PATIENCE_S = 60.0


def main() -> None:
    """Write every generated file of the documentation."""
    schema.main()
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        with RunningStore(Path(folder), free_ports(), HardwareOptions()) as store:
            _busy(store)
            _shoot(browser, store.addresses["lane 1"], "lane", 1280, 720)
            _shoot(browser, store.addresses["lane 2"], "lane-closed", 1280, 720)
            for language in ("zh", "en"):
                for page in ("overview", "alerts"):
                    url = f"{store.addresses[page]}?lang={language}"
                    _shoot(browser, url, f"{page}-{language}", 1280, 800)
            picture = store.addresses["camera"].replace(".mjpg", ".jpg")
            with urllib.request.urlopen(picture, timeout=10) as answer:  # noqa: S310 - loopback
                (SCREENS / "camera.jpg").write_bytes(answer.read())
        browser.close()


def _busy(store: RunningStore) -> None:
    """Bring the store into a state worth a picture: a long queue and a low shelf."""
    observer = store.observer
    observer.wait_for(
        lambda: (
            "S2" in observer.shelves
            and all(item.count for item in observer.shelves["S2"].items.values())
        ),
        PATIENCE_S,
    )
    store.control.post("/people", lane="1", count=6)
    store.control.post("/shelves/S2/pick", count=8)
    for rule in ("open_lane", "restock"):
        observer.wait_for(
            lambda r=rule: any(a.rule == r for a in observer.open_alerts()), PATIENCE_S
        )


def _shoot(browser: Browser, url: str, name: str, width: int, height: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(url, wait_until="load")
    page.wait_for_timeout(2000)  # for the first live values; nothing depends on it
    page.screenshot(path=SCREENS / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
