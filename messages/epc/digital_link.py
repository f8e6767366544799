"""GS1 Digital Link of one item: ``/01/{gtin14}/21/{serial}`` (URI Syntax 1.2, section 4)."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from messages.epc.gtin import gtin14

_DOMAIN = "https://id.gs1.org"


def digital_link(gtin: str, serial: str | None = None, *, domain: str = _DOMAIN) -> str:
    """Write the link of a trade item, or of one instance of it.

    Args:
        gtin: GTIN-8, -12, -13 or -14.
        serial: serial number, left out for the class of items.
        domain: scheme and host of the resolver.

    Raises:
        ValueError: no GTIN, or an empty serial.
    """
    link = f"{domain.rstrip('/')}/01/{gtin14(gtin)}"
    if serial is None:
        return link
    if not 1 <= len(serial) <= 20:
        raise ValueError(f"serial: expected 1 to 20 characters, found {serial[:40]!r}")
    return f"{link}/21/{quote(serial, safe='')}"


def parse_digital_link(link: str) -> tuple[str, str | None]:
    """Take a link apart; other qualifiers (variant, lot) and the query are passed over.

    Returns:
        GTIN-14 and serial number, None where the link names no instance.

    Raises:
        ValueError: no http link, no ``/01/`` in its path, or a GTIN with a wrong check digit.
    """
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"Digital Link: expected an http(s) link, found {link[:80]!r}")
    segments = parts.path.split("/")
    try:
        start = segments.index("01")
        gtin = gtin14(unquote(segments[start + 1]))
    except (ValueError, IndexError) as error:
        reason = str(error) if str(error).startswith("GTIN") else f"none in {link[:80]!r}"
        raise ValueError(f"Digital Link: expected /01/ and a GTIN, found {reason}") from error
    qualifiers = dict(zip(segments[start + 2 :: 2], segments[start + 3 :: 2], strict=False))
    serial = qualifiers.get("21")
    return gtin, unquote(serial) if serial else None
