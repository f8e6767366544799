"""What a reader does with a message, without any socket: its ROSpecs, its settings, its answers."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hardware.rfid.llrp.capabilities import Capabilities
from hardware.rfid.llrp.events import ReaderEvent, parse_keepalive_ms, parse_wanted_events
from hardware.rfid.llrp.frames import Frame, LlrpError
from hardware.rfid.llrp.parameters import OK, LlrpStatus
from hardware.rfid.llrp.rospec import RoSpec, parse_rospecs
from hardware.rfid.llrp.types import IMPINJ_PEN, EventType, Msg, RoSpecState, Status, Version

_U32 = struct.Struct(">I")
_CUSTOM = struct.Struct(">IB")
_IMPINJ_ENABLE_EXTENSIONS = (IMPINJ_PEN, 21)

GENERIC = Capabilities(
    antennas=4,
    model=1,
    firmware="simulated 1.0",
    power_dbm=tuple((index, 9.0 + index) for index in range(1, 22)),
    hopping=True,
    hop_table=1,
)
"""A reader of no particular maker: four antennas, 10 to 30 dBm."""

_SIMPLE: dict[int, Msg | None] = {
    Msg.GET_READER_CONFIG: Msg.GET_READER_CONFIG_RESPONSE,
    Msg.DELETE_ACCESSSPEC: Msg.DELETE_ACCESSSPEC_RESPONSE,
    Msg.CLOSE_CONNECTION: Msg.CLOSE_CONNECTION_RESPONSE,
    Msg.KEEPALIVE_ACK: None,
    Msg.ENABLE_EVENTS_AND_REPORTS: None,
    Msg.GET_REPORT: None,
}
"""Messages that are answered with success, or not at all, whatever they say."""

_LIFE_CYCLE: dict[int, tuple[tuple[RoSpecState, ...], RoSpecState | None]] = {
    Msg.ENABLE_ROSPEC: ((RoSpecState.DISABLED,), RoSpecState.INACTIVE),
    Msg.START_ROSPEC: ((RoSpecState.INACTIVE,), RoSpecState.ACTIVE),
    Msg.STOP_ROSPEC: ((RoSpecState.ACTIVE,), RoSpecState.INACTIVE),
    Msg.DISABLE_ROSPEC: ((RoSpecState.INACTIVE, RoSpecState.ACTIVE), RoSpecState.DISABLED),
    Msg.DELETE_ROSPEC: (tuple(RoSpecState), None),
}
"""Message → states in which a ROSpec may be, and the one it goes to; None for deleted (6.2)."""


@dataclass(frozen=True, slots=True)
class ReaderModel:
    """What the simulated reader says that it is.

    Attributes:
        capabilities: antennas, maker, powers.
        highest_version: newest version of LLRP that it speaks.
        clock_offset_s: its clock minus the true time.
        uptime: its timestamps count from its start.
    """

    capabilities: Capabilities = GENERIC
    highest_version: Version = Version.V1_1
    clock_offset_s: float = 0.0
    uptime: bool = False


class ReaderMachine:
    """The state of a reader between messages.

    Attributes:
        rospecs: id → ROSpec.
        keepalive_ms: period of keep-alives, 0 for none.
        version: version of the messages that it sends.
    """

    def __init__(self, model: ReaderModel) -> None:
        self.model = model
        self._now_us = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything, as after a reboot."""
        self.rospecs: dict[int, RoSpec] = {}
        self.keepalive_ms = 0
        self._events: dict[int, bool] = {}
        self.connected()

    def connected(self) -> None:
        """Begin a connection: what an earlier one agreed on is void."""
        self.version = Version.V1_0_1

    @property
    def active(self) -> list[RoSpec]:
        """The ROSpecs that run."""
        return [spec for spec in self.rospecs.values() if spec.state is RoSpecState.ACTIVE]

    def handle(self, frame: Frame, now_us: int) -> list[Frame]:
        """Take a message and give the answers; a message that does not fit gets an error.

        Args:
            frame: the message.
            now_us: the reader's clock, for events.
        """
        self._now_us = now_us
        try:
            answers = self._answers(frame)
        except LlrpError as error:
            answers = self._error(Status.FIELD_ERROR, str(error))
        # Messages about the version are themselves of 1.1, whatever was agreed (section 9.1).
        about_version = frame.type in (Msg.GET_SUPPORTED_VERSION, Msg.SET_PROTOCOL_VERSION)
        newest = self.model.highest_version if about_version else self.version
        return [Frame(kind, frame.message_id, body, newest) for kind, body in answers]

    def _answers(self, frame: Frame) -> list[tuple[Msg, bytes]]:
        if frame.type in _SIMPLE:
            kind = _SIMPLE[frame.type]
            return [] if kind is None else [(kind, OK.to_bytes())]
        match frame.type:
            case Msg.GET_SUPPORTED_VERSION | Msg.SET_PROTOCOL_VERSION:
                return self._versions(frame)
            case Msg.GET_READER_CAPABILITIES:
                body = OK.to_bytes() + self.model.capabilities.to_bytes()
                return [(Msg.GET_READER_CAPABILITIES_RESPONSE, body)]
            case Msg.SET_READER_CONFIG:
                return self._configure(frame.body)
            case Msg.GET_ROSPECS:
                specs = b"".join(spec.to_bytes() for spec in self.rospecs.values())
                return [(Msg.GET_ROSPECS_RESPONSE, OK.to_bytes() + specs)]
            case Msg.ADD_ROSPEC:
                return [(Msg.ADD_ROSPEC_RESPONSE, self._add(frame.body).to_bytes())]
            case Msg.CUSTOM_MESSAGE:
                return self._custom(frame.body)
        return self._life_cycle(frame)

    def _versions(self, frame: Frame) -> list[tuple[Msg, bytes]]:
        highest = self.model.highest_version
        if highest < Version.V1_1:
            return self._error(Status.UNSUPPORTED_VERSION, "LLRP 1.0.1 only")
        if frame.type == Msg.GET_SUPPORTED_VERSION:
            body = bytes((self.version, highest)) + OK.to_bytes()
            return [(Msg.GET_SUPPORTED_VERSION_RESPONSE, body)]
        wanted = frame.body[0] if frame.body else 0
        if wanted not in (Version.V1_0_1, Version.V1_1):
            status = LlrpStatus(Status.UNSUPPORTED_VERSION, f"version {wanted}")
            return [(Msg.SET_PROTOCOL_VERSION_RESPONSE, status.to_bytes())]
        self.version = Version(wanted)
        return [(Msg.SET_PROTOCOL_VERSION_RESPONSE, OK.to_bytes())]

    def _configure(self, body: bytes) -> list[tuple[Msg, bytes]]:
        period_ms = parse_keepalive_ms(body)
        if period_ms is not None:
            self.keepalive_ms = period_ms
        self._events |= parse_wanted_events(body)
        return [(Msg.SET_READER_CONFIG_RESPONSE, OK.to_bytes())]

    def _add(self, body: bytes) -> LlrpStatus:
        specs = parse_rospecs(body)
        if len(specs) != 1 or not specs[0].id:
            return LlrpStatus(Status.FIELD_ERROR, "expected one ROSpec with an id above 0")
        spec = specs[0]
        if spec.id in self.rospecs:
            return LlrpStatus(Status.FIELD_ERROR, f"ROSpec {spec.id} exists")
        if spec.state is not RoSpecState.DISABLED:
            return LlrpStatus(Status.FIELD_ERROR, "expected a disabled ROSpec")
        ports = self.model.capabilities.antennas
        unknown = [port for port in spec.antennas if port > ports]
        if unknown:
            return LlrpStatus(Status.FIELD_ERROR, f"no antenna {unknown[0]}")
        self.rospecs[spec.id] = spec
        return OK

    def _custom(self, body: bytes) -> list[tuple[Msg, bytes]]:
        known = self.model.capabilities.vendor == IMPINJ_PEN and len(body) >= _CUSTOM.size
        if known and _CUSTOM.unpack_from(body) == _IMPINJ_ENABLE_EXTENSIONS:
            return [(Msg.CUSTOM_MESSAGE, _CUSTOM.pack(IMPINJ_PEN, 22) + OK.to_bytes())]
        return self._error(Status.UNSUPPORTED_MESSAGE, "no such extension")

    def _life_cycle(self, frame: Frame) -> list[tuple[Msg, bytes]]:
        step = _LIFE_CYCLE.get(frame.type)
        if step is None:
            return self._error(Status.UNSUPPORTED_MESSAGE, frame.name)
        if len(frame.body) != _U32.size:
            return self._error(Status.FIELD_ERROR, "expected a ROSpec id of 4 bytes")
        (number,) = _U32.unpack(frame.body)
        status, events = self._step(number, *step)
        answer = Msg(frame.type + 10)
        return [(answer, status.to_bytes()), *events]

    def _step(
        self, number: int, before: tuple[RoSpecState, ...], after: RoSpecState | None
    ) -> tuple[LlrpStatus, list[tuple[Msg, bytes]]]:
        everyone = number == 0
        numbers = list(self.rospecs) if everyone else [number]
        if number not in self.rospecs and not everyone:
            return LlrpStatus(Status.FIELD_ERROR, f"no ROSpec {number}"), []
        events: list[tuple[Msg, bytes]] = []
        for each in numbers:
            spec = self.rospecs[each]
            if spec.state not in before:
                if everyone:
                    continue
                text = f"ROSpec {each} is {spec.state.name.lower()}"
                return LlrpStatus(Status.FIELD_ERROR, text), []
            events += self._change(spec, after)
        return OK, events

    def _change(self, spec: RoSpec, after: RoSpecState | None) -> list[tuple[Msg, bytes]]:
        enabled = spec.state is RoSpecState.DISABLED and after is RoSpecState.INACTIVE
        if enabled and spec.immediate:
            after = RoSpecState.ACTIVE
        if after is None:
            del self.rospecs[spec.id]
        else:
            self.rospecs[spec.id] = spec.with_state(after)
        was, runs = spec.state is RoSpecState.ACTIVE, after is RoSpecState.ACTIVE
        if was == runs or not self._events.get(EventType.ROSPEC):
            return []
        event = ReaderEvent(self._now_us, self.model.uptime, rospec=(0 if runs else 1, spec.id))
        return [(Msg.READER_EVENT_NOTIFICATION, event.to_bytes())]

    def _error(self, status: Status, text: str) -> list[tuple[Msg, bytes]]:
        return [(Msg.ERROR_MESSAGE, LlrpStatus(status, text).to_bytes())]
