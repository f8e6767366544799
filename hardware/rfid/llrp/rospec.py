"""ROSpecs: what a reader is told to do (LLRP 1.1, section 12.2)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from hardware.rfid.llrp.frames import ContentError
from hardware.rfid.llrp.parameters import Parameter, children, custom, tlv, unpack, walk
from hardware.rfid.llrp.types import IMPINJ_PEN, Param, RoSpecState

_ROSPEC = struct.Struct(">IBB")
_COUNT = struct.Struct(">H")
_REPORT = struct.Struct(">BH")
_BYTE = struct.Struct(">B")
_GEN2 = 1
_IMMEDIATE = 1

IMPINJ_CONTENT = (IMPINJ_PEN, 50)
IMPINJ_ENABLE_PEAK_RSSI = (IMPINJ_PEN, 53)

# TagReportContentSelector (section 14.2.1.1), from the highest bit.
ANTENNA_ID = 1 << 12
CHANNEL_INDEX = 1 << 11
PEAK_RSSI = 1 << 10
FIRST_SEEN = 1 << 9
LAST_SEEN = 1 << 8
SEEN_COUNT = 1 << 7
CONTENT = ANTENNA_ID | CHANNEL_INDEX | PEAK_RSSI | FIRST_SEEN | LAST_SEEN | SEEN_COUNT
_PC_BITS = 1 << 6


@dataclass(frozen=True, slots=True)
class AirSettings:
    """How tags are singulated on every antenna; None leaves the reader's own setting.

    Attributes:
        session: Gen2 session, 0 to 3.
        population: tags expected in the field of an antenna.
        rf_mode: index in the reader's table of RF modes.
        power_index: index in the reader's table of transmit powers.
        hop_table: hop table that goes with a power, 0 where the reader does not hop.
        channel: fixed channel that goes with a power, 0 where the reader hops.
        vendor: the maker's own parameters of the C1G2InventoryCommand.
    """

    session: int | None = None
    population: int = 32
    rf_mode: int | None = None
    power_index: int | None = None
    hop_table: int = 0
    channel: int = 0
    vendor: bytes = b""


@dataclass(frozen=True, slots=True)
class RoSpec:
    """An inventory without end on some antennas.

    Attributes:
        id: number, not 0.
        antennas: antenna ports; (0,) means all.
        report_tags: a report is sent after so many tags, 0 for only at the end.
        content: bits of the TagReportContentSelector.
        pc_bits: also report the protocol control word.
        air: how tags are singulated.
        impinj_rssi: ask an Impinj reader for RSSI in hundredths.
        immediate: it starts as soon as it is enabled, without a START_ROSPEC.
        state: where it is in its life cycle; DISABLED when it is added.
    """

    id: int
    antennas: tuple[int, ...] = (0,)
    report_tags: int = 1
    content: int = CONTENT
    pc_bits: bool = True
    air: AirSettings = AirSettings()
    impinj_rssi: bool = False
    immediate: bool = False
    state: RoSpecState = RoSpecState.DISABLED

    def with_state(self, state: RoSpecState) -> RoSpec:
        """Give the same spec in another state."""
        return replace(self, state=state)

    def to_bytes(self) -> bytes:
        """Write the ROSpec parameter."""
        start = tlv(Param.ROSPEC_START_TRIGGER, bytes((self.immediate,)))
        no_end = tlv(Param.ROSPEC_STOP_TRIGGER, struct.pack(">BI", 0, 0))
        return tlv(
            Param.ROSPEC,
            _ROSPEC.pack(self.id, 0, self.state),
            tlv(Param.RO_BOUNDARY_SPEC, start, no_end),
            self._inventory(),
            self._report(),
        )

    def _inventory(self) -> bytes:
        antennas = struct.pack(f">H{len(self.antennas)}H", len(self.antennas), *self.antennas)
        return tlv(
            Param.AISPEC,
            antennas,
            tlv(Param.AISPEC_STOP_TRIGGER, struct.pack(">BI", 0, 0)),
            tlv(
                Param.INVENTORY_PARAMETER_SPEC,
                struct.pack(">HB", 1, _GEN2),
                _antenna_configuration(self.air),
            ),
        )

    def _report(self) -> bytes:
        memory = tlv(Param.C1G2_EPC_MEMORY_SELECTOR, bytes((_PC_BITS,))) if self.pc_bits else b""
        # Upon N tags or the end of the ROSpec.
        trigger = _REPORT.pack(2, self.report_tags)
        selector = tlv(Param.TAG_REPORT_CONTENT_SELECTOR, struct.pack(">H", self.content), memory)
        impinj = b""
        if self.impinj_rssi:
            enable = custom(*IMPINJ_ENABLE_PEAK_RSSI, struct.pack(">H", 1))
            impinj = custom(*IMPINJ_CONTENT, enable)
        return tlv(Param.RO_REPORT_SPEC, trigger, selector, impinj)


def _antenna_configuration(air: AirSettings) -> bytes:
    power = b""
    if air.power_index is not None:
        fields = struct.pack(">HHH", air.hop_table, air.channel, air.power_index)
        power = tlv(Param.RF_TRANSMITTER, fields)
    commands = []
    if air.rf_mode is not None:
        commands.append(tlv(Param.C1G2_RF_CONTROL, struct.pack(">HH", air.rf_mode, 0)))
    if air.session is not None:
        fields = struct.pack(">BHI", air.session << 6, air.population, 0)
        commands.append(tlv(Param.C1G2_SINGULATION_CONTROL, fields))
    if air.vendor:
        commands.append(air.vendor)
    if not power and not commands:
        return b""
    inventory = tlv(Param.C1G2_INVENTORY_COMMAND, b"\0", *commands) if commands else b""
    # Antenna 0: for all antennas of the AISpec.
    return tlv(Param.ANTENNA_CONFIGURATION, struct.pack(">H", 0), power, inventory)


def parse_rospecs(body: bytes, start: int = 0) -> list[RoSpec]:
    """Read the ROSpecs in a message body; the air settings are passed over.

    Raises:
        ContentError: a parameter does not fit.
    """
    return [
        _parse_rospec(body, parameter)
        for parameter in walk(body, start)
        if parameter.type == Param.ROSPEC
    ]


def _parse_rospec(body: bytes, parameter: Parameter) -> RoSpec:
    number, _priority, state = unpack(_ROSPEC, body, parameter)
    if state not in tuple(RoSpecState):
        raise ContentError(f"ROSpec state: expected 0 to 2, found {state}")
    spec = RoSpec(number, antennas=(), state=RoSpecState(state), content=0, pc_bits=False)
    for child in children(body, parameter, _ROSPEC.size):
        if child.type == Param.RO_BOUNDARY_SPEC:
            spec = replace(spec, immediate=_starts_at_once(body, child))
        elif child.type == Param.AISPEC:
            spec = replace(spec, antennas=spec.antennas + _parse_antennas(body, child))
        elif child.type == Param.RO_REPORT_SPEC:
            spec = _parse_report(body, child, spec)
    return spec


def _starts_at_once(body: bytes, parameter: Parameter) -> bool:
    return any(
        child.type == Param.ROSPEC_START_TRIGGER and unpack(_BYTE, body, child)[0] == _IMMEDIATE
        for child in children(body, parameter, 0)
    )


def _parse_antennas(body: bytes, parameter: Parameter) -> tuple[int, ...]:
    (count,) = unpack(_COUNT, body, parameter)
    return unpack(struct.Struct(f">2x{count}H"), body, parameter)


def _parse_report(body: bytes, parameter: Parameter, spec: RoSpec) -> RoSpec:
    _trigger, tags = unpack(_REPORT, body, parameter)
    spec = replace(spec, report_tags=tags)
    for child in children(body, parameter, _REPORT.size):
        if child.type == Param.TAG_REPORT_CONTENT_SELECTOR:
            (content,) = unpack(_COUNT, body, child)
            pc_bits = any(
                memory.type == Param.C1G2_EPC_MEMORY_SELECTOR
                and memory.end > memory.start
                and body[memory.start] & _PC_BITS
                for memory in children(body, child, _COUNT.size)
            )
            spec = replace(spec, content=content, pc_bits=pc_bits)
        elif child.custom == IMPINJ_CONTENT:
            spec = replace(spec, impinj_rssi=True)
    return spec
