"""The simulated shop: seeded, exact, and ready to be told what happens."""

from __future__ import annotations

import itertools
import math
from functools import partial
from random import Random

from simulators.scene.agenda import Agenda
from simulators.scene.checkout import Checkout
from simulators.scene.floor import Floor, stream
from simulators.scene.people import Doing, Party, Role, random_look, staff_look
from simulators.scene.settings import LaneChange, SceneSettings
from simulators.scene.shopper import Process, check_out, leave, pass_by, visit
from simulators.scene.stock import Stock
from simulators.scene.truth import Body, Event, Snapshot

FEW_ITEMS = 2
"""So few items on a shelf call for somebody to fill it."""


class Scene:
    """A shop that lives by itself from a seed, or does what it is told.

    The same settings and seed give the same people at the same moments, however the time is cut
    into steps.

    Attributes:
        settings: how it behaves.
        floor: the people.
        checkouts: lane → checkout.
        stock: the tagged goods on the shelves.
    """

    def __init__(self, settings: SceneSettings | None = None, seed: int = 0) -> None:
        self.settings = settings or SceneSettings()
        self.seed = seed
        self._agenda = Agenda()
        self.floor = Floor(self.settings.layout, self._agenda)
        self.stock = Stock([shelf.shelf for shelf in self.settings.layout.shelves])
        self._units = itertools.count(1)
        self._looks = stream(seed, "staff")
        self._reactions = stream(seed, "reactions")
        self._arrivals = stream(seed, "arrivals")
        self._arrivals_per_hour: float | None = None
        self._parties: dict[int, Party] = {}
        self.checkouts = {
            lane.lane: Checkout(lane, self.floor, self._done, self._reaction)
            for lane in self.settings.layout.lanes
        }
        self._staff()
        self._next_arrival()
        self._next_passer(stream(seed, "passers"))

    @property
    def now_s(self) -> float:
        """Seconds since the shop opened."""
        return self._agenda.now_s

    def advance(self, to_t_s: float) -> None:
        """Let the shop live until ``to_t_s``.

        Raises:
            ValueError: ``to_t_s`` lies in the past.
        """
        self._agenda.advance(to_t_s)

    def snapshot(self) -> Snapshot:
        """Show the shop as it is now."""
        now_s = self.now_s
        bodies = tuple(
            Body(p.person, p.unit, p.role, p.doing, p.lane, p.path.at(now_s), p.reaching, p.look)
            for p in self.floor.people.values()
            if p.doing is not Doing.AWAY
        )
        zones = {zone.zone: 0 for zone in self.settings.layout.zones}
        for person in self.floor.people.values():
            for zone in person.entered_zone_s:
                zones[zone] += 1
        return Snapshot(
            now_s,
            bodies,
            {lane: checkout.truth() for lane, checkout in self.checkouts.items()},
            zones,
            (self.floor.crossed[0], self.floor.crossed[1]),
        )

    def take_events(self) -> list[Event]:
        """Give what happened since the last call."""
        events, self.floor.events = self.floor.events, []
        return events

    # -- being told what happens ------------------------------------------------------------

    def add_to_queue(self, lane: str, people: int) -> None:
        """Put patient single people into a queue at once.

        Raises:
            KeyError: there is no such lane.
            ValueError: not 1 to 20 people.
        """
        checkout = self.checkouts[lane]
        if not 1 <= people <= 20:
            raise ValueError(f"people: expected 1 to 20, found {people}")
        for _ in range(people):
            party = self._party(sizes=(1.0, 0.0, 0.0), patient=True)
            checkout.place(party)

    def clear_queue(self, lane: str) -> None:
        """Take everybody out of a lane at once, also who is being served.

        Raises:
            KeyError: there is no such lane.
        """
        for party in self.checkouts[lane].empty():
            self.gone(party)

    def set_lane(self, lane: str, *, is_open: bool, at_once: bool = False) -> None:
        """Send a cashier to a lane, or close it; ``at_once`` without walking or serving on.

        Raises:
            KeyError: there is no such lane.
        """
        checkout = self.checkouts[lane]
        if not is_open:
            checkout.close(at_once=at_once)
            if at_once:
                self._scatter(checkout)
            return
        checkout.open(staff_look(self._looks), at_once=at_once)
        for other in self.checkouts.values():
            self._consider_changing(other)

    def pause_lane(self, lane: str, *, paused: bool) -> None:
        """Stop a till, or let it go on.

        Raises:
            KeyError: there is no such lane.
        """
        self.checkouts[lane].pause(paused)

    def set_arrivals(self, per_hour: float | None) -> None:
        """Let so many units an hour come in from now on; None goes back to the settings.

        Raises:
            ValueError: a negative or unreasonable rate.
        """
        if per_hour is not None and not 0.0 <= per_hour <= 5000.0:
            raise ValueError(f"per_hour: expected 0 to 5000, found {per_hour}")
        self._arrivals_per_hour = per_hour
        self._arrival.cancel()
        self._next_arrival()

    def pick(self, shelf: str, party: Party) -> None:
        """Let a shopper take the front item of a shelf, when there is one."""
        epc = self.stock.front(shelf, party.rng)
        if epc is None:
            return
        self.stock.pick(epc)
        self.floor.emit("picked", party, shelf=shelf, epc=epc)
        if self.settings.restock_s is not None and len(self.stock.on(shelf)) == FEW_ITEMS:
            self._agenda.after(self.settings.restock_s, partial(self._restock, shelf))

    def _restock(self, shelf: str) -> None:
        for epc, item in self.stock.items.items():
            if item.shelf == shelf and self.stock.place(epc) is None:
                self.put_back(epc)

    def take(self, shelf: str, count: int) -> list[str]:
        """Take items off a shelf, as many as there are up to ``count``; returns their EPCs.

        Raises:
            KeyError: there is no such shelf.
            ValueError: not 1 to 100 items.
        """
        self.settings.layout.shelf(shelf)
        if not 1 <= count <= 100:
            raise ValueError(f"count: expected 1 to 100, found {count}")
        taken = self.stock.on(shelf)[:count]
        for epc in taken:
            self.stock.pick(epc)
            self.floor.emit("picked", shelf=shelf, epc=epc)
        return taken

    def put_back(self, epc: str, shelf: str | None = None) -> None:
        """Put an item on a shelf, by default where it belongs.

        Raises:
            KeyError: there is no such item or shelf.
        """
        if shelf is not None:
            self.settings.layout.shelf(shelf)
        self.stock.put(epc, shelf)
        self.floor.emit("placed", shelf=self.stock.place(epc), epc=epc)

    # -- people who come and go -------------------------------------------------------------

    def gone(self, party: Party) -> None:
        """Take a unit off the floor."""
        self._parties.pop(party.unit, None)
        for member in party.members:
            self.floor.remove(member)

    def _staff(self) -> None:
        for lane in self.settings.open_lanes:
            self.set_lane(lane, is_open=True, at_once=True)
        for lane in self.settings.packers:
            layout = self.settings.layout.lane(lane)
            packer = self.floor.enter(
                Role.PACKER, staff_look(self._looks), 0, layout.packer_spot, math.pi / 2
            )
            packer.lane = lane
        for change in self.settings.lane_changes:
            self._agenda.at(change.t_s, partial(self._change_lane, change))

    def _change_lane(self, change: LaneChange) -> None:
        self.set_lane(change.lane, is_open=change.open)

    def _next_arrival(self) -> None:
        """Arrange the next arrival; a Poisson process whose rate follows the hour, by thinning."""
        peak = max(*self.settings.arrivals_per_hour, self._arrivals_per_hour or 0.0, 60.0)
        self._arrival = self._agenda.after(
            self._arrivals.expovariate(peak / 3600.0), lambda: self._arrive(peak)
        )

    def _arrive(self, peak: float) -> None:
        rate = self._arrivals_per_hour
        if rate is None:
            rate = self.settings.arrivals_at(self.now_s)
        if self._arrivals.random() * peak < rate:
            party = self._party()
            self._run(party, visit(self, party, party.rng.choices((0, 1, 2, 3), (3, 4, 2, 1))[0]))
        self._next_arrival()

    def _next_passer(self, rng: Random) -> None:
        rate = self.settings.passers_per_hour / 3600.0
        if rate > 0.0:
            self._agenda.after(rng.expovariate(rate), lambda: self._pass(rng))

    def _pass(self, rng: Random) -> None:
        party = self._party(role=Role.PASSER)
        self._run(party, pass_by(self, party, rng))
        self._next_passer(rng)

    def _party(
        self,
        *,
        role: Role = Role.SHOPPER,
        sizes: tuple[float, float, float] | None = None,
        patient: bool = False,
    ) -> Party:
        settings, unit = self.settings, next(self._units)
        rng = stream(self.seed, f"unit {unit}")
        size = rng.choices((1, 2, 3), sizes or settings.group_sizes)[0]
        start = (settings.layout.passage_x + rng.uniform(3.5, 4.5), -2.6)
        members = [
            self.floor.enter(
                role,
                random_look(rng, cart=settings.carts if i == 0 else 0.0, child=i == 2),
                unit,
                start,
                math.pi,
            )
            for i in range(size)
        ]
        items = 1 + rng.expovariate(1.0 / max(settings.items_mean - 1.0, 1e-6))
        mean_s = settings.service_base_s + settings.service_item_s * items
        sigma = settings.service_sigma
        party = Party(
            unit,
            members,
            rng,
            speed_mps=rng.uniform(0.9, 1.35),
            service_s=rng.lognormvariate(math.log(mean_s) - sigma * sigma / 2.0, sigma),
            patience_s=math.inf if patient else rng.expovariate(1.0 / settings.patience_s),
            tolerance=99 if patient else rng.randint(*settings.tolerance),
            gap_m=rng.uniform(*settings.gap_m),
            aside_m=settings.aside_m * Random(f"aside {unit}").uniform(-1.0, 1.0),
        )
        self._parties[unit] = party
        return party

    def _run(self, party: Party, process: Process) -> None:
        """Let a shopper do something until it ends or the shopper is gone."""

        def go_on() -> None:
            if party.unit not in self._parties:
                return
            wake_s = next(process, None)
            if wake_s is not None:
                self._agenda.at(wake_s, go_on)

        go_on()

    # -- what queues do ---------------------------------------------------------------------

    def _reaction(self) -> float:
        return self._reactions.uniform(0.25, 0.8)

    def _done(self, party: Party) -> None:
        """Let a unit leave that was served or gave up, and others look at the shorter queue."""
        self._run(party, leave(self, party))
        for checkout in self.checkouts.values():
            self._consider_changing(checkout)

    def _consider_changing(self, checkout: Checkout) -> None:
        """Let those near the tail go to a lane that is shorter by two."""
        for party in list(reversed(checkout.queue))[:2]:
            ahead = sum(p.size for p in checkout.queue[: checkout.queue.index(party)])
            others = [c for c in self.checkouts.values() if c.state == "open" and c is not checkout]
            if not others or (math.isinf(party.patience_s) and ahead < 3):
                continue
            best = min(others, key=lambda c: c.length)
            shorter = ahead - best.length - (best.called is not None)
            if shorter >= 2 and party.rng.random() < self.settings.jockeying:
                self._jockey(party, checkout, best)

    def _scatter(self, checkout: Checkout) -> None:
        """The cashier left: who waits goes to another lane, if there is one."""
        if any(c.state == "open" for c in self.checkouts.values()):
            for i, party in enumerate(list(checkout.queue)):
                self._agenda.after(2.0 + 1.5 * i, partial(self._jockey, party, checkout, None))

    def _jockey(self, party: Party, checkout: Checkout, to: Checkout | None) -> None:
        if party not in checkout.queue:
            return
        wait_s = self.now_s - (party.joined_s if party.joined_s is not None else self.now_s)
        self.floor.emit(
            "jockeyed",
            party,
            lane=checkout.lane,
            to_lane=to.lane if to is not None else None,
            wait_s=wait_s,
        )
        checkout.leave(party)
        self._run(party, check_out(self, party, but_not=checkout.lane))
