"""Whose turn it is at a till, and how long they have waited and are served."""

from __future__ import annotations

import math
from typing import NamedTuple

from edge_agent.measures.arrivals import Arrival, Arrivals
from edge_agent.measures.waits import Wait

LEAST_S = 5.0
"""A turn is no shorter."""
FREE_S = 3.0
"""A till at which nobody has been for so long is free."""
NEW_S = 3.0
"""Of whose turn began so soon nobody knows whether they waited before the camera looked."""
SETTLED_S = 1.5
"""Who steps up is told of a moment before or after the queue gets shorter by them."""


class Began(NamedTuple):
    """A turn that began.

    Attributes:
        person: who is served.
        arrival: when they joined.
        t_s: when they stepped up.
        after_s: how long after the turn before it was over; NaN where that is not known.
        known: whether the lane was watched before.
    """

    person: int
    arrival: Arrival
    t_s: float
    after_s: float
    known: bool

    @property
    def wait_s(self) -> float:
        """How long they have waited."""
        return self.t_s - self.arrival.joined_s


class Over(NamedTuple):
    """A turn that is over.

    Attributes:
        began: how it began.
        end_s: when it was over.
        whole: whether its end was told of, not only that of the till being free or another's.
    """

    began: Began
    end_s: float
    whole: bool


class Turns:
    """The turns of one till."""

    def __init__(self) -> None:
        self._arrivals = Arrivals()
        self.restart()

    def restart(self) -> None:
        """Forget who is there and who came."""
        self._arrivals.restart()
        self._turn: Began | None = None
        self._over_s = self._busy_s = math.nan
        self._begun = self._come = 0
        self._more_s = math.nan

    def note(self, units: float, promise: Wait | None, t_s: float) -> None:
        """Take in how many units wait at ``t_s``, and the wait published until now."""
        self._arrivals.note(units, promise, t_s)

    def promised(self, t_s: float) -> Wait | None:
        """What was published for who joined at ``t_s``."""
        return self._arrivals.promised(t_s)

    def left(self, joined_s: float, end_s: float) -> None:
        """Take in that somebody who joined has left before they were served."""
        self._arrivals.left(joined_s, end_s)

    def joined(self, units: int, t_s: float) -> int:
        """Tell how many have joined since the last call, by how many wait or went ahead.

        Args:
            units: how many wait.
            t_s: time of the frame.
        """
        come = units + self._begun
        known = t_s - self._arrivals.since_s >= NEW_S
        if (units == 0 and come < self._come) or not known:
            # Who gave up is forgotten when nobody waits any more.
            self._come = come
        if come <= self._come:
            self._more_s = math.nan
            return 0
        if math.isnan(self._more_s):
            self._more_s = t_s
        if t_s - self._more_s < SETTLED_S:
            return 0
        more, self._come, self._more_s = come - self._come, come, math.nan
        return more

    def begin(self, person: int, t_s: float) -> Began:
        """Let the turn of whoever was first in line begin; the one before has to be over."""
        known = t_s - self._arrivals.since_s >= NEW_S
        arrival = self._arrivals.start(t_s)
        self._begun += 1
        self._turn = Began(person, arrival, t_s, t_s - self._over_s, known)
        self._busy_s = t_s
        return self._turn

    def end(self, t_s: float) -> Over | None:
        """Take in that the turn seems to be over; give it if it is."""
        turn = self._turn
        if turn is None or t_s - turn.t_s < LEAST_S:
            return None
        return self._end(turn, t_s, whole=True)

    def next(self, t_s: float) -> Over | None:
        """Take in that another turn begins; give the one that goes on, which is over by that."""
        return None if self._turn is None else self._end(self._turn, t_s, whole=False)

    def look(self, t_s: float, *, busy: bool) -> Over | None:
        """Take in whether anybody is at the till; give the turn that is over because none is."""
        if busy or math.isnan(self._busy_s):
            self._busy_s = t_s
        turn = self._turn
        if turn is None or t_s - self._busy_s < FREE_S:
            return None
        return self._end(turn, max(self._busy_s, turn.t_s), whole=False)

    def _end(self, turn: Began, t_s: float, *, whole: bool) -> Over:
        self._turn, self._over_s = None, t_s
        return Over(turn, t_s, whole)
