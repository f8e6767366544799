"""What the measures say of one camera at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from messages.events import EventData
from messages.fields import LaneState
from messages.payloads import QueueData, ZoneData


@dataclass(frozen=True, slots=True)
class Readings:
    """Measures of one camera at time ``t_s``.

    Attributes:
        t_s: seconds for which they are true.
        lanes: lane id → queue.
        zones: dwell zone id → occupancy and dwell.
        lines: line id → (in, out) since the start.
        events: what finished since the last call, ready to be wrapped in an envelope.
        occupancy: people inside by the lines of this camera, corrected for drift; None where it
            has no line.
    """

    t_s: float
    lanes: dict[str, QueueData] = field(default_factory=dict)
    zones: dict[str, ZoneData] = field(default_factory=dict)
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    events: tuple[EventData, ...] = ()
    occupancy: int | None = None


__all__ = ["LaneState", "QueueData", "Readings", "ZoneData"]
