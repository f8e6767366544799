"""Commands to a simulated reader over HTTP, on the loopback interface only."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from simulators.llrp_reader.field import PlacedTag
from simulators.llrp_reader.server import LlrpServer

Epc = Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{2}){1,64}$")]


class TagStore(Protocol):
    """A field whose tags can be changed by hand."""

    def put(self, epc: str, tag: PlacedTag) -> None:
        """Put a tag somewhere."""

    def remove(self, epc: str) -> bool:
        """Take a tag away; False when it is not there."""


class Place(BaseModel):
    """Where a tag is put."""

    antenna: Annotated[int, Field(ge=1, le=32)]
    rssi_dbm: Annotated[float, Field(ge=-127, le=0)] = -55.0
    read_rate: Annotated[float, Field(ge=0, le=1)] = 0.8


class FaultSettings(BaseModel):
    """What is wrong with the reader from now on; what is left out becomes right again."""

    silent: bool = False
    frozen: bool = False
    refusing: bool = False
    dead_antennas: frozenset[int] = frozenset()


def control_routes(server: LlrpServer, field: TagStore) -> APIRouter:
    """Give the routes that steer a reader.

    ``PUT /tags/{epc}`` and ``DELETE /tags/{epc}`` put and take items, ``PUT /faults`` silences,
    freezes or heals the reader, ``POST /cut`` breaks its connection, ``POST /reboot`` makes it
    forget its settings as well, ``GET /state`` tells how it is.
    """
    routes = APIRouter()

    @routes.put("/tags/{epc}", status_code=204)
    def put(epc: Epc, place: Place) -> None:
        field.put(epc, PlacedTag(place.antenna, place.rssi_dbm, place.read_rate))

    @routes.delete("/tags/{epc}", status_code=204)
    def remove(epc: Epc) -> None:
        if not field.remove(epc):
            raise HTTPException(404, f"no tag {epc} in the field")

    @routes.put("/faults", status_code=204)
    def set_faults(wanted: FaultSettings) -> None:
        server.faults.silent = wanted.silent
        server.faults.frozen = wanted.frozen
        server.faults.refusing = wanted.refusing
        server.faults.dead_antennas = wanted.dead_antennas

    @routes.post("/cut", status_code=204)
    def cut() -> None:
        server.cut()

    @routes.post("/reboot", status_code=204)
    def reboot() -> None:
        server.reboot()

    @routes.get("/state")
    def state() -> dict[str, object]:
        return {
            "connected": server.connected,
            "url": server.url,
            "counters": dict(server.counters),
        }

    return routes
