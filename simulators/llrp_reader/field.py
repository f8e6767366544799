"""What lies before the antennas."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

Sighting = tuple[int, str, float, int, float]
"""(antenna from 1, EPC in hex, peak RSSI in dBm, sightings, time in seconds of the field)."""


class TagField(Protocol):
    """Tags within reach of the antennas."""

    def inventory(self, t0_s: float, t1_s: float) -> Iterable[Sighting]:
        """Read all antennas over [t0_s, t1_s); called with times that only move forward."""


@dataclass(frozen=True, slots=True)
class PlacedTag:
    """A tag at a fixed place.

    Attributes:
        antenna: the antenna that sees it.
        rssi_dbm: mean RSSI.
        read_rate: chance to be read in a round.
    """

    antenna: int
    rssi_dbm: float = -55.0
    read_rate: float = 0.8


class SimpleField:
    """Tags with a fixed chance to be read in every round, independent of each other."""

    def __init__(
        self, *, round_s: float = 0.2, sigma_db: float = 1.5, seed: int | None = None
    ) -> None:
        self.tags: dict[str, PlacedTag] = {}
        self._round_s = round_s
        self._sigma_db = sigma_db
        self._random = random.Random(seed)
        self._next_s: float | None = None

    def put(self, epc: str, tag: PlacedTag) -> None:
        """Put a tag somewhere, also one that lies elsewhere."""
        self.tags[epc.upper()] = tag

    def remove(self, epc: str) -> bool:
        """Take a tag away; False when it is not there."""
        return self.tags.pop(epc.upper(), None) is not None

    def inventory(self, t0_s: float, t1_s: float) -> Iterator[Sighting]:
        """Read every tag once with its chance, in each round of this time."""
        if self._next_s is None or self._next_s < t0_s:
            self._next_s = t0_s
        while self._next_s < t1_s:
            at_s = self._next_s
            self._next_s += self._round_s
            for epc, tag in list(self.tags.items()):
                if self._random.random() < tag.read_rate:
                    rssi_dbm = self._random.gauss(tag.rssi_dbm, self._sigma_db)
                    yield tag.antenna, epc, rssi_dbm, 1, at_s
