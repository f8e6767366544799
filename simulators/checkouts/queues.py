"""Parallel lanes, event by event: shoppers choose and change lanes, cashiers come and go."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import numpy as np

from simulators.checkouts.demand import CLOSE_H, DAY_S, OPEN_H, Floats, Month


@dataclass(frozen=True, slots=True)
class Floor:
    """What a decider sees, as sensors see it.

    Attributes:
        now_s: time.
        open: lanes that serve and take shoppers.
        coming: lanes asked for and not yet there.
        waiting: people waiting in each lane that serves.
        busy: lanes in which somebody is served.
    """

    now_s: float
    open: int
    coming: int
    waiting: tuple[int, ...]
    busy: int


Decider = Callable[[Floor], int]
"""Gives the lanes wanted now; the shop opens or closes towards it."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """How people follow a decision.

    Attributes:
        walk_s: (shortest, longest) time until a cashier who is called serves.
        no_show: chance that a call is not followed.
        miss: chance that a sensor overlooks each one who waits.
        every_s: how often is decided.
        mistakes: share of shoppers who do not take the shortest queue.
        jockey: chance that somebody moves to a lane that falls idle.
    """

    walk_s: tuple[float, float] = (60.0, 180.0)
    no_show: float = 0.1
    miss: float = 0.08
    every_s: float = 30.0
    mistakes: float = 0.15
    jockey: float = 0.8


@dataclass(slots=True)
class Result:
    """What came of it: the wait of each shopper, and hours that lanes were staffed."""

    wait_s: Floats
    lane_hours: float
    openings: int

    @property
    def mean_wait_s(self) -> float:
        """Mean wait in seconds."""
        return float(self.wait_s.mean())

    def within(self, limit_s: float) -> float:
        """Share who waited at most ``limit_s``."""
        return float((self.wait_s <= limit_s).mean())


@dataclass(slots=True)
class _Lane:
    queue: deque[int] = field(default_factory=deque)
    serving: bool = False
    taking: bool = True
    since_s: float = 0.0


class _Shop:
    """One run; lanes are listed while they are staffed."""

    def __init__(
        self,
        month: Month,
        decide: Decider,
        staffing: Staffing,
        seed: int,
        on_joined: Callable[[float], None],
        on_served: Callable[[float], None],
    ) -> None:
        self._month = month
        self._decide = decide
        self._staffing = staffing
        self._rng = Random(seed)
        self._on_joined = on_joined
        self._on_served = on_served
        self._lanes: list[_Lane] = [_Lane()]
        self._events: list[tuple[float, int, str, _Lane | None]] = []
        self._count = 0
        self._coming = 0
        self._wait = np.zeros(len(month.joined_s))
        self._staffed_s = 0.0
        self._openings = 0

    def run(self) -> Result:
        joined = self._month.joined_s
        for day in range(self._month.days):
            self._push(day * DAY_S + OPEN_H * 3600.0, "day", None)
        i, n = 0, len(joined)
        while i < n or self._events:
            next_s = joined[i] if i < n else math.inf
            if self._events and self._events[0][0] <= next_s:
                t_s, _, kind, lane = heapq.heappop(self._events)
                self._handle(t_s, kind, lane)
            else:
                self._on_joined(float(next_s))
                self._join(float(next_s), i)
                i += 1
        return Result(self._wait, self._staffed_s / 3600.0, self._openings)

    def _push(self, t_s: float, kind: str, lane: _Lane | None) -> None:
        self._count += 1
        heapq.heappush(self._events, (t_s, self._count, kind, lane))

    def _handle(self, t_s: float, kind: str, lane: _Lane | None) -> None:
        if kind == "done" and lane is not None:
            lane.serving = False
            self._next(t_s, lane)
        elif kind == "open":
            self._coming -= 1
            fresh = _Lane(since_s=t_s)
            self._lanes.append(fresh)
            self._openings += 1
            self._next(t_s, fresh)
        elif kind == "day":
            for known in self._lanes:
                known.since_s = t_s
            self._push(t_s, "tick", None)
        elif kind == "tick":
            self._tick(t_s)

    def _tick(self, t_s: float) -> None:
        if t_s % DAY_S >= CLOSE_H * 3600.0 and not any(x.queue or x.serving for x in self._lanes):
            self._end_day(t_s)
            return
        wanted = self._decide(self._floor(t_s))
        taking = [lane for lane in self._lanes if lane.taking]
        have = len(taking) + self._coming
        free = self._month.size.lanes - len(self._lanes) - self._coming
        for _ in range(min(wanted - have, free)):
            if self._rng.random() >= self._staffing.no_show:
                self._coming += 1
                self._push(t_s + self._rng.uniform(*self._staffing.walk_s), "open", None)
        if wanted < len(taking) and len(taking) > 1:
            self._close(t_s, min(taking, key=lambda x: len(x.queue) + x.serving))
        self._push(t_s + self._staffing.every_s, "tick", None)

    def _end_day(self, t_s: float) -> None:
        self._staffed_s += sum(t_s - lane.since_s for lane in self._lanes)
        self._lanes = [_Lane(since_s=t_s)]
        # Cashiers on their way turn round.
        self._events = [e for e in self._events if e[2] != "open"]
        heapq.heapify(self._events)
        self._coming = 0

    def _close(self, t_s: float, lane: _Lane) -> None:
        lane.taking = False
        if not lane.queue and not lane.serving:
            self._leave(t_s, lane)

    def _leave(self, t_s: float, lane: _Lane) -> None:
        self._lanes.remove(lane)
        self._staffed_s += t_s - lane.since_s

    def _join(self, t_s: float, who: int) -> None:
        taking = [lane for lane in self._lanes if lane.taking]
        if self._rng.random() < self._staffing.mistakes:
            lane = self._rng.choice(taking)
        else:
            lane = min(taking, key=lambda x: len(x.queue) + x.serving)
        lane.queue.append(who)
        if not lane.serving:
            self._next(t_s, lane)

    def _next(self, t_s: float, lane: _Lane) -> None:
        """Serve the next in the lane, or somebody who comes over from the longest queue."""
        if not lane.queue and lane.taking:
            longest = max(self._lanes, key=lambda x: len(x.queue))
            if longest.queue and self._rng.random() < self._staffing.jockey:
                lane.queue.append(
                    longest.queue.pop() if len(longest.queue) > 1 else longest.queue.popleft()
                )
        if lane.queue:
            who = lane.queue.popleft()
            self._wait[who] = t_s - self._month.joined_s[who]
            lane.serving = True
            service_s = float(self._month.service_s[who])
            self._on_served(service_s)
            self._push(t_s + service_s, "done", lane)
        elif not lane.taking:
            self._leave(t_s, lane)

    def _floor(self, t_s: float) -> Floor:
        miss = self._staffing.miss
        waiting = tuple(sum(self._rng.random() >= miss for _ in lane.queue) for lane in self._lanes)
        return Floor(
            t_s,
            sum(lane.taking for lane in self._lanes),
            self._coming,
            waiting,
            sum(lane.serving for lane in self._lanes),
        )


def simulate(
    month: Month,
    decide: Decider,
    *,
    staffing: Staffing | None = None,
    seed: int = 0,
    on_joined: Callable[[float], None] = lambda _t_s: None,
    on_served: Callable[[float], None] = lambda _service_s: None,
) -> Result:
    """Let a decider run the lanes of a store.

    Args:
        month: the shoppers.
        decide: gives the lanes wanted, asked every ``staffing.every_s``.
        staffing: how people follow it.
        seed: of everything that is not in ``month``.
        on_joined: told each time at which somebody reaches the checkouts.
        on_served: told each service time.
    """
    return _Shop(month, decide, staffing or Staffing(), seed, on_joined, on_served).run()
