"""How long somebody waited, told by the queue and not by a track.

Who stands in a dense line is now followed by one track and now by another, but how many wait is
known. Of a queue in which nobody overtakes that is enough: how many have come is how many wait
and how many have gone ahead, and the n-th to come is the n-th to be served. The wait is the way
from one of these curves to the other (cumulative curves: Newell, "Applications of Queueing
Theory", 1982).
"""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.waits import Wait

LAG_S = 1.2
"""The number is a mean over the last moments, and so much behind."""
EVERY_S = 0.4
"""It is noted so often."""
MEMORY_S = 1200.0
"""So long ago somebody who is served may have come."""
BEFORE_S, AFTER_S = (6.0, 2.0), 0.5
"""From so many to so many seconds before somebody stepped up, and from so many after it, the
length of the queue tells whether it lost somebody."""
MOST = 3
"""No more people step up together."""


class Moment(NamedTuple):
    """How many waited, and what was said to who joined then."""

    t_s: float
    number: float
    promise: Wait | None


class Arrival(NamedTuple):
    """When somebody joined who is served now.

    Attributes:
        joined_s: when.
        promise: the wait that was published then.
        seen: whether they came while the queue was watched.
        party: how many stepped up.
    """

    joined_s: float
    promise: Wait | None
    seen: bool
    party: int


class Arrivals:
    """Curves of who has come to a queue and who has gone ahead."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque()
        self._starts: deque[tuple[float, int]] = deque()

    def restart(self) -> None:
        """Forget everything: nobody knows who came in between."""
        self._moments.clear()
        self._starts.clear()

    def note(self, number: float, promise: Wait | None, t_s: float) -> None:
        """Take in how many wait at ``t_s``, and the wait published until now."""
        moments = self._moments
        if moments and t_s - LAG_S - moments[-1].t_s < EVERY_S:
            return
        moments.append(Moment(t_s - LAG_S, number, promise))
        while moments[0].t_s < t_s - MEMORY_S:
            moments.popleft()
        while self._starts and self._starts[0][0] < moments[0].t_s:
            self._starts.popleft()

    def shorter_by(self, since_s: float) -> float:
        """How many fewer have waited since then than before; NaN where that is not known."""
        first = since_s - BEFORE_S[0]
        before, after = [], []
        for moment in reversed(self._moments):
            if moment.t_s < first:
                break
            if moment.t_s >= since_s + AFTER_S:
                after.append(moment.number)
            elif moment.t_s <= since_s - BEFORE_S[1]:
                before.append(moment.number)
        if not before or not after:
            return math.nan
        return sum(before) / len(before) - sum(after) / len(after)

    def start(self, t_s: float) -> Arrival:
        """Take in that whoever was first in line stepped up to the till at ``t_s``.

        Returns:
            When they joined.
        """
        lost = self.shorter_by(t_s)
        party = 1 if math.isnan(lost) else min(max(round(lost), 1), MOST)
        ahead = [m for m in self._moments if m.t_s <= t_s]
        come = _crossed(self._come(ahead), sum(n for _, n in self._starts) + 1)
        self._starts.append((t_s, party))
        if come < len(ahead):
            return Arrival(ahead[come].t_s, ahead[come].promise, come > 0, party)
        return Arrival(t_s, ahead[-1].promise if ahead else None, bool(ahead), party)

    @property
    def since_s(self) -> float:
        """Since when the queue is known, as far back as is kept; NaN before it was seen."""
        return self._moments[0].t_s if self._moments else math.nan

    def _come(self, moments: list[Moment]) -> NDArray[np.float64]:
        """How many had come at each moment."""
        numbers = np.array([m.number for m in moments])
        times = np.array([m.t_s for m in moments])
        for start_s, party in self._starts:
            numbers[times >= start_s] += party
        return numbers


def _crossed(come: NDArray[np.float64], n: float) -> int:
    """Index at which ``come`` (N,) goes from below ``n`` to ``n``; N where it does not.

    It is the step that has the least squares from the curve, of which the part between ``n - 1``
    and ``n`` says something; so a moment's error makes nobody come sooner.
    """
    part = np.clip(come - (n - 1.0), 0.0, 1.0)
    below = np.concatenate([[0.0], np.cumsum(part**2)])
    above = np.concatenate([np.cumsum(((1.0 - part) ** 2)[::-1])[::-1], [0.0]])
    return int((below + above).argmin())
