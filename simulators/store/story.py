"""What happens in the demo's shop, told to the simulated hardware over its control address."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from messages.payloads import AlertData
from simulators.store.control import Control
from simulators.store.observer import Observer

ROUND_S = 75.0
PICKED = 8


class Story(threading.Thread):
    """Fills a lane, empties a shelf, lets staff react; then again.

    Args:
        control: the shop.
        observer: hears the alerts that staff react to.
        has_lanes: False where a real video takes the place of the drawn lanes.
    """

    def __init__(self, control: Control, observer: Observer, *, has_lanes: bool = True) -> None:
        super().__init__(name="story", daemon=True)
        self._control = control
        self._observer = observer
        self._has_lanes = has_lanes
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """End the story."""
        self._stop_asked.set()
        self.join(10.0)

    def run(self) -> None:
        """Tell it round after round."""
        while not self._stop_asked.is_set():
            for wait_s, action in self._round():
                if self._stop_asked.wait(wait_s):
                    return
                action()

    def _round(self) -> Iterator[tuple[float, Callable[[], Any]]]:
        post, taken = self._control.post, list[str]()
        if self._has_lanes:
            yield 1.0, lambda: post("/lanes/2/close", at_once=True)
            yield 0.0, lambda: post("/lanes/1/clear")
            yield 0.0, lambda: post("/people", lane="1", count=5)
        # The shelf's first inventory has to be in before something can be missed.
        yield 6.0, lambda: self._observer.wait_for(lambda: self._known("S1"), 30.0)
        yield 0.0, lambda: taken.extend(post("/shelves/S1/pick", count=PICKED)["picked"])
        yield 0.0, lambda: self._await_alert("restock")
        if self._has_lanes:
            yield 0.0, lambda: self._await_alert("open_lane")
            yield 4.0, lambda: post("/lanes/2/open", at_once=True)
            yield 6.0, lambda: post("/lanes/1/clear")
        yield 4.0, lambda: [post(f"/items/{epc}/put") for epc in taken]
        yield ROUND_S / 2, lambda: None

    def _await_alert(self, rule: str) -> None:
        """Give the system time to notice; go on without when it does not."""
        self._observer.wait_for(lambda: any(a.rule == rule for a in self._open()), 25.0)

    def _open(self) -> list[AlertData]:
        return self._observer.open_alerts()

    def _known(self, shelf: str) -> bool:
        stock = self._observer.shelves.get(shelf)
        return stock is not None and all(i.count is not None for i in stock.items.values())
