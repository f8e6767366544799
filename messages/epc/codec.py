"""Decode and encode EPC binary (TDS 1.13, section 14.3) by the tables of :mod:`.tables`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from messages.epc.gtin import check_digit, gtin14
from messages.epc.tables import (
    BY_HEADER,
    COMPANY_BITS,
    OTHER_HEADERS,
    SCHEMES,
    Scheme,
)

_POW10 = tuple(10**n for n in range(20))
_SERIAL_CHARACTERS = frozenset(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
"""GS1 AI encodable character set 82 (General Specifications, section 7.11)."""

_PLAIN_IN_URI = "!'()*+,-.:;=_"
"""Characters of set 82 that an EPC URI holds unescaped (TDS, table A-1), beside alphanumerics."""


class EpcError(ValueError):
    """A tag or an EPC that cannot be decoded or encoded; the text says expected and found."""


@dataclass(frozen=True, slots=True)
class Epc:
    """One decoded EPC.

    Attributes:
        scheme: encoding, a key of ``SCHEMES``, for example ``sgtin-96``.
        filter: filter value, 0..7.
        company_prefix: GS1 company prefix, 6 to 12 digits.
        reference: what follows it in the EPC URI: item reference with the indicator digit first
            (SGTIN), serial reference with the extension digit first (SSCC), location reference
            (SGLN), asset type (GRAI), individual asset reference (GIAI).
        serial: serial number, or extension of an SGLN; None for SSCC and GIAI.
    """

    scheme: str
    filter: int
    company_prefix: str
    reference: str
    serial: str | None

    @property
    def uri(self) -> str:
        """Pure identity URI, for example ``urn:epc:id:sgtin:0614141.712345.32a%2Fb``."""
        return f"urn:epc:id:{SCHEMES[self.scheme].identity}:{self._tail}"

    @property
    def tag_uri(self) -> str:
        """EPC tag URI, which also holds encoding and filter value."""
        return f"urn:epc:tag:{self.scheme}:{self.filter}.{self._tail}"

    @property
    def _tail(self) -> str:
        tail = f"{self.company_prefix}.{self.reference}"
        return tail if self.serial is None else f"{tail}.{quote(self.serial, safe=_PLAIN_IN_URI)}"

    @property
    def gtin14(self) -> str | None:
        """GTIN-14 with check digit; None for what is no trade item."""
        return self.gs1_key if SCHEMES[self.scheme].identity == "sgtin" else None

    @property
    def gs1_key(self) -> str:
        """GTIN-14, SSCC-18, GLN-13, GRAI (13 digits, without serial) or GIAI."""
        identity = SCHEMES[self.scheme].identity
        body = self.company_prefix + self.reference
        if identity == "giai":
            return body
        if identity in ("sgtin", "sscc"):
            body = self.reference[0] + self.company_prefix + self.reference[1:]
        return body + check_digit(body)


def decode(epc_hex: str) -> Epc:
    """Decode the EPC memory of a tag.

    Args:
        epc_hex: hex digits, at least the bits of the encoding; bits behind them must be zero.

    Returns:
        The EPC.

    Raises:
        EpcError: no hex, too short, a header that is unknown or not supported (named), or fields
            out of their range.
    """
    scheme, value = _open(epc_hex)
    rest = scheme.bits - 8
    filter_value = value >> (rest - 3) & 7
    partition = value >> (rest - 6) & 7
    if partition > 6:
        raise EpcError(f"{scheme.name} partition: expected 0 to 6, found 7")
    rest -= 6 + COMPANY_BITS[partition]
    company = _digits(
        scheme.name,
        "company prefix",
        value >> rest & (1 << COMPANY_BITS[partition]) - 1,
        12 - partition,
    )
    reference_bits = scheme.reference_bits[partition]
    rest -= reference_bits
    number = value >> rest & (1 << reference_bits) - 1
    if scheme.reference_digits is None:
        reference = str(number)
    else:
        reference = _digits(scheme.name, "reference", number, scheme.reference_digits[partition])
    serial = _read_serial(scheme, value & (1 << rest) - 1)
    return Epc(scheme.name, filter_value, company, reference, serial)


def encode(epc: Epc) -> str:
    """Encode an EPC as upper-case hex of whole 16-bit words, the way tag memory holds it.

    Raises:
        EpcError: a field out of its range, named.
    """
    scheme = SCHEMES.get(epc.scheme)
    if scheme is None:
        raise EpcError(f"scheme: expected one of {', '.join(SCHEMES)}, found {epc.scheme!r}")
    if not 0 <= epc.filter <= 7:
        raise EpcError(f"filter: expected 0 to 7, found {epc.filter}")
    partition = 12 - len(epc.company_prefix)
    if not (0 <= partition <= 6 and _is_number(epc.company_prefix)):
        raise EpcError(f"company prefix: expected 6 to 12 digits, found {epc.company_prefix!r}")
    value = (scheme.header << 3 | epc.filter) << 3 | partition
    value = value << COMPANY_BITS[partition] | int(epc.company_prefix)
    reference_bits = scheme.reference_bits[partition]
    value = value << reference_bits | _write_reference(scheme, partition, epc.reference)
    value = value << scheme.serial_bits | _write_serial(scheme, epc.serial)
    padding = scheme.hex_digits * 4 - scheme.bits
    return f"{value << padding:0{scheme.hex_digits}X}"


def sgtin(
    gtin: str, serial: str | int, *, company_digits: int, filter_value: int = 1, bits: int = 96
) -> Epc:
    """Make the EPC of one trade item.

    Args:
        gtin: GTIN-8, -12, -13 or -14 with a right check digit.
        serial: serial number; digits without leading zeros and below 2^38 where ``bits`` is 96.
        company_digits: digits of the GS1 company prefix, 6 to 12; the GTIN does not tell.
        filter_value: 1 marks a point-of-sale item.
        bits: 96, or 198 for serials with letters.

    Raises:
        ValueError: a GTIN with a wrong check digit, or a field out of its range.
    """
    full = gtin14(gtin)
    epc = Epc(
        f"sgtin-{bits}",
        filter_value,
        full[1 : 1 + company_digits],
        full[0] + full[1 + company_digits : 13],
        str(serial),
    )
    encode(epc)
    return epc


@lru_cache(maxsize=65536)
def gtin14_of(epc_hex: str) -> str | None:
    """Give the GTIN-14 of a tag; None when it is no SGTIN or cannot be decoded.

    Also reads the GTIN of an SGTIN+ (TDS 2.0), whose serial is not supported.
    """
    try:
        if epc_hex[:2].upper() == "F7":
            return _sgtin_plus_gtin(epc_hex)
        return decode(epc_hex).gtin14
    except EpcError:
        return None


def _open(epc_hex: str) -> tuple[Scheme, int]:
    try:
        raw = bytes.fromhex(epc_hex)
    except ValueError:
        raise EpcError(f"EPC: expected whole bytes of hex, found {epc_hex[:64]!r}") from None
    if not raw:
        raise EpcError("EPC: expected a header, found no data")
    scheme = BY_HEADER.get(raw[0])
    if scheme is None:
        name = OTHER_HEADERS.get(raw[0])
        what = f"{name}, which is not supported" if name else "no GS1 EPC"
        raise EpcError(f"EPC header: expected one of {', '.join(SCHEMES)}, found {what}")
    padding = len(raw) * 8 - scheme.bits
    if padding < 0:
        raise EpcError(f"{scheme.name}: expected {scheme.bits} bits, found {len(raw) * 8}")
    value = int.from_bytes(raw)
    if padding and value & (1 << padding) - 1:
        raise EpcError(f"{scheme.name}: expected zeros behind bit {scheme.bits}, found data")
    return scheme, value >> padding


def _digits(scheme: str, field: str, number: int, digits: int) -> str:
    if number >= _POW10[digits]:
        raise EpcError(f"{scheme} {field}: expected {digits} digits, found {number}")
    return f"{number:0{digits}d}" if digits else ""


def _read_serial(scheme: Scheme, number: int) -> str | None:
    if scheme.text_serial:
        return _read_text(scheme.name, number)
    if scheme.name == "sscc-96":
        if number:
            raise EpcError("sscc-96 last 24 bits: expected zeros, found data")
        return None
    return str(number) if scheme.serial_bits else None


def _read_text(name: str, number: int) -> str:
    codes = [number >> shift & 0x7F for shift in range(133, -1, -7)]
    text = "".join(map(chr, codes)).rstrip("\0")
    if not text or not _SERIAL_CHARACTERS.issuperset(text):
        raise EpcError(f"{name} serial: expected 1 to 20 characters of set 82, found {text!r}")
    return text


def _write_reference(scheme: Scheme, partition: int, reference: str) -> int:
    if scheme.reference_digits is None:
        bits = scheme.reference_bits[partition]
        return _plain_number(f"{scheme.name} reference", reference, bits)
    digits = scheme.reference_digits[partition]
    if len(reference) != digits or not (_is_number(reference) or not digits):
        raise EpcError(f"{scheme.name} reference: expected {digits} digits, found {reference!r}")
    return int(reference) if reference else 0


def _write_serial(scheme: Scheme, serial: str | None) -> int:
    if scheme.name in ("sscc-96", "giai-96"):
        if serial is not None:
            raise EpcError(f"{scheme.name} serial: expected none, found {serial!r}")
        return 0
    if serial is None:
        raise EpcError(f"{scheme.name} serial: expected one, found none")
    if not scheme.text_serial:
        return _plain_number(f"{scheme.name} serial", serial, scheme.serial_bits)
    if not 1 <= len(serial) <= 20 or not _SERIAL_CHARACTERS.issuperset(serial):
        raise EpcError(
            f"{scheme.name} serial: expected 1 to 20 characters of set 82, found {serial!r}"
        )
    value = 0
    for character in serial.ljust(20, "\0"):
        value = value << 7 | ord(character)
    return value


def _plain_number(field: str, text: str, bits: int) -> int:
    # A 96-bit number cannot keep leading zeros: 007 and 7 would become the same tag.
    if not _is_number(text) or (text[0] == "0" and text != "0") or int(text) >> bits:
        raise EpcError(
            f"{field}: expected a number below 2^{bits} without leading zeros, found {text!r}"
        )
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 40


def _sgtin_plus_gtin(epc_hex: str) -> str | None:
    # TDS 2.0, section 14.5.1: header 8, data toggle 1, filter 3, then 14 digits of 4 bits.
    digits = epc_hex[3:17]
    try:
        return gtin14(digits) if len(digits) == 14 else None
    except ValueError:
        return None
