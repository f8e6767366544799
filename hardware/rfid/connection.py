"""One LLRP connection: frames in and out, requests and their answers, keep-alives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from hardware.rfid.conditions import Conditions
from hardware.rfid.llrp.frames import Frame, FrameSplitter, FramingError
from hardware.rfid.llrp.parameters import LlrpStatus, find_status
from hardware.rfid.llrp.types import Msg, Version

REST_S = 0.05
"""The most that this adds to the delay of a read."""

_ANSWERS = {
    Msg.GET_READER_CAPABILITIES: Msg.GET_READER_CAPABILITIES_RESPONSE,
    Msg.SET_READER_CONFIG: Msg.SET_READER_CONFIG_RESPONSE,
    Msg.ADD_ROSPEC: Msg.ADD_ROSPEC_RESPONSE,
    Msg.DELETE_ROSPEC: Msg.DELETE_ROSPEC_RESPONSE,
    Msg.ENABLE_ROSPEC: Msg.ENABLE_ROSPEC_RESPONSE,
    Msg.START_ROSPEC: Msg.START_ROSPEC_RESPONSE,
    Msg.GET_ROSPECS: Msg.GET_ROSPECS_RESPONSE,
    Msg.DELETE_ACCESSSPEC: Msg.DELETE_ACCESSSPEC_RESPONSE,
    Msg.GET_SUPPORTED_VERSION: Msg.GET_SUPPORTED_VERSION_RESPONSE,
    Msg.SET_PROTOCOL_VERSION: Msg.SET_PROTOCOL_VERSION_RESPONSE,
    Msg.CLOSE_CONNECTION: Msg.CLOSE_CONNECTION_RESPONSE,
    Msg.CUSTOM_MESSAGE: Msg.CUSTOM_MESSAGE,
}


class RefusedError(Exception):
    """The reader answered a request with an error."""

    def __init__(self, request: str, status: LlrpStatus) -> None:
        self.status = status
        super().__init__(f"{request} refused: status {status.code} {status.text}".rstrip())


@dataclass(slots=True)
class Received:
    """What a connection gives to its owner.

    Attributes:
        on_reports: bodies of the RO_ACCESS_REPORTs that came in one piece.
        on_event: body of each READER_EVENT_NOTIFICATION.
        on_life: called once for whatever came in one piece, when all of it is handled.
        conditions: where to note what goes wrong.
    """

    on_reports: Callable[[list[bytes]], None]
    on_event: Callable[[bytes], None]
    on_life: Callable[[], None]
    conditions: Conditions


class Connection(asyncio.Protocol):
    """The protocol object of one TCP or TLS connection."""

    def __init__(self, received: Received) -> None:
        self._received = received
        self._splitter = FrameSplitter()
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, tuple[Msg, asyncio.Future[Frame]]] = {}
        self._last_id = 0
        self.version = Version.V1_0_1
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_connection gives
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """End what waits for an answer."""
        self._end(f"connection lost: {exc}" if exc else "reader closed the connection")

    def data_received(self, data: bytes) -> None:
        """Handle every message that these bytes complete."""
        complete = False
        reports: list[bytes] = []
        try:
            for frame in self._splitter.feed(data):
                complete = True
                if frame.type == Msg.RO_ACCESS_REPORT:
                    reports.append(frame.body)
                else:
                    self._handle(frame)
        except FramingError as error:
            self._received.conditions.note("bad_frame", str(error))
            self._end(str(error))
            self.abort()
        if reports:
            self._received.on_reports(reports)
            self._rest()
        # Half a message is no sign of life: a frozen reader may stop in the middle of one.
        if complete:
            self._received.on_life()

    def _rest(self) -> None:
        # Readers send a message a read, 2,000 of them a second; waking up for each costs more than
        # reading it. After a rest they come together.
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(REST_S, self._go_on)

    def _go_on(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _handle(self, frame: Frame) -> None:
        if frame.type == Msg.KEEPALIVE:
            self.send(Msg.KEEPALIVE_ACK, message_id=frame.message_id)
        elif frame.type == Msg.READER_EVENT_NOTIFICATION:
            self._received.on_event(frame.body)
        else:
            self._answer(frame)

    def _answer(self, frame: Frame) -> None:
        message_id = frame.message_id
        if frame.type == Msg.ERROR_MESSAGE and len(self._waiting) == 1:
            # A reader that could not read a request cannot always tell its number either.
            message_id = next(iter(self._waiting))
        expected, future = self._waiting.get(message_id, (None, None))
        if future is None or frame.type not in (expected, Msg.ERROR_MESSAGE):
            self._received.conditions.note("unexpected_message", frame.name)
            return
        del self._waiting[message_id]
        if not future.done():
            future.set_result(frame)

    def send(self, kind: Msg, body: bytes = b"", *, message_id: int | None = None) -> int:
        """Send a message that needs no answer; gives its number."""
        if message_id is None:
            message_id = self._last_id = self._last_id % 0xFFFFFFFF + 1
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(Frame(kind, message_id, body, self.version).to_bytes())
        return message_id

    async def request(
        self, kind: Msg, body: bytes = b"", *, timeout_s: float, status_at: int = 0
    ) -> Frame:
        """Send a message and wait for its answer.

        Args:
            kind: type of the message.
            body: its body.
            timeout_s: longest wait.
            status_at: bytes of the answer before its LLRPStatus.

        Raises:
            RefusedError: the answer is an error.
            TimeoutError: no answer came in time.
            ConnectionError: the connection ended meanwhile.
            ContentError: the answer holds no status.
        """
        if self.ended.done():
            raise ConnectionError(self.ended.result())
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        message_id = self.send(kind, body)
        self._waiting[message_id] = (_ANSWERS[kind], future)
        try:
            async with asyncio.timeout(timeout_s):
                frame = await future
        except TimeoutError:
            raise TimeoutError(f"{kind.name}: no answer within {timeout_s:g} s") from None
        finally:
            self._waiting.pop(message_id, None)
        at = status_at if frame.type != Msg.ERROR_MESSAGE else 0
        status = find_status(frame.body, at)
        if not status.ok or frame.type == Msg.ERROR_MESSAGE:
            raise RefusedError(kind.name, status)
        return frame

    def _end(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_result(reason)
        for _expected, future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError(reason))
        self._waiting.clear()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def leave(self) -> None:
        """Free the reader for others and close: no inventory of ours goes on without us."""
        if self._transport is not None and not self._transport.is_closing():
            self.send(Msg.DELETE_ROSPEC, bytes(4))
            self.send(Msg.CLOSE_CONNECTION)
            self._transport.close()
