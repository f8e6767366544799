"""The store at one moment, with everything too old already taken out.

``None`` means unknown. Rules and pages see this and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.state.ratings import Rating
from messages.fields import LaneState
from messages.payloads import SensorHealth, WaitScore

DeviceState = Literal["online", "lost", "stopped", "silent", "clock"]


@dataclass(frozen=True, slots=True)
class LaneView:
    """One lane; all measures are None where ``blind`` says why.

    Attributes:
        wait_s, wait_p90_s: wait of a shopper who joins now, median and 90th percentile.
        age_s: seconds since the measures were true, None when there never were any.
        blind: why nothing is known: ``no data``, ``stale``, ``device lost`` or ``sensor``.
        score: how well the waits shown have done.
        devices: all that report the lane, also those that cannot be believed now.
    """

    lane: str
    state: LaneState = LaneState.UNKNOWN
    waiting: int | None = None
    served: int | None = None
    wait_s: float | None = None
    wait_p90_s: float | None = None
    confidence: float = 0.0
    age_s: float | None = None
    device: str | None = None
    camera: str | None = None
    blind: str | None = "no data"
    score: WaitScore | None = None
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StockView:
    """One GTIN on one shelf; ``count`` None when unknown.

    Attributes:
        empty_in_s: seconds until it is sold out, as the device expects.
        back: back-room shelf → items there, as far as the device knows.
        size_gap: this size is sold out while others of its style lie there.
    """

    gtin: str
    count: int | None
    capacity: int | None = None
    min: int | None = None
    confidence: float = 0.0
    empty_in_s: float | None = None
    back: Mapping[str, int] = field(default_factory=dict)
    size_gap: bool = False


@dataclass(frozen=True, slots=True)
class ShelfView:
    """One shelf; ``items`` keeps the planned GTINs, with unknown counts, while it is blind."""

    shelf: str
    items: Mapping[str, StockView] = field(default_factory=dict)
    area: str = "floor"
    age_s: float | None = None
    device: str | None = None
    reader: str | None = None
    blind: str | None = "no data"


@dataclass(frozen=True, slots=True)
class ZoneView:
    """One dwell zone; ``visits`` and ``passers`` since its device started."""

    zone: str
    occupancy: int | None = None
    dwell_p50_s: float | None = None
    dwell_max_s: float | None = None
    age_s: float | None = None
    device: str | None = None
    camera: str | None = None
    blind: str | None = "no data"
    dwell_p90_s: float | None = None
    visits: int | None = None
    passers: int | None = None
    attention: float | None = None


@dataclass(frozen=True, slots=True)
class LineView:
    """One line over which people come and go; counts of the shop's day, None where it is blind."""

    line: str
    entered: int | None = None
    left: int | None = None
    age_s: float | None = None
    devices: tuple[str, ...] = ()
    camera: str | None = None
    blind: str | None = "no data"


@dataclass(frozen=True, slots=True)
class FootfallView:
    """People in the shop, by all its entrances; None where ``blind`` says why.

    Attributes:
        since_s: begin of the shop's day, when it was taken as empty; None without an entrance.
        entered, left: people who came and went since then.
        inside: people inside now, corrected for what the lines usually miss.
        inside_low, inside_high: nine times of ten the true number lies between them; None while
            too little of the day was seen to say.
        confidence: share of the opening hours of the day in which all entrances were seen.
        leftover: people that the lines left inside when the shop was last empty; None while
            unknown.
    """

    since_s: float | None = None
    entered: int | None = None
    left: int | None = None
    inside: int | None = None
    inside_low: int | None = None
    inside_high: int | None = None
    confidence: float = 0.0
    leftover: int | None = None
    blind: str | None = "no data"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device.

    Attributes:
        state: online, lost (the broker lost it), stopped (switched off on purpose), silent
            (says nothing, though the broker thinks it is there), or clock (its clock is so wrong
            that the age of its measures is unknown).
        heard_s: seconds since it last said anything.
        boot: id of its run.
        behind_s: how far its clock is behind ours, negative when ahead; None while unknown.
    """

    device: str
    state: DeviceState
    heard_s: float
    behind_s: float | None = None
    version: str = ""
    outbox: int = 0
    cameras: Mapping[str, SensorHealth] = field(default_factory=dict)
    readers: Mapping[str, SensorHealth] = field(default_factory=dict)
    boot: str = ""

    @property
    def works(self) -> bool:
        """True when its measures can be believed."""
        return self.state == "online"


@dataclass(frozen=True, slots=True)
class SweepView:
    """Many items of one product left a shelf within seconds; ``heard_s`` is when we heard of it."""

    shelf: str
    gtin: str
    count: int
    within_s: float
    heard_s: float


@dataclass(frozen=True, slots=True)
class StoreView:
    """Everything known at ``now_s``, by id.

    Attributes:
        misplaced: (shelf, GTIN) → items that lie there by mistake; 0 where some did before.
        sweeps: the newest suspicion of each shelf and GTIN.
        screens: watched screen → whether it follows the gateway.
        ratings: what shoppers said in the last days.
        lines: line → its counts of the shop's day.
        footfall: the shop as a whole.
    """

    now_s: float
    lanes: Mapping[str, LaneView]
    shelves: Mapping[str, ShelfView]
    zones: Mapping[str, ZoneView]
    devices: Mapping[str, DeviceView]
    misplaced: Mapping[tuple[str, str], int] = field(default_factory=dict)
    sweeps: tuple[SweepView, ...] = ()
    screens: Mapping[str, bool] = field(default_factory=dict)
    ratings: tuple[Rating, ...] = ()
    lines: Mapping[str, LineView] = field(default_factory=dict)
    footfall: FootfallView = FootfallView()
