"""``store-sim reader`` as a process: LLRP on one port, commands on another."""

from __future__ import annotations

import asyncio
import signal
import sys

import httpx

from hardware.interfaces import ReaderState
from messages.epc import gtin14_of
from simulators.store.ports import free_port
from tests.unit.rfid.clients import client, run


def test_items_of_four_gtins_are_read_and_can_be_taken() -> None:
    async def test() -> None:
        control = free_port()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "simulators", "reader", "--tags", "3", "--port", "0"),
            *("--control-port", str(control)),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().removeprefix("reader ").strip()
        async with client(url, antennas=(1, 2, 3, 4)) as opened:
            await opened.until(lambda: len({read.epc for read in opened.reads}) == 12)
            assert len({gtin14_of(read.epc) for read in opened.reads}) == 4
            taken = opened.reads[0].epc
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{control}") as http:
                assert (await http.delete(f"/tags/{taken}")).status_code == 204
                opened.reads.clear()
                # A read from before may still be under way, so only the last ones tell.
                await opened.until(lambda: len(opened.reads) >= 120)
                last = {read.epc for read in opened.reads[-60:]}
                assert taken not in last
                assert len(last) == 11
                assert (await http.post("/reboot")).status_code == 204
                await opened.until(lambda: opened.reader.state is ReaderState.LOST)
                await opened.until(lambda: opened.reader.state is ReaderState.OK)
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)

    run(test)
