"""Events of version 1: they go through the outbox. ``None`` always means unknown, never zero."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from messages.fields import Confidence, Count, Epc, Gtin14, LaneState, Name, Payload, Seconds


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


class Advanced(EventData):
    """A queue moved up: whoever was first is served, and others wait still.

    ``after_s`` is the time since it moved up before, or since the first of them came.
    """

    type: ClassVar[str] = "advanced"
    lane: Name
    waiting: Count
    after_s: Seconds | None = None


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


EVENTS: dict[str, type[EventData]] = {
    cls.type: cls
    for cls in (
        Dropped,
        Visit,
        LineCrossing,
        Joined,
        Advanced,
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
