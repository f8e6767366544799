"""A whole store on one machine: broker, gateway, two agents, and the hardware simulated."""

from __future__ import annotations

import shutil
import signal
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from messages.topics import Topics
from simulators.camera.views import VIEWS
from simulators.store import configs
from simulators.store.broker import start_broker
from simulators.store.display import picture
from simulators.store.hardware import HardwareOptions, settings_of
from simulators.store.observer import Observer
from simulators.store.processes import Child, Processes
from simulators.store.story import Control, Story

START_S = 60.0
PREFERRED = configs.Ports(broker=1883, gateway=8080, camera=8090, reader=5084)


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
    ports: configs.Ports = PREFERRED


class DemoError(RuntimeError):
    """A part did not start."""


def run(options: DemoOptions, console: Console) -> int:
    """Run the demo; give the exit status: 0 when every part spoke, else 1."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    folder = Path(tempfile.mkdtemp(prefix="instore-demo-"))
    try:
        with Processes(folder) as processes:
            return _Demo(options, console, processes, folder, stop).run()
    except DemoError as error:
        console.print(f"[red]{error}[/red]")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Demo:
    def __init__(
        self,
        options: DemoOptions,
        console: Console,
        processes: Processes,
        folder: Path,
        stop: threading.Event,
    ) -> None:
        self._options = options
        self._console = console
        self._processes = processes
        self._folder = folder
        self._stop = stop
        self._ports = _free_ports(options.ports)
        self._hardware = HardwareOptions(
            scene="quiet",
            seed=options.seed,
            camera_port=self._ports.camera,
            reader_port=self._ports.reader,
        )

    def run(self) -> int:
        broker = self._start_parts()
        url = f"http://127.0.0.1:{self._ports.gateway}"
        addresses = {
            "lane 1": f"{url}/lane/1",
            "lane 2": f"{url}/lane/2",
            "overview": f"{url}/overview",
            "alerts": f"{url}/alerts",
            "camera": f"http://127.0.0.1:{self._ports.camera}/lanes.mjpg",
            "broker": f"{self._ports.mqtt} ({broker})",
        }
        observer = Observer("127.0.0.1", self._ports.broker, Topics(configs.STORE))
        control = Control(f"http://127.0.0.1:{self._ports.camera}")
        story = Story(control, observer, has_lanes=self._options.video is None)
        with closing(observer):
            for name, address in addresses.items():
                self._console.print(f"{name:10} {address}")
            story.start()
            self._watch(observer, addresses)
            story.stop()
            return self._summary(observer)

    def _start_parts(self) -> str:
        scene = settings_of(self._hardware.scene)
        view = VIEWS[self._hardware.view](scene.layout)
        ports, folder, processes = self._ports, self._folder, self._processes
        gtins = _gtins(self._hardware)
        broker, what = start_broker(processes, folder, ports.broker)
        self._await(broker, lambda: _listens(ports.broker))
        hardware = processes.start_module(
            "hardware",
            "simulators",
            "run",
            f"--scene={self._hardware.scene}",
            f"--seed={self._hardware.seed}",
            f"--camera-port={ports.camera}",
            f"--reader-port={ports.reader}",
        )
        gateway_file = configs.write(folder, "gateway", configs.gateway(ports, scene.layout, gtins))
        gateway = processes.start_module("gateway", "gateway", "run", "--config", str(gateway_file))
        self._await(hardware, lambda: _listens(ports.camera) and _listens(ports.reader))
        if self._options.video is not None:
            device = configs.video_device(ports, self._options.video)
        else:
            source = f"http://127.0.0.1:{ports.camera}/lanes.mjpg"
            device = configs.checkout_device(ports, scene.layout, view, source)
        for config in (device, configs.shelf_device(ports, scene.layout, gtins)):
            file = configs.write(folder, config["device"], config)
            processes.start_module(config["device"], "edge_agent", "run", "--config", str(file))
        self._await(gateway, lambda: _answers(f"http://127.0.0.1:{ports.gateway}/healthz"))
        return what

    def _await(self, child: Child, ready: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + START_S
        while not ready():
            if child.process.poll() is not None or time.monotonic() > deadline_s:
                raise DemoError(f"{child.name} did not start:\n{child.last_lines()}")
            if self._stop.wait(0.1):
                raise DemoError("stopped")

    def _watch(self, observer: Observer, addresses: dict[str, str]) -> None:
        """Show the store until the time is up, somebody stops it or a part ends."""
        start_s = time.monotonic()
        end_s = start_s + self._options.for_s if self._options.for_s else float("inf")
        interactive = self._console.is_terminal
        with Live(console=self._console, auto_refresh=False, screen=False) as live:
            while not self._stop.wait(min(0.5, max(0.0, end_s - time.monotonic()))):
                elapsed_s = time.monotonic() - start_s
                if interactive:
                    live.update(picture(observer, addresses, elapsed_s), refresh=True)
                if time.monotonic() >= end_s or self._processes.dead():
                    return

    def _summary(self, observer: Observer) -> int:
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
            self._console.print(f"{name:16} {count}")
        dead = self._processes.dead()
        for child in dead:
            self._console.print(f"[red]{child.name} ended:[/red]\n{child.last_lines()}")
        silent = [name for name, count in spoke.items() if not count]
        if silent and self._options.for_s:
            self._console.print(f"[red]silent: {', '.join(silent)}[/red]")
            for child in self._processes.children:
                self._console.print(f"[dim]{child.name}:\n{child.last_lines(5)}[/dim]")
        return 1 if dead or (silent and self._options.for_s) else 0


def _gtins(options: HardwareOptions) -> dict[str, str]:
    """Shelf → GTIN of what lies there."""
    from simulators.scene.scene import Scene

    stock = Scene(settings_of(options.scene), seed=options.seed).stock
    return {item.shelf: item.gtin for item in stock.items.values()}


def _free_ports(wanted: configs.Ports) -> configs.Ports:
    """Take each wanted port, or a free one where it is taken."""
    taken: list[socket.socket] = []
    try:
        for port in (wanted.broker, wanted.gateway, wanted.camera, wanted.reader):
            probe = socket.socket()
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.append(probe)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                probe.bind(("127.0.0.1", 0))
        return configs.Ports(*(probe.getsockname()[1] for probe in taken))
    finally:
        for probe in taken:
            probe.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - http on the loopback interface
            return True
    except (urllib.error.URLError, OSError):
        return False
