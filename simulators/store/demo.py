"""The demo: a whole store that tells a story, shown live in the terminal."""

from __future__ import annotations

import signal
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from simulators.store.configs import Ports
from simulators.store.display import picture
from simulators.store.hardware import HardwareOptions
from simulators.store.running import PREFERRED, RunningStore, StartError, free_ports
from simulators.store.story import Story


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How to run the demo.

    Attributes:
        for_s: stop after so many seconds; 0 runs until Ctrl-C.
        video: a real video in place of the drawn lanes.
        seed: of the simulated shop.
        ports: where to listen; a port that is taken is replaced by a free one.
    """

    for_s: float = 0.0
    video: Path | None = None
    seed: int = 1
    ports: Ports = PREFERRED


def run(options: DemoOptions, console: Console) -> int:
    """Run the demo; give the exit status: 0 when every part spoke, else 1."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    hardware = HardwareOptions(scene="quiet", seed=options.seed)
    with tempfile.TemporaryDirectory(prefix="instore-demo-") as folder:
        try:
            with RunningStore(
                Path(folder), free_ports(options.ports), hardware, video=options.video, stop=stop
            ) as store:
                return _show(store, options, console, stop)
        except StartError as error:
            console.print(f"[red]{error}[/red]")
            return 1


def _show(
    store: RunningStore, options: DemoOptions, console: Console, stop: threading.Event
) -> int:
    for name, address in store.addresses.items():
        console.print(f"{name:10} {address}")
    story = Story(store.control, store.observer, has_lanes=options.video is None)
    story.start()
    start_s = time.monotonic()
    end_s = start_s + options.for_s if options.for_s else float("inf")
    with Live(console=console, auto_refresh=False) as live:
        while time.monotonic() < end_s and not store.processes.dead():
            if stop.wait(min(0.5, max(0.0, end_s - time.monotonic()))):
                break
            if console.is_terminal:
                elapsed_s = time.monotonic() - start_s
                live.update(picture(store.observer, store.addresses, elapsed_s), refresh=True)
    story.stop()
    return _summary(store, console, must_speak=options.for_s > 0)


def _summary(store: RunningStore, console: Console, *, must_speak: bool) -> int:
    observer = store.observer
    spoke = {
        "frames analysed": observer.counter("frames"),
        "people seen": observer.counter("people"),
        "tag reads": observer.counter("reads"),
        "messages in": sum(observer.heard.values()),
        "alerts raised": observer.changed["alert raised"],
        "alerts resolved": observer.changed["alert resolved"],
        "screen updates": observer.changed["screen"],
    }
    for name, count in spoke.items():
        console.print(f"{name:16} {count}")
    dead = store.processes.dead()
    for child in dead:
        console.print(f"[red]{child.name} ended:[/red]\n{child.last_lines()}")
    silent = [name for name, count in spoke.items() if not count] if must_speak else []
    if silent:
        console.print(f"[red]silent: {', '.join(silent)}[/red]")
        for child in store.processes.children:
            console.print(f"[dim]{child.name}:\n{child.last_lines(5)}[/dim]")
    return 1 if dead or silent else 0
