"""One checkout lane: who waits, who is served, whether somebody is at the till."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from simulators.scene.agenda import Appointment
from simulators.scene.floor import Floor
from simulators.scene.layout import LaneLayout, Point
from simulators.scene.people import Doing, Look, Party, Person, Role
from simulators.scene.truth import LaneTruth

TO_THE_TILL = -math.pi / 2
"""Heading of people who wait: towards smaller y."""

TO_THE_COUNTER = math.pi
"""Heading of the person being served: towards the counter at their left."""

STAFF_SPEED_MPS = 1.3
MOVE_UP_M = 0.15
"""Nobody moves up for less."""


class Checkout:
    """A lane with its queue.

    Attributes:
        state: open, closing (serves those who wait, nobody joins) or closed.
        queue: units from head to tail; they joined and were not called yet.
        called: the unit that walks to the counter or is served.
        paused: nobody is called to the counter and no service ends.
    """

    def __init__(
        self,
        layout: LaneLayout,
        floor: Floor,
        gone: Callable[[Party], None],
        shuffle: Callable[[], float],
    ) -> None:
        """Make a closed lane.

        Args:
            layout: where it stands.
            floor: the people.
            gone: told of each unit that was served or gave up.
            shuffle: draws the reaction time of somebody who moves up, seconds.
        """
        self.layout = layout
        self.lane = layout.lane
        self.state = "closed"
        self.queue: list[Party] = []
        self.called: Party | None = None
        self.coming: list[Party] = []
        self.paused = False
        self.cashier: Person | None = None
        self._floor = floor
        self._gone = gone
        self._shuffle = shuffle
        self._service: Appointment | None = None
        self._patience: dict[int, Appointment] = {}
        self._moves: dict[int, Appointment] = {}

    # -- what others see ------------------------------------------------------------------

    @property
    def length(self) -> int:
        """People who wait, on the way to the counter, or on the way to the tail."""
        walking = self.called is not None and self.called.served_from_s is None
        units = [*self.queue, *self.coming, *([self.called] if walking and self.called else [])]
        return sum(party.size for party in units)

    @property
    def tail(self) -> Point:
        """Where the next one stands."""
        return self.layout.spot(self._depth(self.queue))

    def truth(self) -> LaneTruth:
        """Give the true state."""
        waiting = list(self.queue)
        served = 0
        if self.called is not None:
            if self.called.served_from_s is None:
                waiting.insert(0, self.called)
            else:
                served = self.called.size
        line = tuple(member.person for party in waiting for member in party.members)
        return LaneTruth(len(line), served, len(waiting), self.state, line)

    # -- staff ----------------------------------------------------------------------------

    def open(self, look: Look, *, at_once: bool = False) -> None:
        """Send a cashier to the till; the lane is open when they are there."""
        if self.state == "closing":
            self._set_state("open")
        if self.cashier is not None:
            return
        x, y = self.layout.cashier_spot
        start = (x, y) if at_once else (x - 0.1, -2.6)
        self.cashier = self._floor.enter(Role.CASHIER, look, 0, start, 0.0)
        self.cashier.lane = self.lane
        self.cashier.doing = Doing.WORKING
        arrival_s = self._floor.walk(self.cashier, [(x, y)], STAFF_SPEED_MPS, 0.0)
        self._set_state("open")
        self._floor.agenda.at(arrival_s, self._call)

    def close(self, *, at_once: bool = False) -> None:
        """Serve those who wait and close; ``at_once`` the cashier just leaves."""
        if self.state == "closed":
            return
        if not at_once and (self.queue or self.called or self.coming):
            self._set_state("closing")
            return
        self._set_state("closed")
        self._send_cashier_away()
        self._break_off()

    def _send_cashier_away(self) -> None:
        if self.cashier is not None:
            cashier, self.cashier = self.cashier, None
            x, _ = self.layout.cashier_spot
            end_s = self._floor.walk(
                cashier, [(x - 0.1, -2.6), (x - 0.1, -6.0)], STAFF_SPEED_MPS, None
            )
            self._floor.agenda.at(end_s, lambda: self._floor.remove(cashier))

    def _break_off(self) -> None:
        """Nobody serves any more: who is at the counter goes, who was called waits again."""
        party = self.called
        if party is None:
            return
        if party.served_from_s is not None:
            self._stop_service()
            self._end(party)
        else:
            self.called = None
            self.queue.insert(0, party)
            self._settle()

    def pause(self, paused: bool) -> None:
        """Hold the till, or go on."""
        self.paused = paused
        if paused:
            self._stop_service()
        elif self.called is not None and self.called.served_from_s is not None:
            self._serve(self.called)
        self._call()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self._floor.emit("lane_changed", lane=self.lane, state=state)

    # -- customers ------------------------------------------------------------------------

    def join(self, party: Party) -> None:
        """Stand at the tail."""
        now_s = self._floor.agenda.now_s
        if party in self.coming:
            self.coming.remove(party)
        party.joined_s = now_s
        party.served_from_s = None
        party.do(Doing.WAITING, self.lane)
        self.queue.append(party)
        self._floor.emit("joined", party, lane=self.lane)
        if math.isfinite(party.patience_s):
            self._patience[party.unit] = self._floor.agenda.after(
                party.patience_s, lambda: self._lose_patience(party)
            )
        self._settle()
        self._call()

    def leave(self, party: Party) -> None:
        """Take a unit out of the queue without service."""
        somebody_behind = self.queue[-1] is not party
        self.queue.remove(party)
        self._forget(party)
        if somebody_behind:
            self._advance()
        self._settle()
        self._close_when_done()

    def turn_away(self, party: Party) -> None:
        """Expect a unit no longer that was on its way to the tail."""
        if party in self.coming:
            self.coming.remove(party)
            self._close_when_done()

    def empty(self) -> list[Party]:
        """Take everybody out, also who is being served."""
        parties = [*self.queue, *([self.called] if self.called is not None else [])]
        self.queue.clear()
        self.called = None
        self._stop_service()
        for party in parties:
            self._forget(party)
        self._close_when_done()
        return parties

    def place(self, party: Party) -> None:
        """Put a unit on the floor at its place in the queue; it need not walk there."""
        x, y = self.tail
        spot = (x, y + party.cart_m)
        for member, (side, back) in zip(party.members, party.formation, strict=True):
            self._floor.remove(member)
            fresh = self._floor.enter(
                member.role, member.look, member.unit, (spot[0] + side, spot[1] + back), TO_THE_TILL
            )
            party.members[party.members.index(member)] = fresh
        self.join(party)

    def _lose_patience(self, party: Party) -> None:
        # Whoever is next stays: the end is in sight.
        if party in self.queue and self.queue.index(party) >= 1:
            wait_s = self._floor.agenda.now_s - (party.joined_s or 0.0)
            self._floor.emit("reneged", party, lane=self.lane, wait_s=wait_s)
            self.leave(party)
            self._gone(party)

    def _advance(self) -> None:
        if self.queue:
            self._floor.emit("advanced", self.queue[0], lane=self.lane)

    def _forget(self, party: Party) -> None:
        for book in (self._patience, self._moves):
            appointment = book.pop(party.unit, None)
            if appointment is not None:
                appointment.cancel()

    # -- service --------------------------------------------------------------------------

    def _call(self) -> None:
        cashier = self.cashier
        ready = cashier is not None and cashier.path.end_s <= self._floor.agenda.now_s
        if self.called is not None or self.paused or not ready or not self.queue:
            return
        party = self.queue.pop(0)
        self._forget(party)
        self.called = party
        # Whoever pushes a cart keeps it in the lane instead of turning it into the counter.
        facing = TO_THE_TILL if party.leader.look.cart else TO_THE_COUNTER
        arrival_s = self._floor.walk_party(party, [self.layout.service_spot], facing)
        self._floor.agenda.at(arrival_s, lambda: self._begin(party))
        self._settle()

    def _begin(self, party: Party) -> None:
        if self.called is not party or party.served_from_s is not None:
            return
        now_s = self._floor.agenda.now_s
        party.served_from_s = now_s
        party.do(Doing.SERVED, self.lane)
        wait_s = now_s - (party.joined_s if party.joined_s is not None else now_s)
        self._floor.emit("service_start", party, lane=self.lane, wait_s=wait_s)
        self._advance()
        if not self.paused:
            self._serve(party)

    def _stop_service(self) -> None:
        if self._service is not None:
            self._service.cancel()
            self._service = None

    def _serve(self, party: Party) -> None:
        self._service = self._floor.agenda.after(party.service_s, lambda: self._end(party))

    def _end(self, party: Party) -> None:
        now_s = self._floor.agenda.now_s
        service_s = now_s - (party.served_from_s if party.served_from_s is not None else now_s)
        self._floor.emit("service_end", party, lane=self.lane, service_s=service_s)
        self.called = None
        self._service = None
        self._gone(party)
        self._floor.agenda.after(self._shuffle(), self._call)
        self._close_when_done()

    def _close_when_done(self) -> None:
        if self.state == "closing" and not (self.queue or self.coming or self.called):
            self.close()

    # -- moving up ------------------------------------------------------------------------

    def _depth(self, units: list[Party]) -> float:
        """How far behind the head the unit after ``units`` stands, in metres."""
        return sum(p.cart_m + p.depth_m + p.gap_m for p in units)

    def _settle(self) -> None:
        """Let everybody move up who has room, one after the other as people do."""
        delay_s = 0.0
        for i, party in enumerate(self.queue):
            delay_s += self._shuffle()
            spot = self.layout.spot(self._depth(self.queue[:i]) + party.cart_m)
            if math.dist(party.leader.path.points[-1], self._place_of(party, spot)) < MOVE_UP_M:
                continue
            earlier = self._moves.pop(party.unit, None)
            if earlier is not None:
                earlier.cancel()
            self._moves[party.unit] = self._floor.agenda.after(
                delay_s, partial(self._move_up, party)
            )

    def _place_of(self, party: Party, spot: Point) -> Point:
        side, back = party.formation[0]
        return (spot[0] + side, spot[1] + back)

    def _move_up(self, party: Party) -> None:
        if party in self.queue:
            i = self.queue.index(party)
            spot = self.layout.spot(self._depth(self.queue[:i]) + party.cart_m)
            self._floor.walk_party(party, [spot], TO_THE_TILL)
