"""Shoppers at the shelves: they shade, pick, put back, walk by; and the log of what was true."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np

from simulators.shelf.field import Body, ShelfField, Sighting, Stray, epc_of
from simulators.shelf.physics import ShelfPhysics


@dataclass(frozen=True, slots=True)
class Traffic:
    """What goes on before the shelves. Rates are per second and shelf unless said otherwise.

    Attributes:
        picks: picks over the whole run.
        put_backs: share of the picks that is put back.
        elsewhere: share of the put-backs that goes to another shelf.
        away_s: shortest and longest time until it is put back.
        visit_rate: shoppers who look and take nothing.
        stay_s: mean stay of a shopper; ``stay_shape`` of the gamma distribution (1 exponential).
        reach_s: shortest and longest time between the shopper's coming and the pick.
        stray_rate: trolleys with foreign tags, per second over all shelves.
        stray_s: shortest and longest time for which one is heard.
        behind_wall: tags of the back room that are always heard faintly.
        gaps: gaps of a reader; ``gap_s`` their shortest and longest length.
    """

    picks: int = 48
    put_backs: float = 0.5
    elsewhere: float = 0.15
    away_s: tuple[float, float] = (25.0, 120.0)
    visit_rate: float = 1 / 60
    stay_s: float = 6.0
    stay_shape: float = 2.0
    reach_s: tuple[float, float] = (0.5, 3.0)
    stray_rate: float = 1 / 40
    stray_s: tuple[float, float] = (2.0, 10.0)
    behind_wall: int = 0
    gaps: int = 2
    gap_s: tuple[float, float] = (8.0, 12.0)


@dataclass(slots=True)
class Truth:
    """What really happened.

    Attributes:
        actions: (t_s, kind, EPC, 0-based shelf), in order of time.
        gaps: (reader, from_s, to_s).
        stock: EPCs on each shelf at the end.
    """

    actions: list[tuple[float, Literal["pick", "put"], str, int]] = field(default_factory=list)
    gaps: list[tuple[int, float, float]] = field(default_factory=list)
    stock: list[Counter[str]] = field(default_factory=list)


class Day:
    """A seeded run over a field.

    Call :meth:`sightings` or :meth:`rounds` once, then read :attr:`truth`.
    """

    def __init__(self, physics: ShelfPhysics, traffic: Traffic, seed: int, length_s: float) -> None:
        self._physics, self._traffic, self._length_s = physics, traffic, length_s
        self._rng = np.random.default_rng([seed, 1])
        self.field = ShelfField(physics, seed)
        self.truth = Truth()
        self._queue: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = 0
        self._taken: set[str] = set()
        self._plan()

    def sightings(self) -> Iterator[Sighting]:
        """All reads of the run, in order of time."""
        for _, reads in self.rounds():
            yield from reads

    def rounds(self) -> Iterator[tuple[float, list[Sighting]]]:
        """All inventory rounds of the run: when each began, and its reads in order of time."""
        for number in range(int(self._length_s / self._physics.round_s)):
            t_s = number * self._physics.round_s
            while self._queue and self._queue[0][0] <= t_s:
                when, _, action = heapq.heappop(self._queue)
                action(when)
            yield t_s, list(self.field.inventory(t_s, t_s + self._physics.round_s / 2))
        lying = self.field.shelf
        self.truth.stock = [
            Counter(epc for epc, s in zip(self.field.epcs, lying, strict=True) if s == shelf)
            for shelf in range(self._physics.shelves)
        ]

    def _at(self, t_s: float, action: Callable[[float], None]) -> None:
        self._order += 1
        heapq.heappush(self._queue, (t_s, self._order, action))

    def _plan(self) -> None:
        traffic, rng = self._traffic, self._rng
        quiet_s = min(35.0, self._length_s / 4)
        for t_s in np.sort(rng.uniform(quiet_s, self._length_s - quiet_s, traffic.picks)):
            self._at(float(t_s), self._come_to_pick)
        visits = rng.poisson(traffic.visit_rate * self._physics.shelves * self._length_s)
        for t_s in rng.uniform(0.0, self._length_s, visits):
            shelf = int(rng.integers(self._physics.shelves))
            self._at(float(t_s), partial(self._visit, shelf))
        for t_s in rng.uniform(
            0.0, self._length_s, rng.poisson(traffic.stray_rate * self._length_s)
        ):
            self._at(float(t_s), self._pass_by)
        for i in range(traffic.behind_wall):
            self._behind_wall(i)
        for t_s in rng.uniform(60.0, max(61.0, self._length_s - 60.0), traffic.gaps):
            self._at(float(t_s), self._gap)

    def _visit(self, shelf: int, t_s: float) -> None:
        self._come(t_s, shelf, float(self._rng.random()))

    def _come(self, t_s: float, shelf: int, x: float, stay_s: float | None = None) -> float:
        traffic, rng, physics = self._traffic, self._rng, self._physics
        if stay_s is None:
            stay_s = float(rng.gamma(traffic.stay_shape, traffic.stay_s / traffic.stay_shape))
        width = physics.body_width * float(rng.uniform(0.6, 1.4))
        body = Body(shelf, x, width, float(rng.choice([-1, 1])) * physics.drift)
        self.field.bodies.append(body)
        self._at(t_s + stay_s, lambda _: self.field.bodies.remove(body))
        return stay_s

    def _come_to_pick(self, t_s: float) -> None:
        lying = [
            i
            for i, s in enumerate(self.field.shelf)
            if s >= 0 and self.field.epcs[i] not in self._taken
        ]
        row = int(self._rng.choice(lying))
        epc = self.field.epcs[row]
        self._taken.add(epc)
        reach_s = float(self._rng.uniform(*self._traffic.reach_s))
        after_s = float(self._rng.gamma(2.0, self._traffic.stay_s / 4))
        x = float(self.field.x[row] + self._rng.normal(0.0, self._physics.body_width / 6))
        self._come(t_s, int(self.field.shelf[row]), x, reach_s + after_s)
        self._at(t_s + reach_s, lambda now: self._pick(now, epc))

    def _pick(self, t_s: float, epc: str) -> None:
        row = self.field.epcs.index(epc)
        shelf = int(self.field.shelf[row])
        self.field.pick(epc, t_s)
        self.truth.actions.append((t_s, "pick", epc, shelf))
        if self._rng.random() < self._traffic.put_backs:
            away_s = float(self._rng.uniform(*self._traffic.away_s))
            if t_s + away_s < self._length_s - 40.0:
                self._at(t_s + away_s, lambda now: self._come_back(now, epc, shelf))

    def _come_back(self, t_s: float, epc: str, shelf: int) -> None:
        rng = self._rng
        x = None
        if rng.random() < self._traffic.elsewhere and self._physics.shelves > 1:
            shelf = int(
                (shelf + 1 + rng.integers(self._physics.shelves - 1)) % self._physics.shelves
            )
            x = float(rng.random())
        reach_s = float(rng.uniform(*self._traffic.reach_s))
        at_x = self.field.x[self.field.epcs.index(epc)] if x is None else x
        self._come(
            t_s, shelf, float(at_x), reach_s + float(rng.gamma(2.0, self._traffic.stay_s / 4))
        )
        self._at(t_s + reach_s, lambda now: self._put(now, epc, shelf, x))

    def _put(self, t_s: float, epc: str, shelf: int, x: float | None) -> None:
        self.field.put(epc, shelf, x)
        self._taken.discard(epc)
        self.truth.actions.append((t_s, "put", epc, shelf))

    def _pass_by(self, t_s: float) -> None:
        rng, n = self._rng, self._physics.shelves
        stay_s = float(rng.uniform(*self._traffic.stray_s))
        near = int(rng.integers(n))
        antennas = rng.uniform(0.05, 0.4) * 0.5 ** np.abs(np.arange(n) - near)
        rssi = float(rng.normal(self._physics.rssi_dbm - 6.0, 3.0))
        epc = epc_of(int(rng.integers(0, 6)), 10_000 + int(rng.integers(0, 1 << 30)))
        self.field.strays.append(Stray(epc, t_s + stay_s, antennas, rssi))

    def _behind_wall(self, number: int) -> None:
        rng, n = self._rng, self._physics.shelves
        antennas = np.zeros(n)
        antennas[int(rng.integers(n))] = rng.uniform(0.005, 0.04)
        rssi = self._physics.rssi_dbm - float(rng.uniform(10.0, 16.0))
        epc = epc_of(50 + number % 5, 20_000 + number)
        self.field.strays.append(Stray(epc, float("inf"), antennas, rssi))

    def _gap(self, t_s: float) -> None:
        reader = int(self._rng.integers(self._physics.readers))
        length_s = float(self._rng.uniform(*self._traffic.gap_s))
        self.field.radio.silent_readers.add(reader)
        self.truth.gaps.append((reader, t_s, t_s + length_s))
        self._at(t_s + length_s, lambda _: self.field.radio.silent_readers.discard(reader))
