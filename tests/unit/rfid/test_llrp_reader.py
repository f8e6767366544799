"""The LLRP driver against the simulated reader, over sockets."""

from __future__ import annotations

import asyncio

from hardware.interfaces import ReaderState, TagReader
from simulators.llrp_reader import LlrpServer, SimpleField
from simulators.llrp_reader.field import PlacedTag
from tests.unit.rfid.clients import client, run

EPCS = [f"3034257BF7194E40000{i:05X}" for i in range(8)]


def shelf() -> SimpleField:
    field = SimpleField(round_s=0.02, seed=7)
    for number, epc in enumerate(EPCS):
        field.put(epc, PlacedTag(1 + number % 4, rssi_dbm=-50.0 - number))
    return field


def server(field: SimpleField | None = None, **settings: object) -> LlrpServer:
    return LlrpServer(field or shelf(), epoch_s=0.02, **settings)


def test_reads_come_with_place_strength_and_time() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url, antennas=(1, 2, 3, 4)) as opened:
            assert isinstance(opened.reader, TagReader)
            await opened.until(lambda: {read.epc for read in opened.reads} == set(EPCS))
            assert opened.reader.state is ReaderState.OK
            for read in opened.reads:
                number = EPCS.index(read.epc)
                assert read.reader == "r1"
                assert read.antenna == 1 + number % 4
                assert abs(read.rssi_dbm + 50.0 + number) < 10
                assert read.count == 1
                assert 0 <= asyncio.get_running_loop().time() - read.t_s < 20

    run(test)
