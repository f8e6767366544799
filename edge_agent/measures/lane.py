"""One lane: its people, its waits, its state, put into one reading."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.lane_state import LaneWatch
from edge_agent.measures.lanes import LaneShape
from edge_agent.measures.queue import LaneQueue, Member, Sighting, Stage
from edge_agent.measures.readings import LaneState, QueueData
from edge_agent.measures.waits import Wait, WaitPredictor
from messages.payloads import EventData, Joined, LaneChanged, ServiceDone, WaitDone


class Lane:
    """A lane of one camera.

    Args:
        shape: the lane in the picture.
        camera: id of the camera.
    """

    def __init__(self, shape: LaneShape, camera: str) -> None:
        self.shape = shape
        self.watch = LaneWatch(has_staff=shape.has_staff)
        self._camera = camera
        self._queue = LaneQueue(shape)
        self._predictor = WaitPredictor()
        self._promises: dict[int, Wait] = {}
        self._promise: Wait | None = None
        self._state = LaneState.UNKNOWN

    def restart(self) -> None:
        """Forget who is there, keep what was learned."""
        self._queue.clear()
        self._promises.clear()
        self._promise = None
        self.watch.restart()

    def update(
        self,
        t_s: float,
        dt_s: float,
        sightings: Sequence[Sighting],
        elsewhere: set[int],
        seen_boxes: NDArray[np.float64],
        *,
        cashier: bool,
        events: list[EventData],
    ) -> QueueData:
        """Take in one frame; what happened is added to ``events``."""
        step = self._queue.update(t_s, dt_s, sightings, elsewhere, seen_boxes)
        waiting, served = self._queue.at(Stage.WAITING), self._queue.at(Stage.SERVED)
        for member in step.joined:
            events.append(self._joined(member, len(waiting)))
        for member in step.started:
            wait_s = max(member.service_s - member.entered_s, 0.0)
            events.append(self._done(member, wait_s, "served"))
        for member in step.finished:
            service_s = max(member.seen_s - member.service_s, 0.0)
            self._predictor.served(service_s)
            events.append(
                ServiceDone(lane=self.shape.lane, person=member.person, service_s=service_s)
            )
        for member in step.left:
            events.append(self._done(member, max(member.out_s - member.entered_s, 0.0), "reneged"))
        state = self.watch.update(t_s, cashier=cashier, served=len(served), waiting=len(waiting))
        if state != self._state:
            self._state = state
            events.append(LaneChanged(lane=self.shape.lane, state=state))
        self._promise = self._wait(t_s, waiting, served, state)
        return self._reading(waiting, served, state)

    def _wait(
        self, t_s: float, waiting: list[Member], served: list[Member], state: LaneState
    ) -> Wait | None:
        if not self.shape.has_service or state in (LaneState.CLOSED, LaneState.UNKNOWN):
            return None
        since_s = min((m.service_s for m in served), default=math.nan)
        return self._predictor.predict(
            len(waiting), None if math.isnan(since_s) else max(t_s - since_s, 0.0)
        )

    def _reading(self, waiting: list[Member], served: list[Member], state: LaneState) -> QueueData:
        people = [*waiting, *served]
        confidence = sum(m.certainty for m in people) / len(people) if people else 1.0
        return QueueData(
            lane=self.shape.lane,
            waiting=len(waiting),
            served=len(served) if self.shape.has_service else None,
            units=len(waiting),
            wait_s=None if self._promise is None else self._promise.p50_s,
            wait_p90_s=None if self._promise is None else self._promise.p90_s,
            open=state,
            confidence=confidence,
            camera=self._camera,
        )

    def _joined(self, member: Member, waiting: int) -> Joined:
        # What the screen showed before this shopper joined is what they were promised.
        promise = self._promise
        if promise is not None:
            self._promises[member.person] = promise
        return Joined(
            lane=self.shape.lane,
            person=member.person,
            waiting=max(waiting - 1, 0),
            predicted_s=None if promise is None else promise.p50_s,
            predicted_p90_s=None if promise is None else promise.p90_s,
        )

    def _done(self, member: Member, wait_s: float, outcome: str) -> WaitDone:
        promise = self._promises.pop(member.person, None)
        return WaitDone.model_validate(
            {
                "lane": self.shape.lane,
                "person": member.person,
                "wait_s": wait_s,
                "outcome": outcome,
                "predicted_s": None if promise is None else promise.p50_s,
                "predicted_p90_s": None if promise is None else promise.p90_s,
            }
        )
