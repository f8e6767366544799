"""The LLRP driver: one session sets a reader up, reads, and watches it."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

from hardware.rfid.connection import Connection, Received, RefusedError
from hardware.rfid.llrp.capabilities import Capabilities
from hardware.rfid.llrp.events import ReaderEvent, parse_event
from hardware.rfid.llrp.frames import ContentError
from hardware.rfid.llrp.reports import ReportDecoder
from hardware.rfid.llrp.types import ConnectionAttempt, Version
from hardware.rfid.reads import ReadMaker
from hardware.rfid.reconnecting import ReconnectingReader, SessionError, SilentError
from hardware.rfid.setup import (
    ANSWER_S,
    ROSPEC_ID,
    inventory_is_active,
    negotiate_version,
    set_up,
)
from hardware.rfid.tls import client_context

CONNECT_S = 5.0
_IN_USE = (
    ConnectionAttempt.READER_INITIATED_EXISTS,
    ConnectionAttempt.CLIENT_INITIATED_EXISTS,
    ConnectionAttempt.ANOTHER_ATTEMPTED,
)


class LlrpReader(ReconnectingReader):
    """A reader over LLRP 1.0.1 or 1.1, plain or TLS."""

    _asks_version = True

    async def _session(self) -> NoReturn:
        # What a connection taught (layouts, clock) is void in the next: the reader may be another.
        self._decoder = ReportDecoder()
        self._reads = ReadMaker(self._options, self._conditions, self._clock)
        # Cleaning up ends old ROSpecs, of which the reader tells: no trouble before ours runs.
        self._running = False
        # A reader that another client holds is not ours to clean up.
        self._holds = False
        loop = asyncio.get_running_loop()
        self._attempt: asyncio.Future[int] = loop.create_future()
        self._trouble: asyncio.Future[str] = loop.create_future()
        connection = await self._connect()
        try:
            await self._start(connection)
            await self._watch(connection)
        except (RefusedError, ContentError) as error:
            raise SessionError(str(error)) from error
        except SilentError:
            self._holds = False
            raise
        finally:
            if self._holds:
                connection.leave()
            else:
                connection.abort()

    async def _connect(self) -> Connection:
        host, port = self._options.address
        tls = client_context(self._options.tls) if self._options.scheme == "llrps" else None
        received = Received(self._on_reports, self._on_event, self._on_life, self._conditions)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_S):
            _transport, connection = await loop.create_connection(
                lambda: Connection(received), host, port, ssl=tls
            )
        return connection

    async def _start(self, connection: Connection) -> None:
        self._last_life_s = self._last_report_s = self._now()
        ends: tuple[asyncio.Future[Any], ...] = (self._attempt, connection.ended)
        await asyncio.wait(ends, timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
        if connection.ended.done():
            raise SessionError(connection.ended.result())
        if not self._attempt.done():
            raise SilentError("connected, but the reader does not greet")
        status = self._attempt.result()
        if status != ConnectionAttempt.SUCCESS:
            why = "another client holds the reader" if status in _IN_USE else f"status {status}"
            raise SessionError(f"reader refuses the connection: {why}")
        self._holds = True
        if self._asks_version:
            # A reader that falls silent or hangs up at the question is not asked again.
            self._asks_version = False
            await negotiate_version(connection)
            self._asks_version = True
        found = await set_up(connection, self._options, self._conditions)
        self._running = True
        self._working(_describe(found, connection))

    async def _watch(self, connection: Connection) -> NoReturn:
        """Wait for the end of the session.

        Raises:
            SilentError: nothing came for ``silent_after_s``.
            SessionError: the connection or the inventory ended.
        """
        limit_s = self._options.silent_after_s
        ends: tuple[asyncio.Future[str], ...] = (connection.ended, self._trouble)
        while True:
            wait_s = self._last_life_s + limit_s - self._now()
            if wait_s <= 0:
                raise SilentError(f"connected, but no message for {limit_s:g} s")
            # Short steps, so that keep-alives without reports are looked into in time, too.
            step_s = min(wait_s, limit_s / 4)
            done, _ = await asyncio.wait(ends, timeout=step_s, return_when=asyncio.FIRST_COMPLETED)
            if done:
                raise SessionError(next(iter(done)).result())
            if self._now() - self._last_report_s >= limit_s / 2:
                await self._check_inventory(connection, limit_s / 2)

    async def _check_inventory(self, connection: Connection, timeout_s: float) -> None:
        # Keep-alives without reports: either no tag is there, or the inventory has ended.
        self._last_report_s = self._now()
        try:
            active = await inventory_is_active(connection, timeout_s)
        except TimeoutError:
            raise SilentError("connected, but neither reports nor answers come") from None
        except (RefusedError, ContentError) as error:
            # It does answer, so it lives; whether it reads stays open.
            self._conditions.note("inventory_unknown", str(error))
            return
        if not active:
            self._conditions.note("inventory_lost", "keep-alives, but our ROSpec does not run")
            raise SessionError("the reader stopped the inventory")

    def _on_reports(self, bodies: list[bytes]) -> None:
        if not self._running:
            # What an old ROSpec reports until it is cleaned up may lack antennas or times.
            return
        self._last_report_s = self._now()
        try:
            # Bodies are lists of parameters, so many small reports can be read as one large one.
            self._deliver(self._reads.reads(self._decoder.decode(b"".join(bodies))))
        except ContentError:
            for body in bodies:
                self._on_doubtful_report(body)

    def _on_doubtful_report(self, body: bytes) -> None:
        try:
            self._deliver(self._reads.reads(self._decoder.decode(body)))
        except ContentError as error:
            self._conditions.note("bad_report", str(error))

    def _on_event(self, body: bytes) -> None:
        try:
            event = parse_event(body)
        except ContentError as error:
            self._conditions.note("bad_event", str(error))
            return
        if event.time_us is not None:
            self._reads.learn_clock(event.time_us, uptime=event.uptime)
        if event.connection is not None and not self._attempt.done():
            self._attempt.set_result(event.connection)
        self._note_event(event)

    def _note_event(self, event: ReaderEvent) -> None:
        if event.exception is not None:
            self._conditions.note("reader_exception", event.exception)
        if event.overflow:
            self._conditions.note("report_overflow", "the reader lost reports")
        if event.antenna is not None and not event.antenna[0]:
            self._conditions.note("antenna_lost", f"antenna {event.antenna[1]}")
        if event.closing:
            self._fail("reader closes the connection")
        ended = event.rospec is not None and event.rospec[0] != 0 and event.rospec[1] == ROSPEC_ID
        if ended and self._running:
            self._conditions.note("inventory_lost", "our ROSpec ended")
            self._fail("the reader stopped the inventory")

    def _on_life(self) -> None:
        self._last_life_s = self._now()
        self._alive()

    def _fail(self, reason: str) -> None:
        if not self._trouble.done():
            self._trouble.set_result(reason)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _describe(found: Capabilities, connection: Connection) -> str:
    version = "1.1" if connection.version is Version.V1_1 else "1.0.1"
    return (
        f"LLRP {version}, vendor {found.vendor}, model {found.model}, "
        f"firmware {found.firmware or 'unknown'}, {found.antennas} antennas"
    )
