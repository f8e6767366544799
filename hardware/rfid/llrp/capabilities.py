"""What a reader says that it can do (LLRP 1.1, section 10.2)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from hardware.rfid.llrp.parameters import Parameter, children, need, tlv, unpack, walk
from hardware.rfid.llrp.types import Param

_GENERAL = struct.Struct(">HHIIH")
_REGULATORY = struct.Struct(">HH")
_POWER = struct.Struct(">Hh")
_HAS_UTC = 1 << 14


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the client uses of a reader's capabilities.

    Attributes:
        antennas: number of antenna ports.
        vendor: private enterprise number of the maker.
        model: the maker's number of the model.
        firmware: version of its software.
        has_utc: its clock counts from 1970; else from its start.
        power_dbm: index → transmit power in dBm.
        hopping: it hops by tables, of which the first is ``hop_table``.
        hop_table: id of the first hop table.
    """

    antennas: int = 0
    vendor: int = 0
    model: int = 0
    firmware: str = ""
    has_utc: bool = True
    power_dbm: tuple[tuple[int, float], ...] = ()
    hopping: bool = False
    hop_table: int = 0

    def power_index(self, power_dbm: float) -> int | None:
        """Give the index of the highest power not above the one asked for.

        Returns:
            The index; that of the lowest power where all are above; None without a table.
        """
        if not self.power_dbm:
            return None
        below = [entry for entry in self.power_dbm if entry[1] <= power_dbm + 1e-6]
        if not below:
            return min(self.power_dbm, key=lambda entry: entry[1])[0]
        return max(below, key=lambda entry: entry[1])[0]

    def with_vendor(self, vendor: int, model: int) -> Capabilities:
        """Give the same capabilities as those of another maker's reader."""
        return replace(self, vendor=vendor, model=model)

    def to_bytes(self) -> bytes:
        """Write GeneralDeviceCapabilities and RegulatoryCapabilities, as a reader does."""
        firmware = self.firmware.encode()
        general = tlv(
            Param.GENERAL_DEVICE_CAPABILITIES,
            _GENERAL.pack(
                self.antennas,
                _HAS_UTC if self.has_utc else 0,
                self.vendor,
                self.model,
                len(firmware),
            ),
            firmware,
            tlv(Param.RECEIVE_SENSITIVITY_TABLE_ENTRY, struct.pack(">Hh", 1, 0)),
            *(
                tlv(Param.PER_ANTENNA_AIR_PROTOCOL, struct.pack(">HHB", port, 1, 1))
                for port in range(1, self.antennas + 1)
            ),
            tlv(Param.GPIO_CAPABILITIES, struct.pack(">HH", 0, 0)),
        )
        # Counts of what this reader allows: one priority, ROSpecs, specs of each, and AccessSpecs.
        llrp = tlv(Param.LLRP_CAPABILITIES, struct.pack(">BBHIIIII", 0, 1, 0, 4, 4, 4, 0, 0))
        air = tlv(Param.C1G2_LLRP_CAPABILITIES, struct.pack(">BH", 0, 0))
        return general + llrp + self._regulatory() + air

    def _regulatory(self) -> bytes:
        powers = [
            tlv(Param.TRANSMIT_POWER_LEVEL_TABLE_ENTRY, _POWER.pack(index, round(dbm * 100)))
            for index, dbm in self.power_dbm
        ]
        hops = tlv(Param.FREQUENCY_HOP_TABLE, struct.pack(">BBHI", self.hop_table, 0, 1, 915_250))
        frequencies = tlv(Param.FREQUENCY_INFORMATION, b"\x80", hops)
        mode = struct.pack(">IBBBBIIIII", 1, 0, 2, 0, 2, 274_000, 1500, 6250, 25_000, 1875)
        modes = tlv(Param.UHF_C1G2_RF_MODE_TABLE, tlv(Param.UHF_C1G2_RF_MODE_TABLE_ENTRY, mode))
        bands = tlv(Param.UHF_BAND_CAPABILITIES, *powers, frequencies, modes)
        return tlv(Param.REGULATORY_CAPABILITIES, _REGULATORY.pack(840, 1), bands)


def parse_capabilities(body: bytes) -> Capabilities:
    """Read a GET_READER_CAPABILITIES_RESPONSE; what is not there keeps its default.

    Raises:
        ContentError: a parameter does not fit.
    """
    found = Capabilities()
    for parameter in walk(body):
        if parameter.type == Param.GENERAL_DEVICE_CAPABILITIES:
            found = _general(body, parameter, found)
        elif parameter.type == Param.REGULATORY_CAPABILITIES:
            for band in children(body, parameter, _REGULATORY.size):
                if band.type == Param.UHF_BAND_CAPABILITIES:
                    found = _band(body, band, found)
    return found


def _general(body: bytes, parameter: Parameter, found: Capabilities) -> Capabilities:
    antennas, flags, vendor, model, length = unpack(_GENERAL, body, parameter)
    need(body, parameter, _GENERAL.size + length)
    start = parameter.start + _GENERAL.size
    return replace(
        found,
        antennas=antennas,
        vendor=vendor,
        model=model,
        firmware=body[start : start + length].decode("utf-8", "replace"),
        has_utc=bool(flags & _HAS_UTC),
    )


def _band(body: bytes, band: Parameter, found: Capabilities) -> Capabilities:
    powers: list[tuple[int, float]] = []
    for parameter in children(body, band, 0):
        if parameter.type == Param.TRANSMIT_POWER_LEVEL_TABLE_ENTRY:
            index, hundredths = unpack(_POWER, body, parameter)
            powers.append((index, hundredths / 100))
        elif parameter.type == Param.FREQUENCY_INFORMATION:
            need(body, parameter, 1)
            hopping = bool(body[parameter.start] & 0x80)
            tables = [
                body[table.start]
                for table in children(body, parameter, 1)
                if table.type == Param.FREQUENCY_HOP_TABLE and table.end > table.start
            ]
            found = replace(found, hopping=hopping, hop_table=tables[0] if tables else 0)
    return replace(found, power_dbm=tuple(powers))
