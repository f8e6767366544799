"""Events in the stream of Impinj's IoT device interface, one JSON object a line."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    AwareDatetime,
    Base64UrlBytes,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from hardware.rfid.llrp.reports import TagReport


class _Object(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class _Tag(_Object):
    epc_hex: Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{2}){0,64}$")] | None = None
    epc: Base64UrlBytes | None = None
    pc: Base64UrlBytes | None = None
    antenna_port: Annotated[int, Field(ge=1, le=0xFFFF)] | None = None
    peak_rssi_cdbm: Annotated[int, Field(ge=-20_000, le=10_000)] | None = None
    last_seen_time: AwareDatetime | None = None


class _Event(_Object):
    timestamp: AwareDatetime | None = None
    tag_inventory_event: _Tag | None = None


class _Status(_Object):
    status: str = ""


def tag_report(line: bytes) -> TagReport | None:
    """Read one line of the stream; None for an event that is no tag.

    Raises:
        ValueError: no JSON object, or a field of a tag that does not fit; the text names it.
    """
    try:
        event = _Event.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "event"
        raise ValueError(f"{field}: {first['msg']}, found {str(first['input'])[:60]!r}") from None
    tag = event.tag_inventory_event
    if tag is None:
        return None
    moment = tag.last_seen_time or event.timestamp
    return TagReport(
        epc=(tag.epc_hex or (tag.epc or b"").hex()).upper(),
        pc=int.from_bytes(tag.pc) if tag.pc else None,
        antenna=tag.antenna_port,
        rssi_dbm=None if tag.peak_rssi_cdbm is None else tag.peak_rssi_cdbm / 100,
        last_us=None if moment is None else round(moment.timestamp() * 1e6),
        seen_count=1,
    )


def reader_status(answer: bytes) -> str:
    """Read what the reader does from its answer to ``GET /status``; empty when it does not say."""
    try:
        return _Status.model_validate_json(answer).status
    except ValidationError:
        return ""
