"""How long somebody waited, told by the queue and not by a track.

Who stands in a dense line is now followed by one track and now by another, but how many units
wait is known. Of a queue in which nobody overtakes that is enough: how many have come is how many
wait and how many have gone ahead, and the n-th to come is the n-th to be served. The wait is the
way from one of these curves to the other (cumulative curves: Newell, "Applications of Queueing
Theory", 1982).
"""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.waits import Wait

LAG_S = 0.6
"""The number tells of what was so long ago."""
EVERY_S = 0.4
"""It is noted so often."""
MEMORY_S = 1200.0
"""So long ago somebody who is served may have come."""
BEFORE_S = 2.0
"""What was published so long before somebody came does not count them."""


class Moment(NamedTuple):
    """How many units waited, and what was said to who joined then."""

    t_s: float
    number: float
    promise: Wait | None


class Arrival(NamedTuple):
    """When somebody joined who is served now.

    Attributes:
        joined_s: when.
        promise: the wait that was published then.
        seen: whether they came while the queue was watched.
    """

    joined_s: float
    promise: Wait | None
    seen: bool


class Arrivals:
    """Curves of who has come to a queue and who has gone ahead."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque()
        self._starts: deque[float] = deque()
        self._left: deque[tuple[float, float]] = deque()

    def restart(self) -> None:
        """Forget everything: nobody knows who came in between."""
        self._moments.clear()
        self._starts.clear()
        self._left.clear()

    def note(self, number: float, promise: Wait | None, t_s: float) -> None:
        """Take in how many units wait at ``t_s``, and the wait published until now."""
        moments = self._moments
        if moments and t_s - LAG_S - moments[-1].t_s < EVERY_S:
            return
        moments.append(Moment(t_s - LAG_S, number, promise))
        while moments[0].t_s < t_s - MEMORY_S:
            moments.popleft()
        while self._starts and self._starts[0] < moments[0].t_s:
            self._starts.popleft()
        while self._left and self._left[0][1] < moments[0].t_s:
            self._left.popleft()

    def left(self, joined_s: float, end_s: float) -> None:
        """Take in that somebody left before service, so that they are ahead of nobody."""
        self._left.append((joined_s, end_s))

    def start(self, t_s: float) -> Arrival:
        """Take in that whoever was first in line stepped up to the till at ``t_s``.

        Returns:
            When they joined; nobody saw it where no number was noted yet.
        """
        if not self._moments:
            return Arrival(t_s, None, seen=False)
        ahead = [m for m in self._moments if m.t_s <= t_s]
        come = _crossed(self._come(ahead), len(self._starts) + 1)
        self._starts.append(t_s)
        joined_s = ahead[come].t_s if come < len(ahead) else t_s
        seen = come > 0 if come < len(ahead) else bool(ahead)
        return Arrival(joined_s, self.promised(joined_s), seen)

    def promised(self, t_s: float) -> Wait | None:
        """What was published for who joined at ``t_s``."""
        told = (m.promise for m in reversed(self._moments) if m.t_s <= t_s - BEFORE_S)
        return next(told, None)

    @property
    def since_s(self) -> float:
        """Since when the queue is known, as far back as is kept; NaN before it was seen."""
        return self._moments[0].t_s if self._moments else math.nan

    def _come(self, moments: list[Moment]) -> NDArray[np.float64]:
        """How many had come at each moment."""
        numbers = np.array([m.number for m in moments])
        times = np.array([m.t_s for m in moments])
        for start_s in self._starts:
            numbers[times >= start_s] += 1.0
        for joined_s, end_s in self._left:
            numbers[(times >= joined_s) & (times < end_s)] -= 1.0
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
