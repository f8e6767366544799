"""What a shopper does from the entrance to the queue, as a process that sleeps and goes on.

A process is a generator: it yields the moment at which it wants to go on, or None when it ends in
somebody else's hands (a checkout).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import Protocol

from simulators.scene.checkout import TO_THE_TILL, Checkout
from simulators.scene.floor import Floor
from simulators.scene.layout import Point, ShelfLayout
from simulators.scene.people import Doing, Party
from simulators.scene.settings import SceneSettings

Process = Iterator[float]

LOOK_S = (1.5, 5.0)
"""How long somebody looks at a queue before walking away from it."""


TRIES = 25
"""Whoever found no open lane so often leaves without buying."""


class Shop(Protocol):
    """What a shopper needs of the shop."""

    settings: SceneSettings
    floor: Floor
    checkouts: dict[str, Checkout]

    def pick(self, shelf: str, party: Party) -> None:
        """Take an item from a shelf."""

    def gone(self, party: Party) -> None:
        """Note that a unit left the shop."""


def visit(shop: Shop, party: Party, stops: int) -> Process:
    """Come in, look at ``stops`` shelves, shop out of sight, pay, leave."""
    layout, rng = shop.settings.layout, party.rng
    x = layout.passage_x + rng.uniform(-0.5, 0.5)
    yield shop.floor.walk_party(party, [(x, -2.3), (x, 2.6)], None)
    for shelf in rng.sample(layout.shelves, min(stops, len(layout.shelves))):
        yield from _at_shelf(shop, party, shelf)
    buys = rng.random() >= shop.settings.browse_only
    if buys or rng.random() < 0.5:
        yield from _out_of_sight(shop, party)
    if buys:
        yield from check_out(shop, party)
    else:
        yield from leave(shop, party)


def _at_shelf(shop: Shop, party: Party, shelf: ShelfLayout) -> Process:
    rng = party.rng
    y = rng.uniform(shelf.y0 + 0.3, shelf.y1 - 0.3)
    party.do(Doing.WALKING)
    facing = math.pi / 2 if party.leader.look.cart else 0.0
    yield shop.floor.walk_party(party, [(shelf.stand_x - 0.9, y), (shelf.stand_x, y)], facing)
    party.do(Doing.DWELLING)
    dwell_s = rng.lognormvariate(math.log(shop.settings.dwell_s), 0.6)
    if rng.random() < shop.settings.pick:
        yield shop.floor.agenda.now_s + dwell_s * 0.6
        party.leader.reaching = True
        yield shop.floor.agenda.now_s + 1.2
        shop.pick(shelf.shelf, party)
        yield shop.floor.agenda.now_s + 0.8
        party.leader.reaching = False
        dwell_s *= 0.4
    yield shop.floor.agenda.now_s + dwell_s
    party.do(Doing.WALKING)


def _out_of_sight(shop: Shop, party: Party) -> Process:
    """Walk behind the back rack and stay there for a while."""
    x = shop.settings.layout.passage_x
    hidden = (x - 0.4, 14.6)
    around = [(x, 10.9), (x + 1.3, 12.6), (x + 1.3, 14.3), hidden]
    party.do(Doing.WALKING)
    yield shop.floor.walk_party(party, around, None)
    party.do(Doing.AWAY)
    yield shop.floor.agenda.now_s + party.rng.expovariate(1.0 / max(shop.settings.shop_s, 1.0))
    party.do(Doing.WALKING)
    yield shop.floor.walk_party(party, [(x + 1.3, 14.3), (x + 1.3, 12.6), (x + 0.3, 11.4)], None)


def check_out(shop: Shop, party: Party, *, but_not: str | None = None) -> Process:
    """Choose a lane and stand at its tail; walk out when the queue is too long."""
    for _ in range(TRIES):
        lane = choose(shop, party, but_not)
        if lane is None:
            yield from _wander(shop, party)
            continue
        checkout = shop.checkouts[lane]
        if checkout.length > party.tolerance:
            yield from _look(shop, party, checkout)
            shop.floor.emit("balked", party, lane=lane)
            yield from leave(shop, party)
            return
        party.do(Doing.JOINING, lane)
        x, y = checkout.tail
        checkout.coming.append(party)
        yield shop.floor.walk_party(
            party, [*_approach(party, (x, y)), (x, y + party.cart_m)], TO_THE_TILL
        )
        if checkout.state == "closed":
            checkout.turn_away(party)
            continue
        checkout.join(party)
        return
    yield from leave(shop, party)


def choose(shop: Shop, party: Party, but_not: str | None = None) -> str | None:
    """Take the shortest open lane, the nearer of equals; now and then by mistake another."""
    x = party.leader.path.at(shop.floor.agenda.now_s).x
    able = [c for c in shop.checkouts.values() if c.state == "open" and c.lane != but_not]
    if not able:
        return None
    if len(able) > 1 and party.rng.random() < shop.settings.mistakes:
        return party.rng.choice(able).lane
    busy = {c.lane: c.length + (c.called is not None) for c in able}
    return min(able, key=lambda c: (busy[c.lane], abs(c.layout.x - x))).lane


def _approach(party: Party, tail: Point) -> list[Point]:
    """Come to the tail from behind, not through those who wait."""
    x, y = tail
    return [(x + party.rng.uniform(-0.2, 0.3), y + 1.2)]


def _look(shop: Shop, party: Party, checkout: Checkout) -> Process:
    x, y = checkout.tail
    party.do(Doing.WALKING)
    yield shop.floor.walk_party(party, [(x, y + 0.9)], TO_THE_TILL)
    yield shop.floor.agenda.now_s + party.rng.uniform(*LOOK_S)


def _wander(shop: Shop, party: Party) -> Process:
    """No lane is open: walk about before the counters."""
    layout, rng = shop.settings.layout, party.rng
    party.do(Doing.WALKING)
    x = rng.uniform(layout.lanes[0].x, layout.passage_x)
    yield shop.floor.walk_party(party, [(x, rng.uniform(10.2, 11.5))], TO_THE_TILL)
    yield shop.floor.agenda.now_s + rng.uniform(4.0, 12.0)


def leave(shop: Shop, party: Party) -> Process:
    """Walk out through the passage, or past the counter where the party has paid."""
    layout = shop.settings.layout
    pose = party.leader.path.at(shop.floor.agenda.now_s)
    party.do(Doing.LEAVING)
    if pose.y < 1.5:
        way = [(pose.x, -0.6), (pose.x - 0.4, -2.2), (layout.left - 3.5, -2.6)]
    else:
        side = pose.x + 0.95 if pose.x < layout.passage_x - 0.9 else pose.x
        x = layout.passage_x + 0.2
        way = [(side, pose.y + 0.3), (side, 2.9), (x, 2.4), (x, -2.0), (x + 5.0, -2.6)]
        if pose.y < 3.4 or pose.x >= layout.passage_x - 0.9:
            way = [(x, 2.6), (x, -2.0), (x + 5.0, -2.6)]
    yield shop.floor.walk_party(party, way, None)
    shop.gone(party)


def pass_by(shop: Shop, party: Party, rng: Random) -> Process:
    """Cross the checkout area behind or through the queues, buying nothing."""
    layout = shop.settings.layout
    y = rng.uniform(5.0, 10.5)
    right, left = layout.passage_x, layout.left - 4.0
    party.do(Doing.WALKING)
    if rng.random() < 0.5:
        yield shop.floor.walk_party(party, [(right, -2.0), (right, y), (left, y)], None)
    else:
        for member in party.members:
            shop.floor.teleport(member, (left, y))
        yield shop.floor.walk_party(party, [(right, y), (right, -2.0), (right + 5, -2.6)], None)
    shop.gone(party)
