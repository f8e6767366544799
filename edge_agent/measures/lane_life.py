"""The life of one lane as a network reads it: who joined, whose turn began, and whose is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from edge_agent.measures.lane_reader import LATE_S, Read
from edge_agent.measures.scoring import WaitScorer
from edge_agent.measures.service import ServiceTimes
from edge_agent.measures.turns import Began, Over, Turns
from edge_agent.measures.waits import Wait, WaitBlend
from messages.events import EventData, Joined, ServiceDone, WaitDone


class Line(NamedTuple):
    """How many wait.

    Attributes:
        heads: people, as it is told.
        units: queue units, before they are rounded.
        told: the same as it is told.
        promise: the wait published until now.
    """

    heads: int
    units: float
    told: int
    promise: Wait | None


class LaneLife:
    """Life of one lane.

    Attributes:
        last_wait_s: wait of the last one to be served; None where that is not known.

    Args:
        lane: id of the lane.
        services: what the services of all lanes of the camera taught.
        blend: what their waits taught.
        scorer: of the waits of this lane.
    """

    def __init__(
        self,
        lane: str,
        services: ServiceTimes,
        blend: WaitBlend,
        scorer: WaitScorer,
    ) -> None:
        self._lane = lane
        self._turns = Turns()
        self._services, self._blend, self._scorer = services, blend, scorer
        self.last_wait_s: float | None = None

    def restart(self) -> None:
        """Forget who is there, keep what was learned."""
        self._turns.restart()

    def left(self, joined_s: float, end_s: float) -> None:
        """Take in that somebody who joined has left before they were served."""
        self._turns.left(joined_s, end_s)

    def events(
        self, read: Read, line: Line, t_s: float, persons: Callable[[], tuple[int, int]]
    ) -> list[EventData]:
        """Tell what happened.

        Args:
            read: what was read at ``t_s``.
            line: how many waited then.
            t_s: time of the look.
            persons: tells the person ids of who is served or next, and of who came last.
        """
        self._turns.note(line.units, line.promise, t_s)
        then_s = t_s - LATE_S
        events: list[EventData] = []
        free = self._turns.look(t_s, busy=read.busy)
        ended = self._turns.end(then_s) if read.ended else None
        before = self._turns.next(then_s) if read.started else None
        events += [self._over(over) for over in (free, ended, before) if over and over.began.known]
        if read.started:
            began = self._turns.begin(persons()[0], then_s)
            self._learn(began)
            if began.known:
                events.append(self._waited(began))
        joined = self._turns.joined(line.told, t_s)
        return [*(self._came(persons()[1], line, then_s) for _ in range(joined)), *events]

    def _came(self, person: int, line: Line, t_s: float) -> Joined:
        promise = self._turns.promised(t_s)
        return Joined(
            lane=self._lane,
            person=person,
            waiting=max(line.heads - 1, 0),
            predicted_s=None if promise is None else promise.p50_s,
            predicted_p90_s=None if promise is None else promise.p90_s,
        )

    def _learn(self, began: Began) -> None:
        """Learn from a wait that is over; of one whose beginning nobody saw only that it was."""
        wait_s, promise = began.wait_s, began.arrival.promise
        self._scorer.ended(wait_s)
        if not began.arrival.seen:
            return
        self.last_wait_s = wait_s
        if 0.0 <= began.after_s < wait_s:
            self._services.learn_change(began.after_s)
        if promise is not None:
            self._blend.learn(promise, wait_s)
            self._scorer.served(promise.p50_s, promise.p90_s, wait_s)

    def _waited(self, began: Began) -> WaitDone:
        promise = began.arrival.promise
        return WaitDone(
            lane=self._lane,
            person=began.person,
            wait_s=began.wait_s,
            outcome="served",
            predicted_s=None if promise is None else promise.p50_s,
            predicted_p90_s=None if promise is None else promise.p90_s,
        )

    def _over(self, over: Over) -> ServiceDone:
        """Learn from a turn that is over, and tell of it."""
        service_s = max(over.end_s - over.began.t_s, 0.0)
        if over.whole:
            self._services.learn(self._lane, over.end_s, service_s)
        return ServiceDone(lane=self._lane, person=over.began.person, service_s=service_s)
