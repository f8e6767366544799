"""Three ways to tell a wait from what is known now.

Ibrahim and Whitt, "Real-Time Delay Estimation Based on Delay History", M&SOM 2009,
doi 10.1287/msom.1080.0223: from queue length (QL), from the delay so far of who stands at the
head of the line (HOL), and from the delay of the last one to enter service (LES).
"""

from __future__ import annotations

from typing import NamedTuple

from edge_agent.measures.service import ServiceTime


class LaneSight(NamedTuple):
    """What is known of a lane at one moment.

    Attributes:
        waiting: units that wait.
        serving_for_s: age of the running service, None when nobody is served.
        head_wait_s: how long the head of the line has waited, None when nobody waits.
        last_wait_s: wait of the last one to enter service, None when not known.
    """

    waiting: int
    serving_for_s: float | None
    head_wait_s: float | None = None
    last_wait_s: float | None = None

    @property
    def idle(self) -> bool:
        """Whoever joins is served at once."""
        return self.waiting == 0 and self.serving_for_s is None


class Delays(NamedTuple):
    """Predicted waits in seconds by each method; None where a method has nothing to say.

    Attributes:
        queue_length: QL.
        head_of_line: HOL.
        last_to_enter: LES.
        variance: of the wait around QL, s².
    """

    queue_length: float
    head_of_line: float | None
    last_to_enter: float | None
    variance: float


def delays(sight: LaneSight, service: ServiceTime) -> Delays:
    """Predict the wait of who joins now."""
    if sight.idle:
        return Delays(0.0, None, None, 0.0)
    rest_s, rest_variance = 0.0, 0.0
    changes = sight.waiting
    if sight.serving_for_s is not None:
        rest_s, rest_variance = service.rest(sight.serving_for_s)
        changes += 1
    length_s = rest_s + sight.waiting * service.mean_s + changes * service.change_s
    return Delays(
        length_s,
        sight.head_wait_s,
        sight.last_wait_s,
        rest_variance + sight.waiting * service.variance,
    )
