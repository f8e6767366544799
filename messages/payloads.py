"""Payloads of version 1. ``None`` always means unknown, never zero."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from messages.envelope import Message, UtcTime

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Gtin14 = Annotated[str, Field(pattern=r"^[0-9]{14}$")]
Epc = Annotated[str, Field(pattern=r"^[0-9A-F]{4,128}$")]


class Payload(Message):
    """Base of what fills an envelope's ``data``; ``type`` is the envelope's."""

    type: ClassVar[str]


class LaneState(StrEnum):
    """Whether a checkout lane serves."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class WaitScore(Message):
    """How well the published waits of a lane have done lately.

    Attributes:
        n: finished waits that were scored.
        mae_s: mean absolute error of the p50 in seconds.
        bias_s: mean of prediction minus real wait in seconds.
        p90_coverage: share of real waits at or under the published p90.
        little_residual: |L − λW| / L over the window (Little's law), None when too little was seen.
    """

    n: Count
    mae_s: Seconds | None = None
    bias_s: float | None = None
    p90_coverage: Confidence | None = None
    little_residual: Seconds | None = None


class QueueData(Payload):
    """State of one checkout lane; topic ``dev/{device}/queue/{lane}``.

    Attributes:
        lane: lane id.
        waiting: people waiting, the one being served left out.
        served: people being served (0 or 1, or more where a group pays).
        units: queue units waiting: a couple or a family counts once.
        wait_s: wait before service of a shopper who joins now, median.
        wait_p90_s: the same, 90th percentile.
        open: state of the lane.
        confidence: how sure the lengths are, 0..1.
        camera: camera that saw it.
        score: how well the waits have done.
    """

    type: ClassVar[str] = "queue"
    lane: Name
    waiting: Count | None = None
    served: Count | None = None
    units: Count | None = None
    wait_s: Seconds | None = None
    wait_p90_s: Seconds | None = None
    open: LaneState = LaneState.UNKNOWN
    confidence: Confidence = 0.0
    camera: Name | None = None
    score: WaitScore | None = None


class ZoneData(Payload):
    """State of one dwell zone; topic ``dev/{device}/zone/{zone}``.

    Attributes:
        zone: zone id.
        occupancy: people inside now.
        dwell_p50_s: median dwell of the visits of the last hour.
        dwell_p90_s: the same, 90th percentile.
        dwell_max_s: longest dwell of those inside now.
        visits: finished visits since the start, short ones left out.
        passers: people who crossed the zone without stopping since the start.
        attention: share of the dwell of the last hour's visits in which people stood and faced
            the goods; None where the config does not say where the goods are.
        confidence: how sure the occupancy is, 0..1.
    """

    type: ClassVar[str] = "zone"
    zone: Name
    occupancy: Count | None = None
    dwell_p50_s: Seconds | None = None
    dwell_p90_s: Seconds | None = None
    dwell_max_s: Seconds | None = None
    visits: Count = 0
    passers: Count = 0
    confidence: Confidence = 0.0
    camera: Name | None = None
    attention: Confidence | None = None


class StockItem(Message):
    """Stock of one GTIN on one shelf; ``count`` None when the shelf cannot be read.

    Attributes:
        empty_in_s: expected seconds until the last piece is taken, by what has left of late.
        picked, returned: pieces taken since the start, and of these put back (interest without
            purchase).
        back: shelf of the back room → pieces of this GTIN there, as far as this device reads the
            back room; None where it reads none.
        size_gap: this size is sold out while others of its style and colour are on the floor;
            None where the planogram gives no sizes.
    """

    count: Count | None = None
    capacity: Count | None = None
    min: Count | None = None
    confidence: Confidence = 0.0
    empty_in_s: Seconds | None = None
    picked: Count | None = None
    returned: Count | None = None
    back: dict[Name, Count] | None = None
    size_gap: bool | None = None


class StockData(Payload):
    """Stock of one shelf; topic ``dev/{device}/stock/{shelf}``.

    Attributes:
        shelf: shelf id.
        items: GTIN-14 → stock; every planned facing is listed, and what else lies there.
        area: sales floor or back room.
        confidence: lowest confidence of the items, 0 when the reader is silent.
        reader: reader that saw it.
    """

    type: ClassVar[str] = "stock"
    shelf: Name
    items: dict[Gtin14, StockItem]
    area: Literal["floor", "back"] = "floor"
    confidence: Confidence = 0.0
    reader: Name | None = None


class EventData(Payload):
    """Base of the events that go through the outbox; topic ``dev/{device}/event``."""


class Dropped(EventData):
    """Events from ``first_seq`` up to this one's own ``seq`` were dropped: the outbox was full.

    It stands for all of them, so the numbers of the boot stay without gaps.
    """

    type: ClassVar[str] = "dropped"
    first_seq: Annotated[int, Field(ge=1)]


class Visit(EventData):
    """Somebody stood in a dwell zone for at least the set minimum."""

    type: ClassVar[str] = "visit"
    zone: Name
    person: Count
    dwell_s: Seconds
    attention_s: Seconds | None = None


class LineCrossing(EventData):
    """Somebody crossed a line."""

    type: ClassVar[str] = "crossing"
    line: Name
    direction: Literal["in", "out"]
    person: Count


class Joined(EventData):
    """Somebody joined a queue; ``predicted_s`` is what the screen promised then."""

    type: ClassVar[str] = "joined"
    lane: Name
    person: Count
    waiting: Count | None = None
    predicted_s: Seconds | None = None
    predicted_p90_s: Seconds | None = None


class WaitDone(EventData):
    """A wait ended: served, or left (reneged), or went to another lane (jockeyed)."""

    type: ClassVar[str] = "wait_done"
    lane: Name
    person: Count
    wait_s: Seconds
    outcome: Literal["served", "reneged", "jockeyed", "balked"]
    predicted_s: Seconds | None = None
    predicted_p90_s: Seconds | None = None
    to_lane: Name | None = None


class ServiceDone(EventData):
    """A service ended."""

    type: ClassVar[str] = "service_done"
    lane: Name
    person: Count
    service_s: Seconds


class LaneChanged(EventData):
    """A lane opened, began to close or closed."""

    type: ClassVar[str] = "lane_changed"
    lane: Name
    state: LaneState


class ItemEvent(EventData):
    """Something happened to one tagged item.

    Attributes:
        epc: EPC in upper-case hex.
        gtin: GTIN-14, None for a tag that is no SGTIN.
        shelf: where it is now, or was taken from.
        from_shelf: where it was before (moved).
        confidence: how sure, 0..1.
    """

    epc: Epc
    gtin: Gtin14 | None = None
    shelf: Name
    from_shelf: Name | None = None
    confidence: Confidence


class Picked(ItemEvent):
    """An item left its shelf."""

    type: ClassVar[str] = "picked"


class Placed(ItemEvent):
    """An item never seen before, or back after a long time, was put on a shelf."""

    type: ClassVar[str] = "placed"


class Returned(ItemEvent):
    """An item that was picked came back after ``away_s``."""

    type: ClassVar[str] = "returned"
    away_s: Seconds


class Moved(ItemEvent):
    """An item went from one shelf to another."""

    type: ClassVar[str] = "moved"


class Misplaced(ItemEvent):
    """An item lies on a shelf where its planogram does not put it."""

    type: ClassVar[str] = "misplaced"


class Interest(ItemEvent):
    """An item was picked from ``from_shelf`` and put back after ``away_s``: no purchase."""

    type: ClassVar[str] = "interest"
    away_s: Seconds


class SizeGap(EventData):
    """A size is sold out while others of its style and colour are on the floor.

    Attributes:
        shelf: the shelf where the size belongs.
        back: shelf of the back room → pieces of it there; None where nothing is known of them.
    """

    type: ClassVar[str] = "size_gap"
    shelf: Name
    gtin: Gtin14
    style: str
    colour: str | None = None
    size: str
    back: dict[Name, Count] | None = None


class SweepSuspected(EventData):
    """Many items of one GTIN left a shelf within seconds."""

    type: ClassVar[str] = "sweep"
    shelf: Name
    gtin: Gtin14
    count: Count
    within_s: Seconds


class SensorHealth(Message):
    """Health of one camera or reader.

    Attributes:
        state: for example ok, connecting, frozen, dark, blurred, covered, slow, silent, lost.
        since: since when.
        detail: why, one line without credentials.
        rate: frames or reads a second that it gives now.
    """

    state: Annotated[str, Field(pattern=r"^[a-z_]{2,20}$")]
    since: UtcTime | None = None
    detail: Annotated[str, Field(max_length=200)] = ""
    rate: Annotated[float, Field(ge=0)] | None = None


class StatusData(Payload):
    """State of a device; topic ``dev/{device}/status``; ``lost`` is the last will."""

    type: ClassVar[str] = "status"
    state: Literal["online", "lost", "stopped"]
    version: Annotated[str, Field(max_length=40)] = ""
    config_rev: Annotated[str, Field(max_length=80)] = ""
    cameras: dict[Name, SensorHealth] = Field(default_factory=dict)
    readers: dict[Name, SensorHealth] = Field(default_factory=dict)
    outbox: Count = 0
    counters: dict[str, int] = Field(default_factory=dict)


class AckData(Payload):
    """The gateway has committed every event of ``boot`` up to ``upto_seq``; ``ack/{device}``."""

    type: ClassVar[str] = "ack"
    boot: str
    upto_seq: Count


class Text(Message):
    """A sentence for people, in Chinese and English."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class AlertState(StrEnum):
    """Life of an alert; the last two are closed."""

    RAISED = "raised"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    EXPIRED = "expired"


class AlertData(Payload):
    """One alert; topic ``alert/{id}``, retained until it is closed."""

    type: ClassVar[str] = "alert"
    alert: Name
    rule: Name
    severity: Literal["info", "warning", "critical"]
    state: AlertState
    subject: str
    text: Text
    raised: UtcTime
    changed: UtcTime
    owner: str | None = None


class KindAdvice(Message):
    """Lanes of one kind that should be open; of self-checkout, stations in use."""

    open: Count | None = None
    needed_now: Count | None = None
    needed_15min: Count | None = None
    needed_30min: Count | None = None


class LaneAdvice(Payload):
    """Lanes that should be open; topic ``advice/lanes``.

    Attributes:
        open, needed_now, needed_15min, needed_30min: lanes with a cashier.
        kinds: the same by kind (staffed, express, self_checkout), where a store has several;
            None where it has one.
        assistant: self-checkout is so busy that an assistant should stand there; None where
            there is none or nothing is known.
        why: one sentence.
    """

    type: ClassVar[str] = "advice"
    open: Count | None = None
    needed_now: Count | None = None
    needed_15min: Count | None = None
    needed_30min: Count | None = None
    kinds: dict[str, KindAdvice] | None = None
    assistant: bool | None = None
    why: Text


class SignageData(Payload):
    """What one screen shows; topic ``signage/{screen}``.

    Attributes:
        rev: rises with each change of content.
        lane: lane id.
        state: open, closing, closed or unknown. Unknown is shown as "no data".
        waiting: people waiting.
        wait_low_min, wait_high_min: band of the wait in whole minutes.
        go_to: lane that shoppers should use instead, None when this one is as good.
        arrow: where that lane lies, seen from this screen.
        valid_until: after this the screen shows "no data".
    """

    type: ClassVar[str] = "signage"
    rev: Count
    lane: Name
    state: LaneState
    waiting: Count | None = None
    wait_low_min: Count | None = None
    wait_high_min: Count | None = None
    go_to: Name | None = None
    arrow: Literal["left", "right", "none"] = "none"
    valid_until: UtcTime


class ConfigData(Payload):
    """Settings for a device; topic ``cfg/{device}``."""

    type: ClassVar[str] = "config"
    rev: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    settings: str


class Command(Payload):
    """A command for a device; topic ``cmd/{device}/{name}``; refused after ``expires_at``.

    The envelope's id names it: a repetition is answered and not done again.

    Attributes:
        name: as in the topic. ``lane`` is the manager's word on a lane.
        args: of ``lane``: ``lane``, and ``state`` as one of open, closing or closed; no state
            lets the cameras speak again.
        expires_at: a device that gets it later answers that it has expired.
    """

    type: ClassVar[str] = "command"
    name: Name
    args: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    expires_at: UtcTime


class CommandResult(Payload):
    """Answer to a command; topic ``dev/{device}/cmdres``.

    Attributes:
        command_id: id of the command's envelope.
        ok: it is done, now or when it came first.
        error: why not.
    """

    type: ClassVar[str] = "command_result"
    command_id: str
    ok: bool
    error: str | None = None


EVENTS: dict[str, type[EventData]] = {
    cls.type: cls
    for cls in (
        Dropped,
        Visit,
        LineCrossing,
        Joined,
        WaitDone,
        ServiceDone,
        LaneChanged,
        Picked,
        Placed,
        Returned,
        Moved,
        Misplaced,
        Interest,
        SizeGap,
        SweepSuspected,
    )
}
"""Event type → payload."""

PAYLOADS: dict[str, type[Payload]] = {
    **EVENTS,
    **{
        cls.type: cls
        for cls in (
            QueueData,
            ZoneData,
            StockData,
            StatusData,
            AckData,
            AlertData,
            LaneAdvice,
            SignageData,
            ConfigData,
            Command,
            CommandResult,
        )
    },
}
"""Message type → payload."""
