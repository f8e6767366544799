"""Record LLRP of independent implementations: ``python tests/recorded/record_llrp.py``.

Writes beside itself, in ``llrp/``:

- ``llrpkit_reader.bin``: what the emulator of llrpkit sends to our driver;
- ``llrpkit_reader.json``: the tags in it, as llrpkit itself decodes them;
- ``llrpkit_client.bin`` and ``sllurp_client.bin``: what these clients send to our simulated reader.

The files are committed, so that the tests hold our codec against bytes that it did not make, also
when a newer version of a peer behaves differently. Nothing personal is in them: the tags are made
up.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from llrpkit import Reader
from llrpkit.emulator import EmulatedTag, LLRPEmulator
from llrpkit.inventory import TagReport
from llrpkit.protocol import decode_message, messages
from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig

from hardware.rfid import ReaderOptions, open_reader
from simulators.llrp_reader import LlrpServer, SimpleField
from simulators.llrp_reader.field import PlacedTag

FOLDER = Path(__file__).parent / "llrp"
EPCS = [f"3034257BF7194E40000{number:05X}" for number in range(6)]
LONG_EPC = "3674257BF6B7A659B2C2BF100000000000000000000000000000"
READS = 60


class Tap:
    """Passes a connection on and keeps what went each way."""

    def __init__(self) -> None:
        self.from_client = bytearray()
        self.from_reader = bytearray()
        self.port = 0

    @asynccontextmanager
    async def to(self, target: int) -> AsyncIterator[None]:
        """Listen on a port and pass everything on to ``target``."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            upstream, back = await asyncio.open_connection("127.0.0.1", target)
            await asyncio.gather(
                _pump(reader, back, self.from_client), _pump(upstream, writer, self.from_reader)
            )

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield
        server.close()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray
) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            kept += data
            writer.write(data)
    writer.close()


def shelf() -> SimpleField:
    """Give a field of the recorded tags."""
    field = SimpleField(round_s=0.02, seed=1)
    for number, epc in enumerate([*EPCS, LONG_EPC]):
        field.put(epc, PlacedTag(1 + number % 2))
    return field


async def record_reader() -> None:
    """Record the emulator of llrpkit as our driver sets it up and reads it."""
    tags = [
        EmulatedTag(bytes.fromhex(epc), antennas=(1 + n % 2,), rssi_dbm=-45.0 - n)
        for n, epc in enumerate([*EPCS, LONG_EPC])
    ]
    tap = Tap()
    async with LLRPEmulator(tags=tags, reads_per_sec=200.0) as emulator, tap.to(emulator.port):
        options = ReaderOptions("r1", f"llrp://127.0.0.1:{tap.port}", silent_after_s=0.4)
        reader = open_reader(options)
        reads = 0
        async for batch in reader.batches():
            reads += len(batch)
            if reads >= READS and emulator.keepalive_acks:
                break
        await reader.close()
    data = bytes(tap.from_reader)
    (FOLDER / "llrpkit_reader.bin").write_bytes(data)
    text = json.dumps([_tag(t) for t in _llrpkit_tags(data)], indent=0)
    (FOLDER / "llrpkit_reader.json").write_text(text + "\n")


def _llrpkit_tags(data: bytes) -> list[TagReport]:
    found: list[TagReport] = []
    while data:
        (length,) = struct.unpack_from(">I", data, 2)
        message = decode_message(data[:length])
        if isinstance(message, messages.RO_ACCESS_REPORT):
            found += map(TagReport.from_param, message.tag_report_datas)
        data = data[length:]
    return found


def _tag(tag: TagReport) -> dict[str, Any]:
    return {
        "epc": tag.epc_hex.upper(),
        "antenna": tag.antenna,
        "rssi_dbm": tag.rssi_dbm,
        "channel": tag.channel_index,
        "first_us": tag.first_seen_us,
        "last_us": tag.last_seen_us,
        "seen_count": tag.seen_count,
    }


async def record_llrpkit_client() -> None:
    """Record the client of llrpkit as it reads our simulated reader."""
    tap = Tap()
    server = LlrpServer(shelf(), epoch_s=0.02)
    async with server, tap.to(server.port), Reader("127.0.0.1", tap.port) as reader:
        await reader.set_keepalive(1000)
        async for _seen in reader.inventory(session=1, antennas=[1, 2], duration=0.3):
            pass
    (FOLDER / "llrpkit_client.bin").write_bytes(tap.from_client)


async def record_sllurp_client() -> None:
    """Record the client of sllurp as it reads our simulated reader."""
    tap = Tap()
    async with LlrpServer(shelf(), epoch_s=0.02) as server, tap.to(server.port):
        settings = {"antennas": [1, 2], "report_every_n_tags": 4, "start_inventory": True}
        peer = LLRPReaderClient("127.0.0.1", tap.port, LLRPReaderConfig(settings))
        await asyncio.to_thread(peer.connect)
        while not server.counters["reports"]:
            await asyncio.sleep(0.05)
        (FOLDER / "sllurp_client.bin").write_bytes(tap.from_client)
        await asyncio.to_thread(peer.disconnect, 5)


async def main() -> None:
    """Record everything."""
    FOLDER.mkdir(exist_ok=True)
    await record_reader()
    await record_llrpkit_client()
    await record_sllurp_client()


if __name__ == "__main__":
    asyncio.run(main())
