"""A reader by itself with tags that stay where they are: to try a config, or a driver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from messages.epc import encode, sgtin
from simulators.llrp_reader.control import control_routes
from simulators.llrp_reader.field import PlacedTag, SimpleField
from simulators.llrp_reader.machine import GENERIC, ReaderModel
from simulators.llrp_reader.server import LlrpServer

HOST = "127.0.0.1"
GTINS = ("06901234001006", "06901234001013", "06901234001020", "06901234001037")


@dataclass(frozen=True, slots=True)
class AloneOptions:
    """What to serve.

    Attributes:
        tags: items on each of the four antennas.
        read_rate: chance of a tag to be read in a round of 0.2 s.
        vendor: private enterprise number that the reader claims; 25882 is Impinj.
        port: LLRP port on 127.0.0.1, 0 for a free one.
        control_port: HTTP port of :func:`control_routes`.
    """

    tags: int = 10
    read_rate: float = 0.8
    vendor: int = 0
    port: int = 5084
    control_port: int = 8091


def stocked(options: AloneOptions) -> SimpleField:
    """Give a field with items of one GTIN before each antenna."""
    field = SimpleField()
    for antenna, gtin in enumerate(GTINS, start=1):
        for serial in range(1, options.tags + 1):
            epc = encode(sgtin(gtin, serial, company_digits=7))
            field.put(epc, PlacedTag(antenna, read_rate=options.read_rate))
    return field


async def serve(options: AloneOptions, tell: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``tell`` gets the addresses."""
    field = stocked(options)
    model = ReaderModel(capabilities=GENERIC.with_vendor(options.vendor, 1))
    async with LlrpServer(field, port=options.port, model=model) as reader:
        app = FastAPI(title="Simulated RFID reader")
        app.include_router(control_routes(reader, field))
        settings = uvicorn.Config(
            app, host=HOST, port=options.control_port, log_level="warning", lifespan="off"
        )
        control = uvicorn.Server(settings)
        serving = asyncio.create_task(control.serve())
        tell(f"reader {reader.url}")
        tell(f"control http://{HOST}:{options.control_port}/docs")
        await serving
