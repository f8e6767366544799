"""Payloads of version 1 that are states, orders and answers. ``None`` always means unknown."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from messages.envelope import Message, UtcTime
from messages.events import EVENTS
from messages.fields import Confidence, Count, Gtin14, LaneState, Name, Payload, Seconds
from messages.places import FootfallData, HeatData, LineData


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


PAYLOADS: dict[str, type[Payload]] = {
    **EVENTS,
    **{
        cls.type: cls
        for cls in (
            QueueData,
            ZoneData,
            LineData,
            HeatData,
            StockData,
            StatusData,
            AckData,
            AlertData,
            LaneAdvice,
            FootfallData,
            SignageData,
            ConfigData,
            Command,
            CommandResult,
        )
    },
}
"""Message type → payload."""
