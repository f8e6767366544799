"""Kinds of fields that payloads share, and the base of all payloads."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from messages.envelope import Message

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
