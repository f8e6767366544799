"""JPEG pictures as RTP packets (RFC 2435), as cameras without H.264 send them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

PAYLOAD_TYPE = 26
CLOCK_HZ = 90_000
PACKET_BYTES = 1400
"""Scan data of one packet, so that it would fit into an Ethernet frame."""

_IN_BAND_TABLES = 255
"""Q value that says: the quantisation tables come with each picture (section 3.1.8)."""


@dataclass(frozen=True, slots=True)
class JpegParts:
    """What RFC 2435 sends of a baseline JPEG; the rest the receiver makes up again.

    Attributes:
        kind: 0 for 4:2:2, 1 for 4:2:0.
        width, height: pixels, multiples of 8, at most 2040.
        tables: quantisation tables, 64 bytes each, in zigzag order.
        scan: entropy-coded data.
    """

    kind: int
    width: int
    height: int
    tables: bytes
    scan: bytes


def take_apart(jpeg: bytes) -> JpegParts:
    """Find the parts of a JPEG.

    Raises:
        ValueError: a file that RFC 2435 cannot carry.
    """
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("jpeg: expected a start-of-image marker")
    at, tables = 2, b""
    frame: tuple[int, int, int] | None = None
    while at + 4 <= len(jpeg):
        marker, length = struct.unpack_from(">HH", jpeg, at)
        segment = jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xFFDB:
            tables += b"".join(segment[i + 1 : i + 65] for i in range(0, len(segment), 65))
        elif marker == 0xFFC0:
            height, width = struct.unpack_from(">HH", segment, 1)
            kinds = {0x21: 0, 0x22: 1}
            if segment[7] not in kinds or width % 8 or height % 8 or max(width, height) > 2040:
                raise ValueError(
                    f"jpeg: expected 4:2:2 or 4:2:0 up to 2040, found {width}x{height}"
                )
            frame = kinds[segment[7]], width, height
        elif marker == 0xFFDA and frame is not None:
            end = len(jpeg) - 2 if jpeg.endswith(b"\xff\xd9") else len(jpeg)
            return JpegParts(*frame, tables, jpeg[at:end])
    raise ValueError("jpeg: expected a baseline picture with one scan")


def packets(parts: JpegParts, sequence: int, timestamp: int, source: int) -> Iterator[bytes]:
    """Give the RTP packets of one picture.

    Args:
        parts: the picture.
        sequence: number of the first packet.
        timestamp: ticks of the 90 kHz clock.
        source: SSRC.
    """
    offset = 0
    while offset < len(parts.scan):
        piece = parts.scan[offset : offset + PACKET_BYTES]
        last = offset + len(piece) == len(parts.scan)
        header = struct.pack(
            ">BBHII",
            0x80,
            PAYLOAD_TYPE | (0x80 if last else 0),
            sequence & 0xFFFF,
            timestamp & 0xFFFFFFFF,
            source,
        )
        main = struct.pack(
            ">IBBBB",
            offset,
            parts.kind,
            _IN_BAND_TABLES,
            parts.width // 8,
            parts.height // 8,
        )
        tables = struct.pack(">HH", 0, len(parts.tables)) + parts.tables if offset == 0 else b""
        yield header + main + tables + piece
        sequence += 1
        offset += len(piece)
