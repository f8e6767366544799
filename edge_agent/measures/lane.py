"""One lane: its people, its waits, its state, put into one reading."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from edge_agent.measures import till, units
from edge_agent.measures.arrivals import Arrival, Arrivals
from edge_agent.measures.delays import LaneSight, delays
from edge_agent.measures.followed import Followed
from edge_agent.measures.gait import Box, Gait, Point
from edge_agent.measures.hiding import CERTAIN
from edge_agent.measures.lane_life import LaneLife, Line
from edge_agent.measures.lane_state import LaneWatch
from edge_agent.measures.lanes import LaneShape
from edge_agent.measures.members import Member, Sighting, Stage
from edge_agent.measures.queue import A_MOMENT_S, LaneQueue
from edge_agent.measures.readings import LaneState, QueueData
from edge_agent.measures.scoring import WaitScorer
from edge_agent.measures.service import ServiceTimes
from edge_agent.measures.steady import Steady
from edge_agent.measures.steps import Step
from edge_agent.measures.unseen_service import UnseenService
from edge_agent.measures.waits import Wait, WaitBlend
from edge_agent.measures.weighing import Weighed
from messages.events import EventData, Joined, LaneChanged, ServiceDone, WaitDone
from messages.payloads import WaitScore

KNOWN_AFTER_S = 1.0
"""Before so many seconds have been watched nobody knows who stands and who walks."""

AGAIN_AFTER_S = 1.0
"""Waits and score are worked out again after so long, or when somebody came or went."""

_SILENT = (LaneState.CLOSED, LaneState.UNKNOWN)
"""What lanes say of whose waits nothing is known."""
_GUESSED = 0.5
"""Certainty of somebody who is only inferred."""
_SEEN = 1.0 / (1.0 + math.exp(-CERTAIN))

Outcome = Literal["served", "reneged", "jockeyed", "balked"]


class Lane:
    """A lane of one camera.

    Attributes:
        elsewhere: units that wait where other cameras see them, behind those here; None: unknown.

    Args:
        shape: the lane in the picture.
        camera: id of the camera.
        services: what the services of all lanes of the camera taught.
        blend: what their waits taught.
    """

    def __init__(
        self,
        shape: LaneShape,
        camera: str,
        services: ServiceTimes,
        blend: WaitBlend,
    ) -> None:
        self.shape = shape
        self.watch = LaneWatch(has_staff=shape.has_staff)
        self._camera = camera
        self._queue = LaneQueue(shape)
        self._steady, self._unseen_service = Steady(), UnseenService()
        self._services = services
        self._blend = blend
        self._scorer = WaitScorer()
        self._life = LaneLife(shape.lane, services, blend, self._scorer)
        self._arrivals = Arrivals()
        self._arrived: tuple[int, Arrival] | None = None
        # The first is for who joins the part of the queue that this camera sees, the second for
        # who joins the whole of it.
        self._promise: Wait | None = None
        self._shown: Wait | None = None
        self._state = LaneState.UNKNOWN
        self._since_s: float | None = None
        self._said_s = -math.inf
        self._said_of: tuple[int, int, int, bool, LaneState] | None = None
        self._score: WaitScore | None = None
        self._service_end_s = math.nan
        self._last_wait_s: float | None = None
        self._busy_s: float | None = None
        self._beside: set[int] = set()
        self.elsewhere: int | None = 0
        self._said: tuple[object, ...] = ()
        self._read: QueueData | None = None
        self.left: list[Member] = []
        self.joined: list[Member] = []

    @property
    def name(self) -> str:
        """Lane id."""
        return self.shape.lane

    @property
    def promise(self) -> Wait | None:
        """The wait of who joins now; None while nothing can be said."""
        return self._shown

    def restart(self) -> None:
        """Forget who is there, keep what was learned."""
        self._queue.clear()
        self._steady.restart()
        self._life.restart()
        self._arrivals.restart()
        self._arrived = None
        self._unseen_service.restart()
        self._promise = self._shown = None
        self._service_end_s, self._busy_s = math.nan, None
        self._beside.clear()
        self._since_s = None
        self.watch.restart()

    def follow(
        self,
        t_s: float,
        dt_s: float,
        sightings: Sequence[Sighting],
        elsewhere: Mapping[int, tuple[Point, Gait]],
        seen_boxes: Sequence[Box],
        steepness: float,
    ) -> Followed:
        """Take in who of those followed is where, as :class:`LaneQueue` does."""
        if self._since_s is None:
            self._since_s = t_s
        queue = self._queue
        step = queue.update(t_s, dt_s, sightings, elsewhere, seen_boxes, steepness)
        known = queue.at(Stage.WAITING)
        waiting = known + queue.hidden(t_s)
        now = till.now(queue.members, self.shape, t_s, steepness)
        served = queue.at(Stage.SERVED)
        return Followed(step, waiting, served, units.count(known), now, queue.members)

    def tell(
        self,
        t_s: float,
        dt_s: float,
        followed: Followed,
        told: Weighed | None,
        steepness: float,
        *,
        cashier: bool,
    ) -> tuple[QueueData, list[EventData]]:
        """Give the reading and what happened.

        Who left before service or joined is in ``left`` and ``joined`` until the next call;
        only all lanes together know whether somebody changed lanes.

        Args:
            t_s: time of the look.
            dt_s: seconds since the last one.
            followed: what ``follow`` gave for it.
            told: what all boxes tell, or a network of those who are followed; None: nothing.
            steepness: how far down it is to people's heads for each metre towards them.
            cashier: whether one is there.
        """
        _, waiting, served, _, now, _ = followed
        self._scorer.stood(_standing(followed, told), dt_s)
        events = self._events(followed, t_s, told)
        state = self.watch.update(t_s, cashier=cashier, served=len(served), waiting=len(waiting))
        if state != self._state:
            self._state = state
            events.append(LaneChanged(lane=self.name, state=state))
        line = units.count(waiting) if told is None else told.ahead
        serving_s = self._serving_since(t_s, served, told)
        said_of = (line, len(waiting), len(served), serving_s is None, state)
        if events or said_of != self._said_of or not 0.0 <= t_s - self._said_s < AGAIN_AFTER_S:
            self._said_s, self._said_of = t_s, said_of
            self._promise = self._shown = self._predict(t_s, line, waiting, serving_s, state)
            if self.elsewhere != 0:
                more = None if self.elsewhere is None else line + self.elsewhere
                self._shown = self._predict(t_s, more, waiting, serving_s, state)
            self._score = self._scorer.score(sum(t_s - m.joined_s for m in waiting))
        if told is None or told.read is None:
            now = now._replace(waiting=self._steady.update(now.waiting, t_s, steepness))
        return self._reading(t_s, now, told, state), events

    def gone(self, member: Member, outcome: Outcome, to_lane: str | None = None) -> WaitDone:
        """Tell that a member left before service."""
        since_s = member.entered_s if math.isnan(member.joined_s) else member.joined_s
        return self._wait_done(member, max(member.end_s - since_s, 0.0), outcome, to_lane)

    def _events(self, followed: Followed, t_s: float, told: Weighed | None) -> list[EventData]:
        """Tell what happened, by those who are followed or by what the network read."""
        step = followed.step
        read = told.read if told is not None and told.happens else None
        self.joined, self.left = step.joined, step.left
        events: list[EventData] = []
        if told is None or read is None:
            if told is not None and told.read is not None:
                self._arrivals.note(told.units, self._promise, t_s)
                for member in step.left:
                    self._arrivals.left(member.joined_s, member.end_s)
            events += [self._joined(member, len(followed.waiting)) for member in step.joined]
            events += self._by_tracks(step, t_s)
        else:
            for member in step.joined:
                member.promise = self._promise
            for member in step.left:
                self._life.left(member.joined_s, member.end_s)
            line = Line(told.heads, told.units, told.line, self._promise)
            events += self._life.events(read, line, t_s, self._persons)
            self._last_wait_s = self._life.last_wait_s
        if not self.shape.has_service:
            # Nobody sees whether they were served or gave up: there are lengths and no waits.
            self.left = []
            return events
        events += [self.gone(member, "balked") for member in step.looked]
        # Of whom tracks lost the turns tell, so that they would end twice.
        for member in step.left if read is not None else (*step.left, *step.passed):
            self._scorer.ended(max(member.end_s - member.joined_s, 0.0))
        return events

    def _persons(self) -> tuple[int, int]:
        """Who is served, or next, and who came last; 0 where nobody is followed."""
        served, waiting = (self._queue.at(stage) for stage in (Stage.SERVED, Stage.WAITING))
        came = [*waiting, *self._queue.at(Stage.ARRIVING)] or served
        last = max(came, key=lambda m: m.entered_s, default=None)
        first = next(iter(served or waiting), last)
        return (0, 0) if first is None or last is None else (first.person, last.person)

    def _by_tracks(self, step: Step, t_s: float) -> list[EventData]:
        """Tell of services that began and ended where all that is known is who is followed."""
        events: list[EventData] = []
        for member in step.started:
            arrival = self._arrival(member)
            if not _appeared(member):
                events.append(self._started(member, arrival))
        for member in step.finished:
            done = self._finished(member, t_s)
            if not _appeared(member):
                events.append(done)
        return events

    def _joined(self, member: Member, waiting: int) -> Joined:
        # What was published before this shopper joined is what they were promised.
        promise = member.promise = self._promise
        return Joined(
            lane=self.name,
            person=member.person,
            waiting=max(waiting - 1, 0),
            predicted_s=None if promise is None else promise.p50_s,
            predicted_p90_s=None if promise is None else promise.p90_s,
        )

    def _arrival(self, member: Member) -> Arrival:
        """When those of the unit of somebody who is served now came, by how many waited."""
        if self._arrived is None or self._arrived[0] != member.unit:
            self._arrived = member.unit, self._arrivals.start(member.service_s)
        return self._arrived[1]

    def _started(self, member: Member, arrival: Arrival) -> WaitDone:
        joined_s = member.joined_s
        if member.born_inside and arrival.seen:
            # They were seen first in the middle of the queue, so they came sooner than that.
            joined_s = min(joined_s, arrival.joined_s)
        wait_s = max(member.service_s - joined_s, 0.0)
        self._scorer.ended(wait_s)
        if not self._is_alone(member):
            self._beside.add(member.person)
        elif member.unit == member.person and not member.born_inside:
            # Who was seen first in the middle of the queue has waited longer than we know.
            self._learn(member, wait_s)
        return self._wait_done(member, wait_s, "served")

    def _learn(self, member: Member, wait_s: float) -> None:
        """Learn from a wait that was watched whole."""
        self._last_wait_s = wait_s
        if member.joined_s < self._service_end_s:
            self._services.learn_change(member.service_s - self._service_end_s)
        if member.promise is not None:
            self._blend.learn(member.promise, wait_s)
            self._scorer.served(member.promise.p50_s, member.promise.p90_s, wait_s)

    def _finished(self, member: Member, t_s: float) -> ServiceDone:
        service_s = max(member.end_s - member.service_s, 0.0)
        self._service_end_s = member.end_s
        beside = member.person in self._beside or not self._is_alone(member)
        self._beside.discard(member.person)
        # Of who appeared at the till, or vanished there, only a part of the service was seen.
        whole = member.counts and not _appeared(member)
        if member.unit == member.person and whole and not beside:
            self._services.learn(self.name, t_s, service_s)
        return ServiceDone(lane=self.name, person=member.person, service_s=service_s)

    def _is_alone(self, member: Member) -> bool:
        """Whether nobody of another unit is being served.

        A till serves one party at a time: who stands there beside somebody else belongs to them,
        though they joined apart, and the times of one of them are not those of the party.
        """
        return all(m.unit == member.unit for m in self._queue.at(Stage.SERVED))

    def _serving_since(
        self, t_s: float, served: list[Member], told: Weighed | None
    ) -> float | None:
        """Since when somebody is served; of who is not followed, since a network reads them there.

        Where tracks tell what happens they end a service sooner than that network does.
        """
        read = told.read if told is not None and told.happens else None
        if read is None or not read.busy:
            self._busy_s = None
        elif self._busy_s is None or read.started:
            self._busy_s = t_s
        return min((m.service_s for m in served), default=self._busy_s)

    def _predict(
        self,
        t_s: float,
        line: int | None,
        waiting: list[Member],
        serving_since_s: float | None,
        state: LaneState,
    ) -> Wait | None:
        """Give the wait behind ``line`` units; of those ``waiting`` it takes how long they did."""
        if not self.shape.has_service or state in _SILENT or line is None:
            return None
        sight = LaneSight(
            waiting=line,
            serving_for_s=None if serving_since_s is None else max(t_s - serving_since_s, 0.0),
            head_wait_s=max(t_s - waiting[0].joined_s, 0.0) if waiting else None,
            last_wait_s=self._last_wait_s,
        )
        return self._blend.predict(delays(sight, self._services.of(self.name, t_s)))

    def _reading(
        self, t_s: float, now: till.Now, told: Weighed | None, state: LaneState
    ) -> QueueData:
        if self._since_s is None or t_s - self._since_s < KNOWN_AFTER_S:
            return QueueData(
                lane=self.name, waiting=None, served=None, open=state, camera=self._camera
            )
        promise = self._shown
        if told is not None and told.read is not None:
            heads, party, line, sure = told.heads, told.party, told.line, told.certainty
        else:
            heads, party, line, sure = self._without_network(t_s, now, told, state)
        said = heads, party, line, promise, state, sure, self._score
        # Most frames say what the last one said, and checking a message costs more than comparing.
        if self._read is None or said != self._said:
            self._said = said
            self._read = QueueData(
                lane=self.name,
                camera=self._camera,
                waiting=heads,
                served=party if self.shape.has_service else None,
                units=line,
                wait_s=None if promise is None else promise.p50_s,
                wait_p90_s=None if promise is None else promise.p90_s,
                open=state,
                confidence=sure,
                score=self._score,
            )
        return self._read

    def _without_network(
        self, t_s: float, now: till.Now, told: Weighed | None, state: LaneState
    ) -> tuple[int, int, int, float]:
        """People who wait and at the till, queue units, and how sure that is."""
        waiting, served = now
        unseen = self._unseen_service.update(now, t_s) and state != LaneState.CLOSED
        party = (len(served) if told is None else told.party) or int(unseen)
        if told is None:
            return len(waiting), party, units.count(waiting), _confidence(waiting, served, unseen)
        return told.heads, party, told.line, _mean(told, served, unseen)

    def _wait_done(
        self, member: Member, wait_s: float, outcome: Outcome, to_lane: str | None = None
    ) -> WaitDone:
        promise = member.promise
        return WaitDone(
            lane=self.name,
            person=member.person,
            wait_s=wait_s,
            outcome=outcome,
            predicted_s=None if promise is None else promise.p50_s,
            predicted_p90_s=None if promise is None else promise.p90_s,
            to_lane=to_lane,
        )


def _confidence(waiting: list[Member], served: list[Member], unseen: bool) -> float:
    """Mean certainty; most are seen and share the highest there is."""
    n = len(waiting) + len(served) + unseen
    doubted = [m.certainty for some in (waiting, served) for m in some if m.log_odds < CERTAIN]
    if unseen:
        doubted.append(_GUESSED)
    return (sum(doubted) + (n - len(doubted)) * _SEEN) / n if n else 1.0


def _mean(told: Weighed, served: list[Member], unseen: bool) -> float:
    """Mean certainty where the queue is told by boxes."""
    n = told.heads + len(served) + unseen
    at_till = sum(m.certainty for m in served) + unseen * _GUESSED
    return (told.heads * told.certainty + at_till) / n if n else 1.0


def _standing(followed: Followed, told: Weighed | None) -> float:
    """How many wait, in what the waits are of that are told: units, or people by their tracks."""
    if told is None:
        return len(followed.waiting)
    return told.read.waiting if told.read is not None and not told.happens else told.units


def _appeared(member: Member) -> bool:
    """Whether somebody was seen first at the till, so that nobody knows whether they waited."""
    waited = member.straight or member.service_s - member.joined_s >= A_MOMENT_S
    return member.born_inside and not waited
