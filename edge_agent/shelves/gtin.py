"""EPC → GTIN-14 for the one scheme that shop items carry most."""

from __future__ import annotations

# GS1 TDS 2.1, table 14-2: partition → bits of the company prefix, its digits.
_PARTITIONS = ((40, 12), (37, 11), (34, 10), (30, 9), (27, 8), (24, 7), (20, 6))


def gtin_of(epc: str) -> str | None:
    """GTIN-14 of an SGTIN-96, None for any other tag."""
    try:
        value = int(epc, 16)
    except ValueError:
        return None
    if len(epc) != 24 or value >> 88 != 0x30:
        return None
    partition = value >> 82 & 7
    if partition >= len(_PARTITIONS):
        return None
    bits, digits = _PARTITIONS[partition]
    company = value >> (82 - bits) & ((1 << bits) - 1)
    item = value >> 38 & ((1 << (44 - bits)) - 1)
    if company >= 10**digits or item >= 10 ** (13 - digits):
        return None
    reference = f"{item:0{13 - digits}d}"
    body = reference[0] + f"{company:0{digits}d}" + reference[1:]
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(body))
    return f"{body}{-total % 10}"
