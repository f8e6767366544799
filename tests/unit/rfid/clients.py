"""Readers on the loopback interface."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hardware.interfaces import TagRead, TagReader
from hardware.rfid import ReaderOptions, open_reader


@dataclass
class Client:
    """A reader whose batches are collected, so that a test can wait for what it expects."""

    reader: TagReader
    waits: list[float] = field(default_factory=list)
    reads: list[TagRead] = field(default_factory=list)
    batches: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def collect(self) -> None:
        async for batch in self.reader.batches():
            async with self._changed:
                self.batches += 1
                self.reads += batch
                self._changed.notify_all()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something holds; it is looked at after every batch, and now and then."""
        async with asyncio.timeout(20):
            while not true():
                try:
                    async with asyncio.timeout(0.02), self._changed:
                        await self._changed.wait()
                except TimeoutError:
                    continue


@asynccontextmanager
async def client(source: str, **settings: object) -> AsyncIterator[Client]:
    """Open a reader that waits 20 ms between attempts, whatever its back-off says."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0.02)

    clock = settings.pop("clock", asyncio.get_running_loop().time)
    options = ReaderOptions("r1", source, **settings)
    opened = Client(open_reader(options, clock=clock, sleep=sleep), waits)
    collecting = asyncio.create_task(opened.collect())
    try:
        yield opened
    finally:
        await opened.reader.close()
        await collecting


def run(test: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run an async test, and fail it if it hangs."""

    async def limited() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(limited())
