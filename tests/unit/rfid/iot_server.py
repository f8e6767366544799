"""A stand-in for Impinj's IoT device interface on a socket."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import Counter

import h11


class IotServer:
    """Answers the requests of the driver; what :meth:`send` is given goes into the stream.

    Attributes:
        requests: how often each ``METHOD path`` was asked.
        inventory: body of the last start of an inventory.
        frozen: nothing is answered or sent any more.
        status: what the reader says that it does.
        refuse: path → status and body with which it is refused.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: Counter[str] = Counter()
        self.inventory: dict[str, object] = {}
        self.authorization = ""
        self.frozen = False
        self.status = "idle"
        self.refuse: dict[str, tuple[int, bytes]] = {}
        self._tls = tls
        self._streams: list[tuple[h11.Connection, asyncio.StreamWriter]] = []
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> IotServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        self._streams.clear()

    def send(self, data: bytes) -> None:
        """Put bytes into the stream."""
        if not self.frozen:
            for connection, writer in self._streams:
                writer.write(connection.send(h11.Data(data=data)) or b"")

    def tag(self, epc: str, antenna: int = 1, **more: object) -> None:
        """Put the event of a tag into the stream."""
        tag = {"epcHex": epc, "antennaPort": antenna, "peakRssiCdbm": -5234, **more}
        event = {"eventType": "tagInventory", "tagInventoryEvent": tag}
        self.send(json.dumps(event).encode() + b"\r\n")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        connection = h11.Connection(h11.SERVER)
        request, body = None, b""
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                data = await reader.read(65536)
                if not data:
                    return
                connection.receive_data(data)
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
        assert request is not None
        if not self.frozen:
            await self._answer(connection, writer, request, body)

    async def _answer(
        self,
        connection: h11.Connection,
        writer: asyncio.StreamWriter,
        request: h11.Request,
        body: bytes,
    ) -> None:
        path = request.target.decode().removeprefix("/api/v1")
        self.requests[f"{request.method.decode()} {path}"] += 1
        self.authorization = dict(request.headers).get(b"authorization", b"").decode()
        status, answer = self.refuse.get(path, (200, self._do(path, body)))
        writer.write(connection.send(h11.Response(status_code=status, headers=[])) or b"")
        if path == "/data/stream" and status == 200:
            self._streams.append((connection, writer))
            return
        writer.write(connection.send(h11.Data(data=answer)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        writer.close()

    def _do(self, path: str, body: bytes) -> bytes:
        if path == "/profiles/inventory/start":
            self.inventory = json.loads(body)
            self.status = "running"
        elif path == "/profiles/stop":
            self.status = "idle"
        return json.dumps({"status": self.status}).encode()
