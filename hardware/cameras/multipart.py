"""Splits a multipart/x-mixed-replace stream into pictures (RFC 2046 section 5.1). No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_PART = 32 * 1024 * 1024
_MAX_HEADER = 16 * 1024
_JPEG_START = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
# Markers without a length: TEM and RST0..7 (ITU-T T.81 table B.1).
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
# Start of frame in its thirteen kinds; C4, C8 and CC are something else.
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the stream.

    Attributes:
        body: its bytes.
        stamp_s: the camera's time of it in seconds (``X-Timestamp``), where it gives one.
    """

    body: bytes
    stamp_s: float | None = None


class MultipartParser:
    """Takes bytes as they come and gives whole parts.

    It holds at most one part, finds its way back after garbage at the next boundary, and takes
    parts with and without Content-Length.

    Args:
        boundary: as in the Content-Type header, with or without its leading dashes.
        max_part: a longer part is garbage.
    """

    def __init__(self, boundary: str, *, max_part: int = MAX_PART) -> None:
        # Cameras disagree on whether the parameter holds the dashes; the bare word is in both.
        self._mark = b"--" + boundary.strip('"').removeprefix("--").encode("latin-1")
        self._max_part = max_part
        self._buffer = bytearray()
        self._searched = 0
        self._header: dict[str, str] | None = None
        self.garbage = 0
        """Parts thrown away: too long, or with a header that is none."""

    def feed(self, data: bytes) -> Iterator[Part]:
        """Take some bytes; give the parts that they complete."""
        self._buffer += data
        while (part := self._next()) is not None:
            yield part

    def _next(self) -> Part | None:
        while True:
            if self._header is None and not self._read_header():
                return None
            assert self._header is not None  # noqa: S101  read_header has just said so
            body = self._read_body(self._header)
            if body is None:
                return None
            header, self._header = self._header, None
            if body:
                return Part(body, _seconds(header.get("x-timestamp")))

    def _read_header(self) -> bool:
        start = self._find(self._mark)
        if start < 0:
            # Only a mark cut in two is worth keeping.
            self._drop(max(0, len(self._buffer) - len(self._mark)), garbage=False)
            return False
        self._drop(start, garbage=False)
        end = self._buffer.find(b"\r\n\r\n", 0, _MAX_HEADER)
        if end < 0:
            if len(self._buffer) > _MAX_HEADER:
                self._drop(len(self._mark), garbage=True)
                return self._read_header()
            return False
        lines = bytes(self._buffer[len(self._mark) : end]).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines if ":" in line)
        self._header = {name.strip().lower(): value.strip() for name, _, value in pairs}
        self._drop(end + 4, garbage=False)
        return True

    def _read_body(self, header: dict[str, str]) -> bytes | None:
        length = header.get("content-length", "")
        if length.isascii() and length.isdigit() and 0 < int(length) <= self._max_part:
            size = int(length)
            if len(self._buffer) < size:
                return None
            body = bytes(self._buffer[:size])
            self._drop(size, garbage=False)
            return body
        size = self._find(self._mark)
        if size < 0:
            if len(self._buffer) > self._max_part:
                self._drop(len(self._buffer), garbage=True)
                self._header = None
                return b""
            return None
        body = bytes(self._buffer[:size])
        self._drop(size, garbage=False)
        return body.removesuffix(b"\r\n")

    def _find(self, mark: bytes) -> int:
        place = self._buffer.find(mark, self._searched)
        self._searched = max(0, len(self._buffer) - len(mark) + 1) if place < 0 else 0
        return place

    def _drop(self, size: int, *, garbage: bool) -> None:
        del self._buffer[:size]
        self._searched = 0
        self.garbage += garbage


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Read width and height of a JPEG without decoding it (ITU-T T.81 annex B).

    Returns:
        Width and height in pixels; None when it is no JPEG or does not end like one, that is,
        when it was cut off.
    """
    if not data.startswith(_JPEG_START) or _JPEG_END not in data[-64:]:
        return None
    place = 2
    while place + 9 <= len(data):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in _BARE_MARKERS:
            place += 2
        elif marker in _FRAME_MARKERS:
            height = int.from_bytes(data[place + 5 : place + 7], "big")
            width = int.from_bytes(data[place + 7 : place + 9], "big")
            return width, height
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
