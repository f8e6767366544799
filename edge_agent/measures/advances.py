"""Tells when queues moved up.

Where somebody gives up those behind move up too. Who gave up is told of seconds later and not
from which place, so nothing is made of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from messages.events import Advanced, EventData, Joined, WaitDone
from messages.payloads import QueueData

SETTLED_S = 2.0
"""A length is told of so much later than who is served; who is within so long went together."""


class Advances:
    """The queues of one camera."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget when they moved up."""
        self._moved_s: dict[str, float] = {}
        self._fewer_s: dict[str, float] = {}

    def update(
        self, events: Sequence[EventData], queues: Mapping[str, QueueData], t_s: float
    ) -> list[Advanced]:
        """Tell which queues moved up.

        Args:
            events: what happened in the lanes.
            queues: lane → who waits there.
            t_s: time of both.
        """
        for event in events:
            if isinstance(event, Joined) and event.waiting == 0:
                self._moved_s[event.lane] = t_s
                self._fewer_s.pop(event.lane, None)
            elif isinstance(event, WaitDone) and event.outcome == "served":
                self._fewer_s.setdefault(event.lane, t_s)
        settled = [lane for lane, s in self._fewer_s.items() if t_s - s >= SETTLED_S]
        advanced = (self._advanced(lane, queues[lane].waiting, t_s) for lane in settled)
        return [event for event in advanced if event is not None]

    def _advanced(self, lane: str, waiting: int | None, t_s: float) -> Advanced | None:
        fewer_s = self._fewer_s.pop(lane)
        before_s = self._moved_s.get(lane)
        if not waiting:
            self._moved_s.pop(lane, None)
            return None
        self._moved_s[lane] = fewer_s
        after_s = None if before_s is None else fewer_s - before_s
        return Advanced(lane=lane, waiting=waiting, after_s=after_s)
