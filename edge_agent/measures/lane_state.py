"""Whether a lane is open, closing or closed."""

from __future__ import annotations

from edge_agent.measures.readings import LaneState

UNKNOWN_FOR_S = 5.0
"""Nothing is said of a lane before so many seconds have been watched."""
AWAY_S = 45.0
"""A cashier may be away, or unseen behind the till, for so long."""
SERVICE_PROVES_S = 300.0
"""A service within so many seconds proves a cashier whom the camera cannot see."""


class LaneWatch:
    """Tells the state of a lane from its cashier and its services.

    The manager's word beats what the camera sees.

    Args:
        has_staff: the lane has a staff zone, so that a cashier can be seen.
    """

    def __init__(self, *, has_staff: bool) -> None:
        self._has_staff = has_staff
        self._first_s: float | None = None
        self._cashier_s: float | None = None
        self._service_s: float | None = None
        self.override: LaneState | None = None

    def restart(self) -> None:
        """Forget what was seen, after a time without pictures."""
        self._first_s = self._cashier_s = self._service_s = None

    def update(self, t_s: float, *, cashier: bool, served: int, waiting: int) -> LaneState:
        """Take in one frame.

        Args:
            t_s: time of the frame.
            cashier: somebody stands in the staff zone.
            served: people being served.
            waiting: people waiting.
        """
        if self._first_s is None:
            self._first_s = t_s
        if cashier:
            self._cashier_s = t_s
        if served:
            self._service_s = t_s
        if self.override is not None:
            return self.override
        return self._seen_state(t_s, busy=bool(served or waiting))

    def _seen_state(self, t_s: float, *, busy: bool) -> LaneState:
        if _within(self._cashier_s, t_s, AWAY_S):
            return LaneState.OPEN
        proof_s = AWAY_S if self._cashier_s is not None else SERVICE_PROVES_S
        if _within(self._service_s, t_s, proof_s):
            return LaneState.OPEN
        # Without a staff zone nobody can be seen at an idle lane: it may be open or closed.
        if not self._has_staff or _within(self._first_s, t_s, UNKNOWN_FOR_S):
            return LaneState.UNKNOWN
        return LaneState.CLOSING if busy else LaneState.CLOSED


def _within(moment_s: float | None, t_s: float, for_s: float) -> bool:
    return moment_s is not None and t_s - moment_s <= for_s
