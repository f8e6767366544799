"""What every reader driver does: one session after another, a state, and a mailbox of reads."""

from __future__ import annotations

import asyncio
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import NoReturn

import structlog

from hardware.backoff import Backoff
from hardware.interfaces import ReaderState, TagRead
from hardware.rfid.conditions import Conditions
from hardware.rfid.options import ReaderOptions

_log = structlog.get_logger(__name__)

MAX_PENDING_READS = 100_000
"""Reads kept for a consumer that does not come; then the oldest half is dropped and counted."""

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class SessionError(Exception):
    """A session cannot go on; the text says why, without credentials."""


class SilentError(SessionError):
    """The reader is connected but says nothing any more."""


class ReconnectingReader(ABC):
    """Base of the drivers; a driver gives :meth:`_session`.

    The session runs in a task of its own, so keep-alives are answered while the consumer works.
    """

    def __init__(
        self,
        options: ReaderOptions,
        *,
        clock: Clock = time.monotonic,
        backoff: Backoff | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Make a reader; it connects when :meth:`batches` is first asked.

        Args:
            options: what to connect to.
            clock: seconds of the agent's clock, which reads are stamped with.
            backoff: waits between attempts; 1 to 30 s with jitter.
            sleep: how to wait.
        """
        self._options = options
        self._clock = clock
        self._backoff = backoff or Backoff(first_s=2.0, most_s=30.0)
        self._sleep = sleep
        self._conditions = Conditions(options.id)
        self._state = ReaderState.CONNECTING
        self._detail = "not connected yet"
        self._pending: list[TagRead] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def state(self) -> ReaderState:
        """The state now."""
        return self._state

    @property
    def detail(self) -> str:
        """Why it is in that state, in one line without credentials."""
        return self._detail

    @property
    def counters(self) -> Mapping[str, int]:
        """Counts since the start: reads, reconnects, and named conditions."""
        return self._conditions.counts

    async def batches(self) -> AsyncIterator[list[TagRead]]:
        """Reads as they come; an empty list is a sign of life.

        Ends when the reader is closed.
        """
        if self._task is None and not self._closed:
            self._task = asyncio.create_task(self._run(), name=f"reader {self._options.id}")
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._closed:
                return
            if self._task is not None and self._task.done():
                self._task.result()
            reads, self._pending = self._pending, []
            yield reads

    async def close(self) -> None:
        """Stop reading and let the reader go."""
        self._closed = True
        self._wake.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @abstractmethod
    async def _session(self) -> NoReturn:
        """Connect, set up and read until something ends it.

        Raises:
            SessionError: the reader refuses, misbehaves or is silent.
            OSError, TimeoutError: the network fails.
        """

    def _deliver(self, reads: list[TagRead]) -> None:
        """Put reads into the mailbox."""
        self._pending += reads
        self._conditions.counts["reads"] += len(reads)
        if len(self._pending) > MAX_PENDING_READS:
            lost = len(self._pending) - MAX_PENDING_READS // 2
            del self._pending[:lost]
            self._conditions.note("reads_dropped", "nobody takes the reads", times=lost)

    def _alive(self) -> None:
        """Wake the consumer: there are reads, or a sign of life."""
        self._wake.set()

    def _working(self, detail: str) -> None:
        """Note that the session is set up."""
        self._backoff.reset()
        self._set(ReaderState.OK, detail)

    def _set(self, state: ReaderState, detail: str) -> None:
        if state is not self._state:
            self._conditions.renew()
            level = _log.info if state is ReaderState.OK else _log.warning
            level(f"reader_{state.value}", reader=self._options.id, detail=detail)
        self._state, self._detail = state, detail

    async def _run(self) -> None:
        try:
            while True:
                self._set(*await self._one_session())
                await self._sleep(self._backoff.next_s())
                self._conditions.counts["reconnects"] += 1
        finally:
            self._wake.set()

    async def _one_session(self) -> tuple[ReaderState, str]:
        host, port = self._options.address
        try:
            await self._session()
        except SilentError as error:
            self._conditions.note("silent", str(error))
            return ReaderState.SILENT, str(error)
        except TimeoutError as error:
            return ReaderState.LOST, str(error) or f"no answer from {host}:{port}"
        except ssl.SSLError as error:
            return ReaderState.LOST, f"TLS with {host}:{port} failed: {error.reason or error}"
        except OSError as error:
            place = error.filename or f"{host}:{port}"
            return ReaderState.LOST, f"{place}: {error.strerror or error}"
        except UnicodeError:
            return ReaderState.LOST, f"{host}: expected the name of a host"
        except SessionError as error:
            return ReaderState.LOST, str(error)
