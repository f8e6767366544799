"""The LLRP driver over a bad line: delayed, split and dropped writes, garbage, resets."""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.interfaces import ReaderState
from hardware.rfid.llrp.frames import Frame
from hardware.rfid.llrp.types import Msg
from simulators.llrp_reader import LlrpServer, SimpleField
from simulators.llrp_reader.field import PlacedTag
from tests.unit.rfid.clients import Client, client, run

NAMED = {
    "reads",
    "reconnects",
    "bad_report",
    "bad_event",
    "non_epc",
    "unknown_antenna",
    "unexpected_message",
    "clock_jump",
    "inventory_lost",
    "antenna_lost",
    "reader_exception",
    "report_overflow",
}
EPCS = [f"3034257BF7194E40000{i:05X}" for i in range(12)]


class BadLine:
    """Listens on a port and passes everything on to a reader; spoils what comes back.

    Attributes:
        split: bytes come in pieces of 1 to this many.
        delay_s: each piece waits up to so long.
        drop: chance that a piece is lost, which TCP never does but a broken middle box may.
        inject: bytes put into the stream once.
    """

    def __init__(self, target: int, *, seed: int = 1, split: int = 0, delay_s: float = 0.0) -> None:
        self.split, self.delay_s = split, delay_s
        self.drop = 0.0
        self.inject = b""
        self._target = target
        self._chance = random.Random(seed)
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> BadLine:
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.source = f"llrp://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.update((writer, back))
        await asyncio.gather(self._forth(reader, back), self._back(upstream, writer))

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                writer.write(data)
        writer.transport.abort()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                await self._spoil(data, writer)
        writer.transport.abort()

    async def _spoil(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        if self.inject:
            writer.write(self.inject)
            self.inject = b""
        while data:
            size = self._chance.randint(1, self.split) if self.split else len(data)
            piece, data = data[:size], data[size:]
            if self.delay_s:
                await asyncio.sleep(self._chance.random() * self.delay_s)
            if self._chance.random() >= self.drop:
                writer.write(piece)
                await writer.drain()


@asynccontextmanager
async def reading(
    options: dict[str, object] | None = None, **line: float
) -> AsyncIterator[tuple[BadLine, Client]]:
    """A simulated reader, a bad line to it, and a driver that has read something over it."""
    async with (
        server() as sim,
        BadLine(sim.port, **line) as bad,
        client(bad.source, antennas=(1, 2, 3, 4), **(options or {})) as opened,
    ):
        await opened.until(lambda: len(opened.reads) > 20)
        yield bad, opened


def server() -> LlrpServer:
    field = SimpleField(round_s=0.02, seed=5)
    for number, epc in enumerate(EPCS):
        field.put(epc, PlacedTag(1 + number % 4))
    return LlrpServer(field, epoch_s=0.02)


def test_split_and_delayed_bytes_change_nothing() -> None:
    async def test() -> None:
        async with reading(split=7, delay_s=0.0005) as (_line, opened):
            await opened.until(lambda: {read.epc for read in opened.reads} == set(EPCS))
            assert opened.reader.counters == {"reads": len(opened.reads)}
            assert opened.reader.state is ReaderState.OK

    run(test)


@pytest.mark.parametrize("seed", range(3))
def test_lost_bytes_are_noticed_and_reading_goes_on(seed: int) -> None:
    async def test() -> None:
        async with reading({"silent_after_s": 1.0}, seed=seed) as (line, opened):
            line.split, line.drop = 200, 0.2
            await opened.until(lambda: opened.reader.counters.get("reconnects", 0) >= 1)
            line.split, line.drop = 0, 0.0
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            opened.reads.clear()
            await opened.until(lambda: {read.epc for read in opened.reads} >= set(EPCS))

    run(test)


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        struct.pack(">HII", 1 << 10 | 61, 0xFFFFFFFF, 1),
        struct.pack(">HII", 1 << 10 | 61, 3, 1),
        struct.pack(">HII", 7 << 10 | 61, 10, 1),
    ],
)
def test_garbage_is_counted_once_and_a_new_connection_reads_on(garbage: bytes) -> None:
    async def test() -> None:
        async with reading() as (line, opened):
            line.inject = garbage
            await opened.until(lambda: opened.reader.counters.get("bad_frame", 0) == 1)
            opened.reads.clear()
            await opened.until(lambda: bool(opened.reads))
            assert opened.reader.counters["bad_frame"] == 1

    run(test)


def test_half_a_frame_and_then_nothing_is_a_frozen_reader() -> None:
    async def test() -> None:
        async with reading({"silent_after_s": 0.6}) as (line, opened):
            # A header that promises a megabyte: all that follows is taken for its body.
            line.inject = struct.pack(">HII", 1 << 10 | 61, 1_000_000, 1)
            await opened.until(lambda: opened.reader.counters.get("silent", 0) >= 1)
            opened.reads.clear()
            await opened.until(lambda: bool(opened.reads))

    run(test)


KINDS = st.sampled_from([Msg.RO_ACCESS_REPORT, Msg.READER_EVENT_NOTIFICATION, *Msg])
HOSTILE = st.lists(
    st.builds(Frame, KINDS, st.integers(0, 2**32 - 1), st.binary(max_size=64)), max_size=20
)


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
def test_no_message_breaks_the_driver(hostile: list[Frame]) -> None:
    async def test() -> None:
        async with reading() as (line, opened):
            line.inject = b"".join(frame.to_bytes() for frame in hostile)
            await opened.until(lambda: not line.inject)
            opened.reads.clear()
            await opened.until(lambda: bool({r.epc for r in opened.reads} & set(EPCS)))
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            assert set(opened.reader.counters) <= NAMED

    run(test)
