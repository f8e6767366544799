"""Check digits and GTINs (GS1 General Specifications, section 7.9)."""

from __future__ import annotations


def check_digit(digits: str) -> str:
    """Compute the GS1 check digit that follows ``digits``.

    The weights are 3 and 1 in turn, counted from the right, so the same rule serves GTIN-8 to
    GTIN-14, SSCC, GLN and GRAI.

    Args:
        digits: decimal digits without the check digit.

    Returns:
        One digit.
    """
    total = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def gtin14(gtin: str) -> str:
    """Write a GTIN-8, -12, -13 or -14 as GTIN-14.

    Raises:
        ValueError: another length, something that is no digit, or a wrong check digit.
    """
    if len(gtin) not in (8, 12, 13, 14) or not (gtin.isascii() and gtin.isdigit()):
        raise ValueError(f"GTIN: expected 8, 12, 13 or 14 digits, found {gtin[:40]!r}")
    expected = check_digit(gtin[:-1])
    if gtin[-1] != expected:
        raise ValueError(f"GTIN {gtin}: expected check digit {expected}, found {gtin[-1]}")
    return gtin.zfill(14)
