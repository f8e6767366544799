"""READER_EVENT_NOTIFICATION, reader configuration and the version messages."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from hardware.rfid.llrp.frames import ContentError
from hardware.rfid.llrp.parameters import Parameter, children, tlv, unpack, walk
from hardware.rfid.llrp.types import EventType, Param

_TIME = struct.Struct(">Q")
_ATTEMPT = struct.Struct(">H")
_ROSPEC_EVENT = struct.Struct(">BII")
_ANTENNA_EVENT = struct.Struct(">BH")
_TEXT = struct.Struct(">H")
_KEEPALIVE = struct.Struct(">BI")
_EVENT_STATE = struct.Struct(">HB")
_ON = 0x80
_VERSIONS = struct.Struct(">BB")


@dataclass(frozen=True, slots=True)
class ReaderEvent:
    """What a reader notifies; what it does not say is None.

    Attributes:
        time_us: the reader's clock in microseconds.
        uptime: that clock counts from the reader's start.
        connection: status of the connection attempt.
        closing: the reader ends the connection.
        rospec: (0 start, 1 end or 2 preempted, ROSpec id).
        antenna: (connected, port).
        exception: what went wrong inside the reader.
        overflow: reports were lost.
        buffer_percent: how full the report buffer is.
    """

    time_us: int | None = None
    uptime: bool = False
    connection: int | None = None
    closing: bool = False
    rospec: tuple[int, int] | None = None
    antenna: tuple[bool, int] | None = None
    exception: str | None = None
    overflow: bool = False
    buffer_percent: int | None = None

    def to_bytes(self) -> bytes:
        """Write the body of the message, as a reader does."""
        clock = Param.UPTIME if self.uptime else Param.UTC_TIMESTAMP
        parts = [tlv(clock, _TIME.pack(self.time_us or 0))]
        if self.connection is not None:
            parts.append(tlv(Param.CONNECTION_ATTEMPT_EVENT, _ATTEMPT.pack(self.connection)))
        if self.rospec is not None:
            kind, number = self.rospec
            parts.append(tlv(Param.ROSPEC_EVENT, _ROSPEC_EVENT.pack(kind, number, 0)))
        if self.antenna is not None:
            connected, port = self.antenna
            parts.append(tlv(Param.ANTENNA_EVENT, _ANTENNA_EVENT.pack(connected, port)))
        if self.exception is not None:
            text = self.exception.encode()
            parts.append(tlv(Param.READER_EXCEPTION_EVENT, _TEXT.pack(len(text)), text))
        if self.overflow:
            parts.append(tlv(Param.REPORT_BUFFER_OVERFLOW))
        if self.closing:
            parts.append(tlv(Param.CONNECTION_CLOSE_EVENT))
        return tlv(Param.READER_EVENT_NOTIFICATION_DATA, *parts)


def parse_event(body: bytes) -> ReaderEvent:
    """Read the body of a READER_EVENT_NOTIFICATION; unknown events are passed over.

    Raises:
        ContentError: a parameter does not fit, or there is no event data.
    """
    for parameter in walk(body):
        if parameter.type == Param.READER_EVENT_NOTIFICATION_DATA:
            event = ReaderEvent()
            for child in children(body, parameter, 0):
                event = _add(body, child, event)
            return event
    raise ContentError("event: expected ReaderEventNotificationData, found none")


def _add(body: bytes, child: Parameter, event: ReaderEvent) -> ReaderEvent:
    match child.type:
        case Param.UTC_TIMESTAMP | Param.UPTIME:
            (time_us,) = unpack(_TIME, body, child)
            return replace(event, time_us=time_us, uptime=child.type == Param.UPTIME)
        case Param.CONNECTION_ATTEMPT_EVENT:
            return replace(event, connection=unpack(_ATTEMPT, body, child)[0])
        case Param.CONNECTION_CLOSE_EVENT:
            return replace(event, closing=True)
        case Param.ROSPEC_EVENT:
            kind, number, _preempting = unpack(_ROSPEC_EVENT, body, child)
            return replace(event, rospec=(kind, number))
        case Param.ANTENNA_EVENT:
            connected, port = unpack(_ANTENNA_EVENT, body, child)
            return replace(event, antenna=(bool(connected), port))
        case Param.READER_EXCEPTION_EVENT:
            (length,) = unpack(_TEXT, body, child)
            start = child.start + _TEXT.size
            text = body[start : min(start + length, child.end)]
            return replace(event, exception=text.decode("utf-8", "replace"))
        case Param.REPORT_BUFFER_OVERFLOW:
            return replace(event, overflow=True)
        case Param.REPORT_BUFFER_LEVEL_WARNING:
            return replace(event, buffer_percent=unpack(struct.Struct(">B"), body, child)[0])
    return event


_WANTED = (EventType.ROSPEC, EventType.BUFFER_FILL, EventType.READER_EXCEPTION, EventType.ANTENNA)


def reader_config(keepalive_ms: int) -> bytes:
    """Write the body of SET_READER_CONFIG: events, keep-alive, and no holding back of reports."""
    states = [tlv(Param.EVENT_NOTIFICATION_STATE, _EVENT_STATE.pack(kind, _ON)) for kind in _WANTED]
    return (
        b"\0"
        + tlv(Param.READER_EVENT_NOTIFICATION_SPEC, *states)
        + tlv(Param.KEEPALIVE_SPEC, _KEEPALIVE.pack(1, keepalive_ms))
        + tlv(Param.EVENTS_AND_REPORTS, b"\0")
    )


def parse_keepalive_ms(body: bytes) -> int | None:
    """Read the keep-alive period of a SET_READER_CONFIG.

    Returns:
        Milliseconds, 0 for none, or None where the message does not say.

    Raises:
        ContentError: a parameter does not fit.
    """
    for parameter in walk(body, 1):
        if parameter.type == Param.KEEPALIVE_SPEC:
            kind, period_ms = unpack(_KEEPALIVE, body, parameter)
            return period_ms if kind else 0
    return None


def parse_wanted_events(body: bytes) -> dict[int, bool]:
    """Read which events a SET_READER_CONFIG switches on (True) and off.

    Raises:
        ContentError: a parameter does not fit.
    """
    wanted: dict[int, bool] = {}
    for parameter in walk(body, 1):
        if parameter.type == Param.READER_EVENT_NOTIFICATION_SPEC:
            for state in children(body, parameter, 0):
                if state.type == Param.EVENT_NOTIFICATION_STATE:
                    kind, flags = unpack(_EVENT_STATE, body, state)
                    wanted[kind] = bool(flags & _ON)
    return wanted


def parse_supported_version(body: bytes) -> tuple[int, int]:
    """Read a GET_SUPPORTED_VERSION_RESPONSE: (current, highest supported) version.

    Raises:
        ContentError: it is too short.
    """
    if len(body) < _VERSIONS.size:
        raise ContentError(f"versions: expected {_VERSIONS.size} bytes, found {len(body)}")
    current, highest = _VERSIONS.unpack_from(body)
    return current, highest
