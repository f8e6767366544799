"""The TCP server of the simulated reader: one client at a time, and faults on command."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hardware.rfid.llrp.events import ReaderEvent
from hardware.rfid.llrp.frames import Frame, FrameSplitter, LlrpError
from hardware.rfid.llrp.types import ConnectionAttempt, Msg
from simulators.llrp_reader.field import Sighting, TagField
from simulators.llrp_reader.machine import ReaderMachine, ReaderModel
from simulators.llrp_reader.reporting import protocol_control, report_bodies

__all__ = ["LlrpServer", "ReaderModel"]


@dataclass(slots=True)
class Faults:
    """What is wrong with the reader now.

    Attributes:
        silent: keep-alives go on, but no report comes.
        frozen: nothing is sent at all, while the connection stays.
        refusing: connections are closed at once.
        dead_antennas: antennas that read nothing.
    """

    silent: bool = False
    frozen: bool = False
    refusing: bool = False
    dead_antennas: frozenset[int] = frozenset()


class LlrpServer:
    """A simulated reader on a port.

    Attributes:
        faults: what is wrong with it now; may be changed at any time.
        counters: messages by name, connections and reports sent.
        pc_words: EPC → protocol control word, where it is not that of an EPC.
    """

    def __init__(
        self,
        field: TagField,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        model: ReaderModel | None = None,
        tls: ssl.SSLContext | None = None,
        epoch_s: float = 0.1,
        field_clock: Callable[[], float] | None = None,
    ) -> None:
        """Make a server.

        Args:
            field: the tags.
            host: where to listen.
            port: where to listen; 0 takes a free one.
            model: what the reader says that it is.
            tls: context for LLRP over TLS.
            epoch_s: how often the field is read.
            field_clock: seconds of the field; by default from the start of the server.
        """
        self.faults = Faults()
        self.counters: Counter[str] = Counter()
        self.pc_words: dict[str, int] = {}
        self._field = field
        self._host, self._port, self._tls = host, port, tls
        self._epoch_s = epoch_s
        self.machine = ReaderMachine(model or ReaderModel())
        self._started_s = time.monotonic()
        self._field_clock = field_clock or (lambda: time.monotonic() - self._started_s)
        self._server: asyncio.Server | None = None
        self._client: asyncio.StreamWriter | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def connected(self) -> bool:
        """Whether a client holds the reader."""
        return self._client is not None

    @property
    def url(self) -> str:
        """Source for a device config."""
        return f"{'llrps' if self._tls else 'llrp'}://{self._host}:{self._port}"

    async def __aenter__(self) -> LlrpServer:
        """Start to listen and to read the field."""
        self._server = await asyncio.start_server(
            self._serve, self._host, self._port, ssl=self._tls
        )
        self._port = self._server.sockets[0].getsockname()[1]
        self._reading = asyncio.create_task(self._read_field())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        assert self._server is not None  # noqa: S101 - entered before
        self._server.close()
        self._reading.cancel()
        self.cut()
        # Their connections are gone, so they end by themselves.
        await asyncio.gather(self._reading, *self._serving, return_exceptions=True)

    def cut(self) -> None:
        """Break the connection without a word, as a pulled cable does in the end."""
        if self._client is not None:
            self._client.transport.abort()
            self._client = None

    def reboot(self) -> None:
        """Break the connection and forget every setting."""
        self.cut()
        self.machine.reset()

    def send(self, kind: int, body: bytes = b"", message_id: int = 0) -> None:
        """Send a message to the client, if there is one and the reader is not frozen."""
        client = self._client
        if client is not None and not client.is_closing() and not self.faults.frozen:
            client.write(Frame(kind, message_id, body, self.machine.version).to_bytes())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.faults.refusing:
            writer.transport.abort()
            return
        if self._client is not None:
            self._greet(writer, ConnectionAttempt.CLIENT_INITIATED_EXISTS)
            writer.close()
            return
        self._client = writer
        self.machine.connected()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - start_server runs this in a task
        self._serving.add(task)
        self.counters["connections"] += 1
        self._greet(writer, ConnectionAttempt.SUCCESS)
        keepalives = asyncio.create_task(self._keep_alive(writer))
        try:
            await self._listen(reader, writer)
        except (ConnectionError, LlrpError) as error:
            self.counters[type(error).__name__] += 1
        finally:
            keepalives.cancel()
            self._serving.discard(task)
            if self._client is writer:
                self._client = None
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        splitter = FrameSplitter()
        while data := await reader.read(65536):
            for frame in splitter.feed(data):
                self.counters[frame.name] += 1
                if self.faults.frozen:
                    continue
                for answer in self.machine.handle(frame, self._now_us()):
                    writer.write(answer.to_bytes())
                if frame.type == Msg.CLOSE_CONNECTION:
                    return
            await writer.drain()

    def _greet(self, writer: asyncio.StreamWriter, status: ConnectionAttempt) -> None:
        if self.faults.frozen:
            return
        event = ReaderEvent(
            time_us=self._now_us(),
            uptime=self.machine.model.uptime,
            connection=status,
        )
        frame = Frame(Msg.READER_EVENT_NOTIFICATION, 0, event.to_bytes())
        writer.write(frame.to_bytes())

    async def _keep_alive(self, writer: asyncio.StreamWriter) -> None:
        number = 0
        while not writer.is_closing():
            # Without a period there is none; a set one takes effect within this time.
            await asyncio.sleep(self.machine.keepalive_ms / 1000 or 0.1)
            if self.machine.keepalive_ms:
                number += 1
                self.send(Msg.KEEPALIVE, message_id=number)

    async def _read_field(self) -> None:
        before_s = self._field_clock()
        while True:
            await asyncio.sleep(self._epoch_s)
            now_s = self._field_clock()
            sightings = list(self._field.inventory(before_s, now_s))
            before_s = now_s
            self._report(sightings)
            if self._client is not None:
                with contextlib.suppress(ConnectionError):
                    await self._client.drain()

    def _report(self, sightings: list[Sighting]) -> None:
        dead = self.faults.dead_antennas
        live = [sighting for sighting in sightings if sighting[0] not in dead]
        if not live or self.faults.silent or self.faults.frozen or self._client is None:
            return
        uptime = self.machine.model.uptime
        for spec in self.machine.active:
            for body in report_bodies(live, spec, self._stamp_us, uptime=uptime, pc_of=self._pc):
                self.send(Msg.RO_ACCESS_REPORT, body)
                self.counters["reports"] += 1

    def _now_us(self) -> int:
        return self._stamp_us(self._field_clock())

    def _stamp_us(self, t_s: float) -> int:
        """Give the reader's clock at a time of the field."""
        model = self.machine.model
        ago_s = self._field_clock() - t_s
        true_s = time.monotonic() - self._started_s if model.uptime else time.time()
        return max(0, round((true_s - ago_s + model.clock_offset_s) * 1e6))

    def _pc(self, epc: str) -> int:
        return self.pc_words.get(epc, protocol_control(epc))
