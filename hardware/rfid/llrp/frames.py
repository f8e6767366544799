"""Messages as frames: the 10-byte header, and cutting a byte stream into frames."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.rfid.llrp.types import Msg, Version

_HEADER = struct.Struct(">HII")
HEADER_BYTES = _HEADER.size
MAX_FRAME_BYTES = 4 * 1024 * 1024
"""A longer message is refused: real ones, even the report of a full buffer, stay below 1 MiB."""

_NAMES = {int(kind): kind.name for kind in Msg}


class LlrpError(ValueError):
    """Bytes that are no LLRP; the text says what was expected and found."""


class FramingError(LlrpError):
    """The stream can no longer be cut into messages: the connection has to start anew."""


class ContentError(LlrpError):
    """One message does not fit the standard; the next one can still be read."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: its type, its number, and its body without the header."""

    type: int
    message_id: int
    body: bytes
    version: int = Version.V1_0_1

    def to_bytes(self) -> bytes:
        """Give the bytes for the wire."""
        return (
            _HEADER.pack(
                (self.version & 7) << 10 | self.type & 0x3FF,
                HEADER_BYTES + len(self.body),
                self.message_id,
            )
            + self.body
        )

    @property
    def name(self) -> str:
        """Name of the message type, or its number."""
        return _NAMES.get(self.type, f"message type {self.type}")


class FrameSplitter:
    """Cuts what a socket gives into frames, however it was split on the way."""

    def __init__(self, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self._buffer = bytearray()
        self._max = max_frame_bytes
        self._wanted = HEADER_BYTES

    @property
    def pending_bytes(self) -> int:
        """Bytes of a frame that is not complete yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take bytes and give the frames that they complete.

        Raises:
            FramingError: a header with an impossible length or version; nothing after it can be
                trusted.
        """
        # The usual case is whole frames in one piece: then nothing is copied into the buffer. And a
        # large frame in small pieces is looked at once, not once a piece.
        if self._buffer:
            self._buffer += data
            if len(self._buffer) < self._wanted:
                return
            data = bytes(self._buffer)
            self._buffer.clear()
        start, end = 0, len(data)
        self._wanted = HEADER_BYTES
        try:
            while end - start >= HEADER_BYTES:
                head, length, message_id = _HEADER.unpack_from(data, start)
                version = head >> 10 & 7
                self._check(version, length)
                if end - start < length:
                    self._wanted = length
                    break
                body = data[start + HEADER_BYTES : start + length]
                start += length
                yield Frame(head & 0x3FF, message_id, body, version)
        finally:
            # Also when the consumer stops early, what was not given stays for the next call.
            self._buffer += data[start:]

    def _check(self, version: int, length: int) -> None:
        if not HEADER_BYTES <= length <= self._max:
            raise FramingError(
                f"message length: expected {HEADER_BYTES} to {self._max}, found {length}"
            )
        if version not in (Version.V1_0_1, Version.V1_1):
            raise FramingError(f"message version: expected 1 or 2, found {version}")
