"""Settings of one reader, and the named vendor options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args
from urllib.parse import urlsplit

SearchMode = Literal["reader", "single", "dual", "single_suppressed"]

"""How often a tag answers. ``dual`` reads it again and again, which presence needs; ``single``
leaves it alone for the persistence of its session; ``single_suppressed`` (Impinj's TagFocus) for as
long as it has power, so a shelf would look empty; ``reader`` leaves the choice to the reader."""

SCHEMES: Mapping[str, int] = MappingProxyType(
    {"llrp": 5084, "llrps": 5085, "http": 80, "https": 443}
)
"""Scheme of a source → default port."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Certificates of a TLS connection.

    Attributes:
        ca: CA that signed the reader's certificate; None for those of the system.
        cert, key: this side's certificate and key, where the reader asks for them.
        check_host: the certificate must name the host. Readers are often reached by an address
            that their certificate does not hold; the CA is checked all the same.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    check_host: bool = True


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """How one reader is reached and what it is told.

    Attributes:
        id: id of the reader in the config; it goes into every read.
        source: ``llrp://host[:5084]``, ``llrps://host[:5085]``, or ``http(s)://host[:port]`` for
            the Impinj IoT device interface.
        antennas: ports in use; empty for all.
        silent_after_s: no message for so long means that the reader is frozen.
        power_dbm: transmit power; None keeps the reader's own.
        session: Gen2 session 0 to 3; None keeps the reader's own.
        population: tags expected in the field of an antenna.
        rf_mode: index in the reader's table of RF modes; None keeps its own.
        search_mode: see ``SearchMode``; for Impinj and Zebra readers, None keeps the reader's own.
        report_tags: a report is sent after so many tags; 1 gives the least delay.
        tls: certificates.
        username, password: for the HTTP interface.
    """

    id: str
    source: str
    antennas: tuple[int, ...] = ()
    silent_after_s: float = 10.0
    power_dbm: float | None = None
    session: int | None = None
    population: int = 32
    rf_mode: int | None = None
    search_mode: SearchMode | None = None
    report_tags: int = 1
    tls: TlsFiles = TlsFiles()
    username: str | None = None
    password: str | None = None

    def __post_init__(self) -> None:
        if self.session is not None and not 0 <= self.session <= 3:
            raise ValueError(f"session: expected 0 to 3, found {self.session}")
        if self.search_mode is not None and self.search_mode not in get_args(SearchMode):
            known = ", ".join(get_args(SearchMode))
            raise ValueError(f"search_mode: expected one of {known}, found {self.search_mode!r}")
        _ = self.address

    @property
    def scheme(self) -> str:
        """Protocol of the source."""
        return urlsplit(self.source).scheme

    @property
    def address(self) -> tuple[str, int]:
        """Host and port.

        Raises:
            ValueError: no such protocol, or no host.
        """
        parts = urlsplit(self.source)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ValueError(f"source: expected llrp://host or http://host, found {self.source!r}")
        return parts.hostname, parts.port or SCHEMES[parts.scheme]
