"""The goods of a live scene before RFID antennas: what shoppers take, readers miss."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.scene.layout import ShelfLayout
from simulators.scene.live import LiveScene
from simulators.scene.scene import Scene
from simulators.scene.truth import Snapshot
from simulators.shelf.field import Body, ShelfField, Sighting
from simulators.shelf.physics import ShelfPhysics

SHADOW_M = 0.5
"""Width of the shadow that somebody throws on a shelf."""
NEAR_M = 0.6
"""Somebody so close to a shelf's standing place throws a shadow on it."""


class SceneField:
    """Gives a reader what it would hear: antenna k hangs over the k-th shelf of the scene.

    Args:
        live: the scene.
        seed: of the radio's noise.
    """

    def __init__(self, live: LiveScene, seed: int) -> None:
        self._live = live
        self._shelves = live.layout.shelves
        self._order = [shelf.shelf for shelf in self._shelves]
        places = live.ask(_places)
        tags = max(1, len(places) // max(1, len(self._order)))
        # Read rates of a commissioned shelf: nothing hidden behind metal.
        physics = ShelfPhysics(shelves=len(self._order), tags=tags, rate_low=0.5)
        self._field = ShelfField(physics, seed, list(places))
        self._known = dict(places)

    def inventory(self, t0_s: float, t1_s: float) -> Iterator[Sighting]:
        """Read everything within reach from ``t0_s`` to ``t1_s``."""
        self._follow(self._live.ask(_places), t0_s)
        snapshot = self._live.snapshot()
        self._field.bodies = [
            body for i, shelf in enumerate(self._shelves) for body in _before(i, shelf, snapshot)
        ]
        yield from self._field.inventory(t0_s, t1_s)

    def _follow(self, places: dict[str, str | None], t_s: float) -> None:
        """Take and put the tags that were taken and put in the scene."""
        for epc, place in places.items():
            if place != self._known[epc]:
                self._known[epc] = place
                if place is None:
                    self._field.pick(epc, t_s)
                else:
                    self._field.put(epc, self._order.index(place))


def _places(scene: Scene) -> dict[str, str | None]:
    return {epc: scene.stock.place(epc) for epc in scene.stock.items}


def _before(index: int, shelf: ShelfLayout, snapshot: Snapshot) -> Iterator[Body]:
    length_m = shelf.y1 - shelf.y0
    for body in snapshot.bodies:
        x, y = body.pose.x, body.pose.y
        if abs(x - shelf.stand_x) <= NEAR_M and shelf.y0 - SHADOW_M <= y <= shelf.y1 + SHADOW_M:
            yield Body(index, (y - shelf.y0) / length_m, SHADOW_M / length_m)
