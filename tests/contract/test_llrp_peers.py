"""Our LLRP driver and simulated reader against independent implementations, over sockets.

sllurp and llrpkit share no code with ours: what both ends of our own codec could get wrong in the
same way would show here.
"""

from __future__ import annotations

import asyncio
import math
import threading
from typing import Any

import pytest
from llrpkit import Reader
from llrpkit.emulator import EmulatedTag, LLRPEmulator
from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig

from hardware.interfaces import ReaderState
from hardware.rfid.llrp.types import IMPINJ_PEN
from simulators.llrp_reader import LlrpServer, ReaderModel, SimpleField
from simulators.llrp_reader.field import PlacedTag
from simulators.llrp_reader.machine import GENERIC
from tests.unit.rfid.clients import client, run

EPCS = [f"3034257BF7194E40000{number:05X}" for number in range(6)]
LONG_EPC = "3674257BF6B7A659B2C2BF100000000000000000000000000000"
SLLURP_CONTENT = (
    "EnableAntennaID",
    "EnablePeakRSSI",
    "EnableFirstSeenTimestamp",
    "EnableLastSeenTimestamp",
    "EnableTagSeenCount",
)


def shelf() -> SimpleField:
    field = SimpleField(round_s=0.02, seed=3)
    for number, epc in enumerate([*EPCS, LONG_EPC]):
        field.put(epc, PlacedTag(1 + number % 2, rssi_dbm=-52.0))
    return field


def test_our_driver_reads_the_emulator_of_llrpkit() -> None:
    tags = [
        EmulatedTag(bytes.fromhex(epc), antennas=(1 + n % 2,), rssi_dbm=-45.0 - n)
        for n, epc in enumerate(EPCS)
    ]

    async def test() -> None:
        async with LLRPEmulator(tags=tags, reads_per_sec=2000.0) as emulator:
            source = f"llrp://127.0.0.1:{emulator.port}"
            settings: dict[str, Any] = {"antennas": (1, 2), "session": 1, "search_mode": "dual"}
            async with client(source, power_dbm=27.0, silent_after_s=0.8, **settings) as opened:
                await opened.until(lambda: {read.epc for read in opened.reads} == set(EPCS))
                await opened.until(lambda: emulator.keepalive_acks >= 2)
                await opened.until(lambda: opened.reader.state is ReaderState.OK)
                # The emulator does not know the version messages of LLRP 1.1.
                assert opened.reader.detail.startswith("LLRP 1.0.1, vendor 25882, model 700")
                for read in opened.reads:
                    number = EPCS.index(read.epc)
                    assert read.antenna == 1 + number % 2
                    assert abs(read.rssi_dbm + 45.0 + number) < 10
                # Impinj's RSSI in hundredths was asked for and came.
                assert any(not math.isclose(r.rssi_dbm, round(r.rssi_dbm)) for r in opened.reads)
                problems = {k: v for k, v in opened.reader.counters.items() if k != "reads"}
                assert problems == {}

    run(test)


@pytest.mark.parametrize("vendor", [0, IMPINJ_PEN])
def test_llrpkit_reads_our_simulator(vendor: int) -> None:
    model = ReaderModel(capabilities=GENERIC.with_vendor(vendor, 700))

    async def test() -> None:
        async with LlrpServer(shelf(), model=model, epoch_s=0.02) as sim:
            async with Reader("127.0.0.1", sim.port) as reader:
                assert reader.is_impinj == (vendor == IMPINJ_PEN)
                assert reader.max_antennas == 4
                assert reader.capabilities.transmit_powers[1] == 10.0
                assert reader.capabilities.hopping
                await reader.set_keepalive(50)
                seen = {}
                async for tag in reader.inventory(session=1, duration=2.0):
                    seen[tag.epc_hex.upper()] = tag
                    if len(seen) == len(EPCS) + 1:
                        break
            assert set(seen) == {*EPCS, LONG_EPC}
            tag = seen[EPCS[1]]
            assert tag.antenna == 2
            assert tag.rssi_dbm == pytest.approx(-52.0, abs=8)
            assert tag.seen_count == 1
            assert tag.last_seen_us is not None

    run(test)


def test_sllurp_reads_our_simulator() -> None:
    seen: dict[str, Any] = {}
    complete = threading.Event()

    def on_tags(_reader: Any, tags: list[dict[str, Any]]) -> None:
        for tag in tags:
            seen[tag["EPC"].decode().upper()] = tag
        if len(seen) == len(EPCS) + 1:
            complete.set()

    async def test() -> None:
        async with LlrpServer(shelf(), epoch_s=0.02) as sim:
            settings = {
                "antennas": [1, 2],
                "report_every_n_tags": 4,
                "start_inventory": True,
                "tag_content_selector": dict.fromkeys(SLLURP_CONTENT, True),
            }
            peer = LLRPReaderClient("127.0.0.1", sim.port, LLRPReaderConfig(settings))
            peer.add_tag_report_callback(on_tags)
            try:
                await asyncio.to_thread(peer.connect)
                assert await asyncio.to_thread(complete.wait, 10)
            finally:
                await asyncio.to_thread(peer.disconnect, 5)
                # A polite farewell that got no answer in time leaves the socket open.
                await asyncio.to_thread(peer.hard_disconnect)

    run(test)
    assert set(seen) == {*EPCS, LONG_EPC}
    assert seen[EPCS[0]]["AntennaID"] == 1
    assert abs(seen[EPCS[0]]["PeakRSSI"] + 52) < 8
