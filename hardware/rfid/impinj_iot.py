"""Impinj's IoT device interface (R700 series): settings over REST, tags as a stream of JSON lines.

Source: Impinj IoT Device Interface, REST API version 1.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NoReturn

from hardware.rfid.http import Answer, HttpError, Site
from hardware.rfid.impinj_events import reader_status, tag_report
from hardware.rfid.options import SearchMode
from hardware.rfid.reads import ReadMaker
from hardware.rfid.reconnecting import ReconnectingReader, SessionError, SilentError
from hardware.rfid.tls import client_context

ANSWER_S = 5.0
LINE_BYTES = 64 * 1024
"""A longer line is no event: the stream is broken."""

DEFAULT_POWER_DBM = 30.0
DEFAULT_RF_MODE = 4
DEFAULT_SESSION = 1
_BASE = "/api/v1"
_SEARCH_MODES: dict[SearchMode, str] = {
    "reader": "reader-selected",
    "single": "single-target",
    "dual": "dual-target",
    "single_suppressed": "single-target-with-tagfocus",
}
_CONTENT = ("epcHex", "antennaPort", "peakRssiCdbm", "lastSeenTime", "pc")


class ImpinjIotReader(ReconnectingReader):
    """A reader over the IoT device interface, plain or TLS."""

    _started = False

    async def close(self) -> None:
        """Stop reading, and the inventory with it."""
        await super().close()
        if self._started:
            with suppress(OSError, TimeoutError, HttpError):
                await self._site().request("POST", f"{_BASE}/profiles/stop", timeout_s=1.0)

    async def _session(self) -> NoReturn:
        self._reads = ReadMaker(self._options, self._conditions, self._clock)
        site = self._site()
        try:
            await self._ask(site, "GET", "/status")
            # An inventory of somebody else, or of ours before a crash, would refuse the next.
            await self._ask(site, "POST", "/profiles/stop")
            await self._ask(site, "POST", "/profiles/inventory/start", self._inventory())
            self._started = True
            async with site.open("GET", f"{_BASE}/data/stream") as stream:
                if stream.status != 200:
                    raise SessionError(f"GET /data/stream: status {stream.status}")
                self._working("Impinj IoT device interface")
                async for lines in self._watched(site, stream):
                    self._take(lines)
        except HttpError as error:
            raise SessionError(str(error)) from error
        raise SessionError("the reader ended the stream")

    def _site(self) -> Site:
        options = self._options
        host, port = options.address
        tls = client_context(options.tls) if options.scheme == "https" else None
        return Site(host, port, tls, options.username, options.password)

    async def _ask(self, site: Site, method: str, path: str, body: Any = None) -> bytes:
        sent = b"" if body is None else json.dumps(body).encode()
        status, answer = await site.request(method, _BASE + path, sent, timeout_s=ANSWER_S)
        if status in (401, 403):
            raise SessionError(f"{method} {path}: status {status}: wrong username or password")
        if not 200 <= status < 300:
            raise SessionError(f"{method} {path}: status {status}: {_reason(answer)}")
        return answer

    def _inventory(self) -> dict[str, Any]:
        options = self._options
        power_dbm = DEFAULT_POWER_DBM if options.power_dbm is None else options.power_dbm
        antenna = {
            "transmitPowerCdbm": round(power_dbm * 100),
            "rfMode": DEFAULT_RF_MODE if options.rf_mode is None else options.rf_mode,
            "inventorySession": DEFAULT_SESSION if options.session is None else options.session,
            # Presence needs every tag again and again.
            "inventorySearchMode": _SEARCH_MODES[options.search_mode or "dual"],
            "estimatedTagPopulation": options.population,
        }
        return {
            "antennaConfigs": [
                {"antennaPort": port, **antenna} for port in options.antennas or (1, 2, 3, 4)
            ],
            "eventConfig": {
                "common": {"hostname": "disabled"},
                "tagInventory": {
                    **dict.fromkeys(_CONTENT, "enabled"),
                    "epc": "disabled",
                    "tagReporting": {
                        "reportingIntervalSeconds": 0,
                        "tagCacheSize": 2048,
                        "antennaIdentifier": "antennaPort",
                        "tagIdentifier": "epc",
                    },
                },
            },
        }

    async def _watched(self, site: Site, stream: Answer) -> AsyncIterator[list[bytes]]:
        """Give the lines of the stream as they come; ask the reader when none come.

        Raises:
            SilentError: neither lines nor answers come.
        """
        pieces = aiter(stream)
        rest = b""
        coming: asyncio.Future[bytes] | None = None
        try:
            while True:
                coming = coming or asyncio.ensure_future(anext(pieces, b""))
                done, _ = await asyncio.wait((coming,), timeout=self._options.silent_after_s / 2)
                if not done:
                    await self._probe(site)
                    continue
                piece, coming = coming.result(), None
                if not piece:
                    return
                *lines, rest = (rest + piece).split(b"\n")
                if len(rest) > LINE_BYTES:
                    self._conditions.note("bad_frame", f"a line of more than {LINE_BYTES} bytes")
                    raise SessionError("the stream holds no lines")
                yield lines
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)

    async def _probe(self, site: Site) -> None:
        # No tag is no news, and the stream has no keep-alive: only asking tells life from death.
        timeout_s = self._options.silent_after_s / 2
        try:
            answer = await site.request("GET", f"{_BASE}/status", timeout_s=timeout_s)
        except (OSError, TimeoutError, HttpError):
            raise SilentError("neither tags nor answers come") from None
        if answer[0] == 200 and reader_status(answer[1]) == "idle":
            self._conditions.note("inventory_lost", "the reader is idle")
            raise SessionError("the reader stopped the inventory")
        self._alive()

    def _take(self, lines: list[bytes]) -> None:
        reports = []
        for line in lines:
            if not line.strip():
                continue
            try:
                report = tag_report(line)
            except ValueError as error:
                self._conditions.note("bad_report", str(error))
                continue
            if report is not None:
                reports.append(report)
        self._deliver(self._reads.reads(reports))
        self._alive()


def _reason(answer: bytes) -> str:
    return " ".join(answer[:120].decode("utf-8", "replace").split())
