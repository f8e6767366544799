"""Payloads that tell where people go: over lines, in the shop, and where they stand."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from messages.envelope import Message, UtcTime
from messages.fields import Confidence, Count, Name, Payload


class LineData(Payload):
    """People over one directed line, as one device counts them; topic ``dev/{device}/line/{line}``.

    The counts are those of one run of the device and only rise in it. What is today, and who is
    inside, is the gateway's to say (:class:`FootfallData`): it knows all lines and has every
    crossing once.

    Attributes:
        line: line id.
        entered, left: people who crossed it inwards and outwards since ``since``, as many as were
            told of in events; None while the camera cannot be believed.
        since: when the device began to count.
        confidence: share of the time since then in which the line was watched, 0..1.
        camera: camera that sees it.
    """

    type: ClassVar[str] = "line"
    line: Name
    entered: Count | None = None
    left: Count | None = None
    since: UtcTime | None = None
    confidence: Confidence = 0.0
    camera: Name | None = None


class HeatData(Payload):
    """Where people stood in one camera's picture; topic ``dev/{device}/heat/{camera}``.

    Sums on a coarse grid: nobody can be followed in it.

    Attributes:
        camera: camera id.
        columns, rows: size of the grid.
        seconds: person-seconds of each cell since ``since``, row by row from the top left.
        since: when the device began to count; the sums only rise in one run of it.
        places: zone or line id → its corners as fractions of the picture, to draw beside the grid.
    """

    type: ClassVar[str] = "heat"
    camera: Name
    columns: Annotated[int, Field(ge=1, le=64)]
    rows: Annotated[int, Field(ge=1, le=64)]
    seconds: tuple[Count, ...]
    since: UtcTime | None = None
    places: dict[Name, tuple[tuple[Confidence, Confidence], ...]] = Field(default_factory=dict)

    @field_validator("seconds")
    @classmethod
    def _fits(cls, seconds: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        columns, rows = (info.data.get(side, 0) for side in ("columns", "rows"))
        if len(seconds) != columns * rows:
            raise ValueError(f"expected {columns} x {rows} cells, found {len(seconds)}")
        return seconds


class LineCount(Message):
    """People over one line in the shop's day; None while unknown."""

    entered: Count | None = None
    left: Count | None = None


class FootfallData(Payload):
    """People in the shop, by all its entrances; topic ``footfall``.

    Attributes:
        entered, left: people who came and went since ``since``; None while an entrance is not
            seen.
        inside: people inside now, corrected by what closing times have taught of each line; None
            while an entrance is not seen.
        inside_low, inside_high: nine times of ten the true number lies between them; None where
            too little of the day was seen to say.
        since: begin of the shop's day, when it was taken as empty.
        confidence: share of the opening hours since then in which all entrances were seen, 0..1.
        leftover: people that the lines left inside when the shop was last empty, uncorrected; None
            while unknown.
        lines: line → its own counts, also of lines inside the shop.
    """

    type: ClassVar[str] = "footfall"
    entered: Count | None = None
    left: Count | None = None
    inside: Count | None = None
    inside_low: Count | None = None
    inside_high: Count | None = None
    since: UtcTime
    confidence: Confidence = 0.0
    leftover: int | None = None
    lines: dict[Name, LineCount] = Field(default_factory=dict)
