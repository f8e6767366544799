"""The thread that listens to all RFID readers of the device."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import structlog

from edge_agent.clock import Clock
from edge_agent.config import ReaderSettings
from edge_agent.publish.reporter import Reporter
from edge_agent.shelves import Shelves
from hardware.interfaces import ReaderState, TagReader
from messages.payloads import SensorHealth

LAG_S = 0.6
"""Reads of one moment arrive over so long; decisions wait for it."""
STEP_S = 0.25
RATE_S = 2.0

log = structlog.get_logger(__name__)


class Ear:
    """One reader and how it does."""

    def __init__(self, settings: ReaderSettings, reader: TagReader, now_s: float) -> None:
        self.settings = settings
        self.reader = reader
        self.state = ReaderState.CONNECTING
        self.since_s = now_s
        self.reads = 0
        self.rate = 0.0
        self._counted = (now_s, 0)

    def heard(self, reads: int) -> None:
        """Count reads."""
        self.reads += reads

    def measure(self, now_s: float) -> None:
        """Bring the rate, reads a second over the last seconds, up to date."""
        since_s, reads = self._counted
        if now_s - since_s >= RATE_S:
            self.rate = (self.reads - reads) / (now_s - since_s)
            self._counted = (now_s, self.reads)


class Ears:
    """Listens to every reader and turns what it hears into stock.

    Args:
        open_reader: opens a reader; called in the thread that listens.
        readers: the readers of the config.
        shelves: the shelves they read.
        reporter: takes stock and events.
        clock: the agent's clock.
    """

    def __init__(
        self,
        open_reader: Callable[[ReaderSettings], TagReader],
        readers: Sequence[ReaderSettings],
        shelves: Shelves,
        reporter: Reporter,
        clock: Clock,
    ) -> None:
        self._open = open_reader
        self._settings = readers
        self._shelves = shelves
        self._reporter = reporter
        self._clock = clock
        self._ears: list[Ear] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        if self._settings:
            self._thread.start()

    def stop(self) -> None:
        """Stop, and let the readers go."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    @property
    def reads(self) -> int:
        """Reads heard since the start."""
        return sum(ear.reads for ear in self._ears)

    def counters(self) -> dict[str, int]:
        """Give what each reader counted: reads, reconnects and named conditions."""
        return {
            f"{ear.settings.id}.{name}": count
            for ear in list(self._ears)
            for name, count in sorted(ear.reader.counters.items())
        }

    def health(self) -> dict[str, SensorHealth]:
        """Give the health of each reader."""
        return {
            ear.settings.id: SensorHealth(
                state=ear.state.value,
                since=self._clock.utc(ear.since_s),
                detail=ear.reader.detail[:200],
                rate=round(ear.rate, 1),
            )
            for ear in list(self._ears)
        }

    def _run(self) -> None:
        asyncio.run(self._listen_to_all())

    async def _listen_to_all(self) -> None:
        now_s = self._clock.now_s()
        self._ears = [Ear(s, self._open(s), now_s) for s in self._settings]
        async with asyncio.TaskGroup() as group:
            listening = [group.create_task(self._listen(ear)) for ear in self._ears]
            while not self._stop.is_set():
                await asyncio.sleep(STEP_S)
                self._advance()
            for ear in self._ears:
                await ear.reader.close()
            for task in listening:
                task.cancel()

    async def _listen(self, ear: Ear) -> None:
        async for batch in ear.reader.batches():
            self._shelves.feed(batch)
            ear.heard(sum(read.count for read in batch))

    def _advance(self) -> None:
        now_s = self._clock.now_s()
        for ear in self._ears:
            ear.measure(now_s)
            state = ear.reader.state
            if state is not ear.state:
                log.info(
                    "reader", reader=ear.settings.id, state=state.value, detail=ear.reader.detail
                )
                ear.state, ear.since_s = state, now_s
            if state is not ReaderState.OK:
                self._shelves.gap(ear.settings.id, ear.since_s, now_s)
        self._reporter.shelves(self._shelves.advance(now_s - LAG_S))
