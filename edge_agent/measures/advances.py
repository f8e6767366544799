"""Tells when queues moved up.

Where somebody gives up those behind move up too. Who gave up is told of seconds later and not
from which place, so nothing is made of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from messages.events import Advanced, EventData, Joined, WaitDone
from messages.payloads import QueueData

SETTLED_S = 3.0
"""A length is told of so much later than who is served; who is within so long went together."""


class Advances:
    """The queues of one camera."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget when they moved up."""
        self._moved_s: dict[str, float] = {}
        # Lane → since when its first one is served, and how many have joined since.
        self._steps: dict[str, tuple[float, int]] = {}

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
            if isinstance(event, Joined):
                self._joined(event, t_s)
            elif isinstance(event, WaitDone) and event.outcome == "served":
                self._steps.setdefault(event.lane, (t_s, 0))
        settled = [lane for lane, (s, _) in self._steps.items() if t_s - s >= SETTLED_S]
        advanced = (self._advanced(lane, queues[lane].waiting) for lane in settled)
        return [event for event in advanced if event is not None]

    def _joined(self, event: Joined, t_s: float) -> None:
        if event.waiting == 0:
            self._moved_s[event.lane] = t_s
            self._steps.pop(event.lane, None)
        elif event.lane in self._steps:
            since_s, came = self._steps[event.lane]
            self._steps[event.lane] = since_s, came + 1

    def _advanced(self, lane: str, waiting: int | None) -> Advanced | None:
        since_s, came = self._steps.pop(lane)
        before_s = self._moved_s.pop(lane, None)
        # Who has only come since has not moved up.
        if waiting is None or waiting <= came:
            return None
        self._moved_s[lane] = since_s
        after_s = None if before_s is None else since_s - before_s
        return Advanced(lane=lane, waiting=waiting, after_s=after_s)
