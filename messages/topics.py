"""Topics below ``instore/{store}/``."""

from __future__ import annotations

import re
from dataclasses import dataclass

ROOT = "instore"
_LEVEL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")


def level(name: str) -> str:
    """Check one topic level.

    Raises:
        ValueError: the name holds a wildcard, a slash or anything but letters, digits, ``_.-``.
    """
    if not _LEVEL.match(name):
        raise ValueError(f"topic level: expected letters, digits and _ . -, found {name!r}")
    return name


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics of one store."""

    store: str

    def __post_init__(self) -> None:
        level(self.store)

    @property
    def base(self) -> str:
        """Give what every topic of the store starts with."""
        return f"{ROOT}/{self.store}"

    def queue(self, device: str, lane: str) -> str:
        """State of a lane, retained."""
        return f"{self.base}/dev/{level(device)}/queue/{level(lane)}"

    def zone(self, device: str, zone: str) -> str:
        """State of a dwell zone, retained."""
        return f"{self.base}/dev/{level(device)}/zone/{level(zone)}"

    def line(self, device: str, line: str) -> str:
        """Counts of a line, retained."""
        return f"{self.base}/dev/{level(device)}/line/{level(line)}"

    def heat(self, device: str, camera: str) -> str:
        """Heat map of a camera, retained."""
        return f"{self.base}/dev/{level(device)}/heat/{level(camera)}"

    def stock(self, device: str, shelf: str) -> str:
        """Stock of a shelf, retained."""
        return f"{self.base}/dev/{level(device)}/stock/{level(shelf)}"

    def event(self, device: str) -> str:
        """Events of a device, through its outbox."""
        return f"{self.base}/dev/{level(device)}/event"

    def status(self, device: str) -> str:
        """State of a device, retained, also its last will."""
        return f"{self.base}/dev/{level(device)}/status"

    def command_result(self, device: str) -> str:
        """Answers of a device to commands."""
        return f"{self.base}/dev/{level(device)}/cmdres"

    def ack(self, device: str) -> str:
        """Acknowledgements of the gateway to a device, retained."""
        return f"{self.base}/ack/{level(device)}"

    def config(self, device: str) -> str:
        """Settings for a device, retained."""
        return f"{self.base}/cfg/{level(device)}"

    def command(self, device: str, name: str) -> str:
        """Commands for a device."""
        return f"{self.base}/cmd/{level(device)}/{level(name)}"

    def alert(self, alert: str) -> str:
        """One alert, retained until closed."""
        return f"{self.base}/alert/{level(alert)}"

    @property
    def advice(self) -> str:
        """Advice on lanes, retained."""
        return f"{self.base}/advice/lanes"

    @property
    def footfall(self) -> str:
        """People in the shop, retained."""
        return f"{self.base}/footfall"

    def signage(self, screen: str) -> str:
        """Content of a screen, retained."""
        return f"{self.base}/signage/{level(screen)}"

    @property
    def from_devices(self) -> str:
        """Filter for all that devices say."""
        return f"{self.base}/dev/+/#"

    def commands_for(self, device: str) -> str:
        """Filter for all commands to a device."""
        return f"{self.base}/cmd/{level(device)}/+"


@dataclass(frozen=True, slots=True)
class DeviceTopic:
    """A device's topic taken apart: ``dev/{device}/{kind}[/{name}]``."""

    device: str
    kind: str
    name: str | None


def parse_device_topic(topic: str, store: str) -> DeviceTopic | None:
    """Take a topic apart; None when it is no device topic of this store."""
    parts = topic.split("/")
    if parts[:3] != [ROOT, store, "dev"] or not 5 <= len(parts) <= 6:
        return None
    return DeviceTopic(parts[3], parts[4], parts[5] if len(parts) == 6 else None)
