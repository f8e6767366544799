"""Tags on shelves before antennas, round by round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulators.shelf.physics import ShelfPhysics

Sighting = tuple[int, str, float, int, float]
"""(antenna, EPC in hex, RSSI in dBm, count, t_s)."""

_FAR_S = 1e9


@dataclass(slots=True)
class Body:
    """Somebody in front of a shelf; ``x`` and ``width`` as shares of the shelf's length."""

    shelf: int
    x: float
    width: float
    velocity: float = 0.0


@dataclass(slots=True)
class Stray:
    """A tag that passes by or lies behind the wall.

    Attributes:
        until_s: when it is out of reach.
        antennas: (A,) chance to be read by each antenna.
        rssi_dbm: mean RSSI.
    """

    epc: str
    until_s: float
    antennas: NDArray[np.float64]
    rssi_dbm: float


@dataclass(slots=True)
class Radio:
    """What is broken or turned off: antennas (1-based) and readers (0-based)."""

    dead_antennas: set[int] = field(default_factory=set)
    silent_readers: set[int] = field(default_factory=set)


class ShelfField:
    """All tags of all shelves; antenna k (1-based) hangs over shelf k.

    Attributes:
        epcs: EPC of each tag in hex.
        shelf: (N,) 0-based shelf on which each tag lies, −1 while it is taken.
        bodies: who stands where.
        strays: foreign tags within reach now.
        radio: what is broken.
    """

    def __init__(self, physics: ShelfPhysics, seed: int, epcs: list[str] | None = None) -> None:
        self.physics = physics
        self._rng = np.random.default_rng(seed)
        n = physics.shelves * physics.tags
        self.epcs = epcs or [epc_of(i // physics.tags, i % physics.tags) for i in range(n)]
        self.shelf = np.repeat(np.arange(physics.shelves), physics.tags)
        self.x = np.tile((np.arange(physics.tags) + 0.5) / physics.tags, physics.shelves)
        spread = self._rng.random(n) ** physics.rate_skew
        self.rate = physics.rate_low + (physics.rate_high - physics.rate_low) * spread
        self.rssi_dbm = self._rng.normal(physics.rssi_dbm, physics.rssi_spread_db, n)
        self._fading = self._rng.normal(0.0, physics.fading_db, n)
        self._carried_until_s = np.full(n, -_FAR_S)
        self._seen_by = np.zeros(n, np.int64)
        self._row = {epc: i for i, epc in enumerate(self.epcs)}
        self.bodies: list[Body] = []
        self.strays: list[Stray] = []
        self.radio = Radio()
        self._turn = 0
        self._on = np.ones(physics.shelves)

    def pick(self, epc: str, t_s: float) -> None:
        """Take a tag off its shelf."""
        row = self._row[epc]
        self._seen_by[row] = self.shelf[row]
        self.shelf[row] = -1
        if self.physics.carried_s > 0:
            self._carried_until_s[row] = t_s + self._rng.exponential(self.physics.carried_s)

    def put(self, epc: str, shelf: int, x: float | None = None) -> None:
        """Put a tag on a shelf, at its old place unless another is given."""
        row = self._row[epc]
        self.shelf[row] = shelf
        if x is not None:
            self.x[row] = x
        change = self._rng.normal(0.0, self.physics.replaced_db)
        self.rssi_dbm[row] += change
        self.rate[row] = np.clip(self.rate[row] * 10 ** (change / 20), 0.05, 0.99)

    def shadow(self, place: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """(N,) how much of each tag is behind a body, 0..1, where it lies or in ``place``."""
        place = self.shelf if place is None else place
        depth = np.zeros(len(self.epcs))
        edge = max(self.physics.shadow_edge, 1e-6)
        for body in self.bodies:
            reach = body.width / 2 - np.abs(self.x - body.x)
            here = np.clip(0.5 + reach / edge, 0.0, 1.0)
            depth = np.where(place == body.shelf, np.maximum(depth, here), depth)
        return depth

    def place(self) -> NDArray[np.int64]:
        """(N,) shelf on which each tag lies or from which it was taken."""
        return np.where(self.shelf >= 0, self.shelf, self._seen_by)

    def would_be_read(self) -> NDArray[np.float64]:
        """(N,) chance that any antenna read each tag in the last round, were it still there."""
        place = self.place()
        chance = self._rate(self.shadow(place))[:, None] * self._reach(place) * self._on
        result: NDArray[np.float64] = 1 - np.prod(1 - chance, axis=1)
        return result

    def inventory(self, t0_s: float, t1_s: float) -> Iterator[Sighting]:
        """Read everything within reach in the rounds that begin in [t0_s, t1_s)."""
        first = int(np.ceil(t0_s / self.physics.round_s - 1e-9))
        last = int(np.ceil(t1_s / self.physics.round_s - 1e-9))
        for number in range(first, last):
            yield from self._round(number * self.physics.round_s)

    def _round(self, t_s: float) -> Iterator[Sighting]:
        physics, rng = self.physics, self._rng
        n = len(self.epcs)
        keep = np.exp(-physics.round_s / physics.fading_s)
        noise = rng.normal(0.0, physics.fading_db, n)
        self._fading = keep * self._fading + np.sqrt(1 - keep**2) * noise
        for body in self.bodies:
            body.x += body.velocity * physics.round_s
        chance, loss = self._chances(t_s)
        on = self._on = self._on_air()
        hits = rng.random(chance.shape) < chance * on
        rows, antennas = np.nonzero(hits)
        rssi = self.rssi_dbm[rows] + self._fading[rows] - loss[rows, antennas]
        rssi += rng.normal(0.0, physics.sigma_db, len(rows))
        times = t_s + physics.round_s * physics.jitter * rng.random(len(rows))
        sightings = [
            (int(a) + 1, self.epcs[r], round(float(v), 1), 1, float(t))
            for r, a, v, t in zip(rows, antennas, rssi, times, strict=True)
        ]
        sightings += self._stray_reads(t_s, on)
        self._turn += 1
        yield from sorted(sightings, key=lambda s: s[4])

    def _chances(self, t_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(N, A) chance to be read by each antenna, and the loss in dB on that path."""
        physics = self.physics
        depth = self.shadow()
        carried = (self.shelf < 0) & (self._carried_until_s > t_s)
        steps = self._steps(self.place())
        chance = self._rate(depth)[:, None] * self._reach(self.place())
        chance[carried] *= 0.1
        chance[(self.shelf < 0) & ~carried] = 0.0
        own = steps == 0
        chance = np.where(
            own & (self.shelf < 0)[:, None], np.maximum(chance, physics.ghost), chance
        )
        return chance, steps * physics.overlap_db + (depth * physics.shadow_db)[:, None]

    def _rate(self, depth: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N,) chance to be read by the own antenna, behind bodies and in fades."""
        fade = 10 ** (np.minimum(self._fading, 0.0) / 20)
        left = 1 - depth * (1 - self.physics.shadow_share)
        result: NDArray[np.float64] = self.rate * fade * left
        return result

    def _steps(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """(N, A) how many shelves lie between a tag and each antenna."""
        steps: NDArray[np.int64] = np.abs(place[:, None] - np.arange(self.physics.shelves))
        return steps

    def _reach(self, place: NDArray[np.int64]) -> NDArray[np.float64]:
        """(N, A) factor on the read rate by the way to each antenna."""
        return np.asarray(self.physics.overlap ** self._steps(place), np.float64)

    def _on_air(self) -> NDArray[np.float64]:
        physics = self.physics
        each = -(-physics.shelves // physics.readers)
        antennas = np.arange(physics.shelves)
        on = np.ones(physics.shelves)
        if physics.duty > 0:
            on = (antennas % each == self._turn // physics.duty % each).astype(np.float64)
        for antenna in self.radio.dead_antennas:
            on[antenna - 1] = 0.0
        for reader in self.radio.silent_readers:
            on[antennas // each == reader] = 0.0
        return on

    def _stray_reads(self, t_s: float, on: NDArray[np.float64]) -> list[Sighting]:
        self.strays = [s for s in self.strays if s.until_s > t_s]
        return [
            (
                int(a) + 1,
                stray.epc,
                round(float(self._rng.normal(stray.rssi_dbm, self.physics.sigma_db)), 1),
                1,
                t_s,
            )
            for stray in self.strays
            for a in np.flatnonzero(self._rng.random(len(on)) < stray.antennas * on)
        ]


def epc_of(item: int, serial: int, company: int = 6901234) -> str:
    """SGTIN-96 of a demo item (GS1 TDS: header 0x30, filter 1, partition 5)."""
    value = 0x30 << 88 | 1 << 85 | 5 << 82 | company << 58 | (100 + item) << 38 | serial
    return f"{value:024X}"
