"""What the shelves say at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from messages.events import EventData
from messages.payloads import StockData


@dataclass(frozen=True, slots=True)
class ShelfReadings:
    """Stock and events at time ``t_s``.

    Attributes:
        t_s: seconds for which they are true.
        events: what happened since the last call, ready to be wrapped in an envelope.
        stock: shelf id → stock; a count is None while the shelf is not yet known or blind.
    """

    t_s: float
    events: tuple[EventData, ...] = ()
    stock: dict[str, StockData] = field(default_factory=dict)
