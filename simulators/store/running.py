"""A whole store as processes: broker, simulated hardware, gateway and two agents."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from messages.topics import Topics
from simulators.camera.views import VIEWS
from simulators.scene.scene import Scene
from simulators.store import configs
from simulators.store.broker import start_broker
from simulators.store.configs import Ports
from simulators.store.control import Control
from simulators.store.hardware import CAMERA, HardwareOptions, settings_of
from simulators.store.observer import Observer
from simulators.store.ports import HOST, free_port, is_free
from simulators.store.processes import Child, Processes

START_S = 90.0
PREFERRED = Ports(broker=1883, gateway=8080, camera=8090, reader=5084)


class StartError(RuntimeError):
    """A part did not start; the text holds its last words."""


class RunningStore:
    """Starts every part on entry, ends every part on exit.

    Args:
        folder: takes configs, databases and logs.
        ports: where to listen.
        hardware: what to simulate; its ports are those of ``ports``.
        video: a real video in place of the drawn camera.
        stop: gives up starting when set.

    Attributes:
        processes: the parts.
        observer: hears everything on the broker.
        control: pulls the strings of the simulated shop.
        addresses: what people open, by name.
        folder: configs, databases and logs.
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports,
        hardware: HardwareOptions,
        *,
        video: Path | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self.ports = ports
        self.url = f"http://{HOST}:{ports.gateway}"
        self.camera = f"http://{HOST}:{ports.camera}"
        self.control = Control(self.camera)
        self.processes = Processes(folder)
        self.folder = folder
        self._hardware = replace(hardware, camera_port=ports.camera, reader_port=ports.reader)
        self._video = video
        self._stop = stop or threading.Event()
        self._scene = settings_of(hardware.scene)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.processes.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.observer.close()
        self.processes.close()

    def start_gateway(self) -> Child:
        """Start the gateway, and wait until it answers."""
        file = str(self.folder / "gateway.yaml")
        child = self.processes.start_module("gateway", "gateway", "run", "--config", file)
        self._await(child, lambda: _answers(f"{self.url}/healthz"))
        return child

    def start_agent(self, device: str) -> Child:
        """Start an agent by the name of its device."""
        file = str(self.folder / f"{device}.yaml")
        return self.processes.start_module(device, "edge_agent", "run", "--config", file)

    def _start(self) -> None:
        ports = self.ports
        self._write_configs()
        broker, what = start_broker(self.processes, self.folder, ports.broker)
        self._await(broker, lambda: _listens(ports.broker))
        self.observer = Observer(HOST, ports.broker, Topics(configs.STORE))
        hardware = self.processes.start_module(
            "hardware", "simulators", "run", *self._hardware.arguments()
        )
        self._await(hardware, lambda: _listens(ports.camera) and _listens(ports.reader))
        for device in configs.DEVICES:
            self.start_agent(device)
        self.start_gateway()
        self.addresses = {
            **{f"lane {x.lane}": f"{self.url}/lane/{x.lane}" for x in self._scene.layout.lanes},
            "overview": f"{self.url}/overview",
            "alerts": f"{self.url}/alerts",
            "camera": self._camera_source,
            "broker": f"{ports.mqtt} ({what})",
        }

    @property
    def _camera_source(self) -> str:
        return f"{self.camera}/{CAMERA}.mjpg"

    def _write_configs(self) -> None:
        ports, layout = self.ports, self._scene.layout
        stock = Scene(self._scene, seed=self._hardware.seed).stock
        gtins = {item.shelf: item.gtin for item in stock.items.values()}
        if self._video is not None:
            checkout = configs.video_device(ports, self._video)
        else:
            view = VIEWS[self._hardware.view](layout)
            checkout = configs.checkout_device(ports, layout, view, self._camera_source)
        for config in (checkout, configs.shelf_device(ports, layout, gtins)):
            configs.write(self.folder, config["device"], config)
        configs.write(self.folder, "gateway", configs.gateway(ports, layout, gtins, checkout))

    def _await(self, child: Child, ready: Callable[[], bool]) -> None:
        waited_s = 0.0
        while not ready():
            if self._stop.wait(0.1):
                raise StartError("stopped")
            waited_s += 0.1
            if child.process.poll() is not None or waited_s > START_S:
                raise StartError(f"{child.name} did not start:\n{child.last_lines()}")


def free_ports(wanted: Ports = PREFERRED) -> Ports:
    """Take each wanted port, or a free one where it is taken."""
    ports = (wanted.broker, wanted.gateway, wanted.camera, wanted.reader)
    return Ports(*(port if is_free(port) else free_port() for port in ports))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - http on the loopback interface
            return True
    except (urllib.error.URLError, OSError):
        return False
