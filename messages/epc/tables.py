"""Layouts of the EPC binary encodings as tables (TDS 1.13, section 14)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

COMPANY_BITS = (40, 37, 34, 30, 27, 24, 20)
"""Bits of the company prefix by partition value; it has 12 − partition digits."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One binary encoding: header, filter (3 bits), partition (3), company, reference, serial.

    Attributes:
        identity: name in the pure identity URI, for example ``sgtin``.
        name: name in the EPC tag URI, for example ``sgtin-96``.
        header: first byte.
        bits: length without padding.
        reference_bits: bits of the reference by partition value.
        reference_digits: digits of the reference by partition value; None where it is a plain
            number without leading zeros (GIAI).
        serial_bits: bits of the serial, 0 where there is none.
        text_serial: the serial is 7-bit text padded with zeros, not a number.
    """

    identity: str
    name: str
    header: int
    bits: int
    reference_bits: tuple[int, ...]
    reference_digits: tuple[int, ...] | None
    serial_bits: int
    text_serial: bool = False

    @property
    def hex_digits(self) -> int:
        """Hex digits in tag memory, which is made of 16-bit words."""
        return -(-self.bits // 16) * 4


_ITEM_BITS = (4, 7, 10, 14, 17, 20, 24)
_ITEM_DIGITS = (1, 2, 3, 4, 5, 6, 7)
_SCHEMES = (
    # Tables 14-1 to 14-12. The 24 unused bits at the end of an SSCC count as its serial: all zero.
    Scheme("sgtin", "sgtin-96", 0x30, 96, _ITEM_BITS, _ITEM_DIGITS, 38),
    Scheme("sgtin", "sgtin-198", 0x36, 198, _ITEM_BITS, _ITEM_DIGITS, 140, text_serial=True),
    Scheme("sscc", "sscc-96", 0x31, 96, (18, 21, 24, 28, 31, 34, 38), (5, 6, 7, 8, 9, 10, 11), 24),
    Scheme("sgln", "sgln-96", 0x32, 96, (1, 4, 7, 11, 14, 17, 21), (0, 1, 2, 3, 4, 5, 6), 41),
    Scheme("grai", "grai-96", 0x33, 96, (4, 7, 10, 14, 17, 20, 24), (0, 1, 2, 3, 4, 5, 6), 38),
    Scheme("giai", "giai-96", 0x34, 96, (42, 45, 48, 52, 55, 58, 62), None, 0),
)
SCHEMES = MappingProxyType({scheme.name: scheme for scheme in _SCHEMES})
"""Encodings that can be decoded and encoded, by name."""

BY_HEADER = MappingProxyType({scheme.header: scheme for scheme in _SCHEMES})

OTHER_HEADERS = MappingProxyType(
    {
        0x00: "unprogrammed",
        0x2C: "gdti-96",
        0x2D: "gsrn-96",
        0x2E: "gsrnp-96",
        0x2F: "usdod-96",
        0x35: "gid-96",
        0x37: "grai-170",
        0x38: "giai-202",
        0x39: "sgln-195",
        0x3A: "gdti-113",
        0x3B: "adi-var",
        0x3C: "cpi-96",
        0x3D: "cpi-var",
        0x3E: "gdti-174",
        0x3F: "sgcn-96",
        0x40: "itip-110",
        0x41: "itip-212",
        0xF0: "cpi+",
        0xF1: "grai+",
        0xF2: "sgln+",
        0xF3: "itip+",
        0xF4: "gsrn+",
        0xF5: "gsrnp+",
        0xF6: "gdti+",
        0xF7: "sgtin+",
        0xF8: "sgcn+",
        0xF9: "sscc+",
        0xFA: "giai+",
        0xFB: "dsgtin+",
    }
)
"""Headers that are known but not decoded (TDS 2.0, table 14-1), so that errors can name them."""


def scheme_name(epc_hex: str) -> str | None:
    """Name the encoding of an EPC by its header; None for a tag that is no GS1 EPC."""
    try:
        header = int(epc_hex[:2], 16) if len(epc_hex) >= 2 else -1
    except ValueError:
        return None
    scheme = BY_HEADER.get(header)
    return scheme.name if scheme is not None else OTHER_HEADERS.get(header)
