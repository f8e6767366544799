"""Just enough HTTP/1.1 to talk to a reader: a request with an answer, and an endless stream."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import h11

ANSWER_BYTES = 1024 * 1024
"""A longer answer to a request is cut off; those of readers have a few kilobytes."""


class HttpError(Exception):
    """The other side does not speak HTTP."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where requests go.

    Attributes:
        host: name or address.
        port: TCP port.
        tls: context for https, None for http.
        username: user for basic authentication, None for none.
        password: its password.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    username: str | None = None
    password: str | None = None

    def headers(self) -> list[tuple[str, str]]:
        """Give the headers of every request."""
        headers = [("Host", f"{self.host}:{self.port}"), ("Accept", "*/*")]
        if self.username is not None:
            pair = f"{self.username}:{self.password or ''}".encode()
            headers.append(("Authorization", f"Basic {base64.b64encode(pair).decode()}"))
        return headers

    async def request(
        self, method: str, path: str, body: bytes = b"", *, timeout_s: float
    ) -> tuple[int, bytes]:
        """Send a request and give status and body of the answer.

        Raises:
            OSError, TimeoutError: the network fails.
            HttpError: the answer is no HTTP.
        """
        async with asyncio.timeout(timeout_s), self.open(method, path, body) as answer:
            data = b""
            async for piece in answer:
                data += piece
                if len(data) > ANSWER_BYTES:
                    break
            return answer.status, data

    @asynccontextmanager
    async def open(self, method: str, path: str, body: bytes = b"") -> AsyncIterator[Answer]:
        """Send a request and give its answer as soon as the headers are there."""
        reader, writer = await asyncio.open_connection(self.host, self.port, ssl=self.tls)
        try:
            connection = h11.Connection(h11.CLIENT)
            headers = [*self.headers(), ("Content-Length", str(len(body)))]
            if body:
                headers.append(("Content-Type", "application/json"))
            request = h11.Request(method=method, target=path, headers=headers)
            for event in (request, h11.Data(data=body), h11.EndOfMessage()):
                writer.write(connection.send(event) or b"")
            answer = Answer(connection, reader)
            await answer.start()
            yield answer
        finally:
            writer.transport.abort()


class Answer:
    """An answer; iterating gives the pieces of its body as they come.

    Attributes:
        status: HTTP status.
    """

    def __init__(self, connection: h11.Connection, reader: asyncio.StreamReader) -> None:
        self._connection = connection
        self._reader = reader
        self.status = 0

    async def start(self) -> None:
        """Wait for the headers."""
        event = await self._next()
        if not isinstance(event, h11.Response):
            raise HttpError(f"expected a response, found {type(event).__name__}")
        self.status = event.status_code

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the pieces of the body."""
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    async def _next(self) -> object:
        """Give the next event; more bytes are awaited where one needs them."""
        while True:
            try:
                event = self._connection.next_event()
                if event is h11.NEED_DATA:
                    self._connection.receive_data(await self._reader.read(65536))
                elif not isinstance(event, h11.InformationalResponse):
                    return event
            except h11.RemoteProtocolError as error:
                raise HttpError(f"expected HTTP, found: {error}") from error
