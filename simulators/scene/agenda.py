"""What happens when: the event list of a discrete-event simulation."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass

Action = Callable[[], None]


@dataclass(slots=True, eq=False)
class Appointment:
    """Something that will happen, unless it is cancelled."""

    t_s: float
    action: Action
    cancelled: bool = False

    def cancel(self) -> None:
        """Let it not happen."""
        self.cancelled = True


class Agenda:
    """Appointments in the order of time; equal times in the order in which they were made."""

    def __init__(self, t_s: float = 0.0) -> None:
        self.now_s = t_s
        self._heap: list[tuple[float, int, Appointment]] = []
        self._number = itertools.count()

    def at(self, t_s: float, action: Action) -> Appointment:
        """Do ``action`` at ``t_s``, or at once when that has passed."""
        appointment = Appointment(max(t_s, self.now_s), action)
        heapq.heappush(self._heap, (appointment.t_s, next(self._number), appointment))
        return appointment

    def after(self, delay_s: float, action: Action) -> Appointment:
        """Do ``action`` ``delay_s`` from now."""
        return self.at(self.now_s + delay_s, action)

    def advance(self, to_t_s: float) -> None:
        """Let everything happen up to and including ``to_t_s``.

        Raises:
            ValueError: ``to_t_s`` lies in the past.
        """
        if to_t_s < self.now_s:
            raise ValueError(f"to_t_s: expected at least {self.now_s}, found {to_t_s}")
        while self._heap and self._heap[0][0] <= to_t_s:
            t_s, _, appointment = heapq.heappop(self._heap)
            if not appointment.cancelled:
                self.now_s = t_s
                appointment.action()
        self.now_s = to_t_s
