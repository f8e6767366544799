"""The envelope around every message: CloudEvents names, Sparkplug's boot id and sequence.

Version 1. Readers ignore fields they do not know; a change that a version 1 reader could not
take needs a new version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

VERSION = 1
MAX_BYTES = 256 * 1024
"""A larger message is refused unread."""


def utc_text(moment: datetime) -> str:
    """Write a moment as UTC with milliseconds, for example 2026-01-31T09:30:00.250Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


UtcTime = Annotated[AwareDatetime, PlainSerializer(utc_text, return_type=str, when_used="json")]


class Message(BaseModel):
    """Base of everything on the wire: unknown fields are ignored, values never change."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Envelope(Message):
    """One message.

    Attributes:
        v: version of the contract.
        id: unique and the same in every repetition of this message.
        type: name of the payload, for example ``queue`` or ``picked``.
        source: device id, or ``gateway``.
        time: when the data was true.
        boot: id of the sender's run; a new one means it restarted.
        seq: number of the event in its boot, from 1 without gaps; None for state, which is
            repeated and needs no number.
        data: the payload, see :mod:`messages.payloads` and :mod:`messages.events`.
    """

    v: Annotated[int, Field(ge=1, le=VERSION)] = VERSION
    id: Annotated[str, Field(min_length=1, max_length=80)]
    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    source: Annotated[str, Field(min_length=1, max_length=64)]
    time: UtcTime
    boot: Annotated[str, Field(min_length=1, max_length=40)]
    seq: Annotated[int, Field(ge=1)] | None = None
    data: dict[str, Any]

    def encode(self) -> bytes:
        """Give the JSON bytes for the wire."""
        return self.model_dump_json(exclude_none=True).encode()


class MalformedMessageError(ValueError):
    """Bytes that are no message of this contract; the text says what was expected and found."""


def decode(payload: bytes) -> Envelope:
    """Read an envelope from the wire.

    Raises:
        MalformedMessageError: too large, no JSON, or a field that does not fit.
    """
    if len(payload) > MAX_BYTES:
        raise MalformedMessageError(f"expected at most {MAX_BYTES} bytes, found {len(payload)}")
    try:
        return Envelope.model_validate_json(payload)
    except ValueError as error:
        raise MalformedMessageError(first_error(error)) from error


def first_error(error: ValueError) -> str:
    """Shorten a validation error to its first field."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    first = errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "(message)"
    return f"{place}: {first['msg']}, found {str(first['input'])[:60]!r}"
