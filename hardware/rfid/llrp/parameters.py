"""Parameters: writing TLV and TV, and walking over what a message holds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from hardware.rfid.llrp.frames import ContentError
from hardware.rfid.llrp.types import TV_LENGTHS, Param, Status

_TLV = struct.Struct(">HH")
_CUSTOM = struct.Struct(">II")
_STATUS = struct.Struct(">HH")


class Parameter(NamedTuple):
    """One parameter in a body.

    Attributes:
        type: parameter type.
        start: offset of its value (behind type and length).
        end: offset behind it.
        custom: (vendor, subtype) of a custom parameter, whose value then starts behind them.
    """

    type: int
    start: int
    end: int
    custom: tuple[int, int] | None = None


def tlv(kind: int, *parts: bytes) -> bytes:
    """Write a TLV parameter from its fields and sub-parameters."""
    value = b"".join(parts)
    return _TLV.pack(kind, _TLV.size + len(value)) + value


def tv(kind: int, value: bytes) -> bytes:
    """Write a TV parameter."""
    return bytes((kind | 0x80,)) + value


def custom(vendor: int, subtype: int, *parts: bytes) -> bytes:
    """Write a vendor's parameter."""
    return tlv(Param.CUSTOM, _CUSTOM.pack(vendor, subtype), *parts)


def walk(body: bytes, start: int = 0, end: int | None = None) -> Iterator[Parameter]:
    """Step over the parameters between two offsets of a body.

    Raises:
        ContentError: a parameter that reaches beyond its parent, or is shorter than its header.
    """
    stop = len(body) if end is None else end
    while start < stop:
        parameter = _step(body, start, stop)
        yield parameter
        start = parameter.end


def _step(body: bytes, start: int, stop: int) -> Parameter:
    first = body[start]
    if first & 0x80:
        kind = first & 0x7F
        length = TV_LENGTHS.get(kind)
        if length is None:
            raise ContentError(f"parameter at byte {start}: expected a known TV type, found {kind}")
        end = start + 1 + length
        if end > stop:
            raise ContentError(
                f"TV parameter {kind} at byte {start}: expected {length} bytes, "
                f"found {stop - start - 1}"
            )
        return Parameter(kind, start + 1, end)
    if stop - start < _TLV.size:
        raise ContentError(
            f"parameter at byte {start}: expected {_TLV.size} bytes of header, found {stop - start}"
        )
    kind, length = _TLV.unpack_from(body, start)
    kind &= 0x3FF
    if not _TLV.size <= length <= stop - start:
        raise ContentError(
            f"parameter {kind} at byte {start}: expected a length of {_TLV.size} to "
            f"{stop - start}, found {length}"
        )
    if kind == Param.CUSTOM:
        if length < _TLV.size + _CUSTOM.size:
            raise ContentError(f"custom parameter at byte {start}: expected a vendor, found none")
        vendor, subtype = _CUSTOM.unpack_from(body, start + _TLV.size)
        value = start + _TLV.size + _CUSTOM.size
        return Parameter(kind, value, start + length, (vendor, subtype))
    return Parameter(kind, start + _TLV.size, start + length)


def children(body: bytes, parent: Parameter, fixed_bytes: int) -> Iterator[Parameter]:
    """Step over the sub-parameters of one, behind its ``fixed_bytes`` of fields."""
    need(body, parent, fixed_bytes)
    return walk(body, parent.start + fixed_bytes, parent.end)


def need(body: bytes, parameter: Parameter, size: int) -> None:
    """Check that a parameter has at least ``size`` bytes of value.

    Raises:
        ContentError: it has fewer.
    """
    found = parameter.end - parameter.start
    if found < size:
        raise ContentError(f"parameter {parameter.type}: expected {size} bytes, found {found}")


def unpack(layout: struct.Struct, body: bytes, parameter: Parameter) -> tuple[int, ...]:
    """Read the fixed fields at the start of a parameter.

    Raises:
        ContentError: it is too short.
    """
    need(body, parameter, layout.size)
    return layout.unpack_from(body, parameter.start)


class LlrpStatus(NamedTuple):
    """How the other side took a message: 0 is success."""

    code: int
    text: str

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.code == Status.SUCCESS

    def to_bytes(self) -> bytes:
        """Write the LLRPStatus parameter."""
        text = self.text.encode()
        return tlv(Param.LLRP_STATUS, _STATUS.pack(self.code, len(text)), text)


OK = LlrpStatus(Status.SUCCESS, "")


def find_status(body: bytes, start: int = 0) -> LlrpStatus:
    """Read the LLRPStatus of a response.

    Raises:
        ContentError: there is none.
    """
    for parameter in walk(body, start):
        if parameter.type == Param.LLRP_STATUS:
            code, length = unpack(_STATUS, body, parameter)
            text_start = parameter.start + _STATUS.size
            text = body[text_start : min(text_start + length, parameter.end)]
            return LlrpStatus(code, text.decode("utf-8", "replace"))
    raise ContentError("response: expected an LLRPStatus, found none")
