"""Tag reports (RO_ACCESS_REPORT): the hot path.

All tags of a report usually have the same parameters in the same order. So the first tag is walked
parameter by parameter and gives a layout: where each value stands (a struct) and which bytes are
types and lengths (a mask). The following tags are checked against the mask in one operation and
unpacked with the struct, without stepping over their parameters again.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from hardware.rfid.llrp.parameters import Parameter, custom, need, tlv, tv, walk
from hardware.rfid.llrp.types import IMPINJ_PEN, Param

IMPINJ_PEAK_RSSI = (IMPINJ_PEN, 57)
"""Vendor and subtype of a tag's peak RSSI in hundredths of a dBm."""

_TLV_BYTES = 4
_BITS = struct.Struct(">H")
_MAX_LAYOUTS = 64
_MAX_REPEATS = 1024
_MAX_EPCS = 65536


class TagReport(NamedTuple):
    """One tag in a report; what the reader did not say is None.

    Attributes:
        epc: EPC as upper-case hex, possibly empty.
        pc: protocol control word of the tag.
        antenna: antenna port, from 1.
        rssi_dbm: peak RSSI.
        channel: index in the reader's frequency table, from 1.
        first_us: first sighting, microseconds of the reader's clock.
        last_us: last sighting, microseconds of the reader's clock.
        seen_count: sightings since the last report.
        uptime: the clock counts from the reader's start, not from 1970.
    """

    epc: str
    pc: int | None = None
    antenna: int | None = None
    rssi_dbm: float | None = None
    channel: int | None = None
    first_us: int | None = None
    last_us: int | None = None
    seen_count: int | None = None
    uptime: bool = False


_VALUES: dict[int, tuple[str, str]] = {
    Param.ANTENNA_ID: ("antenna", "H"),
    Param.FIRST_SEEN_UTC: ("first_utc", "Q"),
    Param.FIRST_SEEN_UPTIME: ("first_uptime", "Q"),
    Param.LAST_SEEN_UTC: ("last_utc", "Q"),
    Param.LAST_SEEN_UPTIME: ("last_uptime", "Q"),
    Param.PEAK_RSSI: ("rssi", "b"),
    Param.CHANNEL_INDEX: ("channel", "H"),
    Param.TAG_SEEN_COUNT: ("count", "H"),
    Param.C1G2_PC: ("pc", "H"),
    Param.EPC_96: ("epc", "12s"),
}
"""What is taken from a TV parameter, and its struct code."""


_ORDER = (
    ("epc",),
    ("pc",),
    ("antenna",),
    ("rssi_cdbm", "rssi"),
    ("channel",),
    ("first_utc", "first_uptime"),
    ("last_utc", "last_uptime"),
    ("count",),
)
"""Values in the order of TagReport; where a reader gives two, the first is taken."""

_NONE = repeat(None)
_new_report = partial(tuple.__new__, TagReport)


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """How one TagReportData is laid out.

    Attributes:
        size: its bytes, with the header.
        row: struct of all of it.
        pick: takes the values of ``_ORDER`` from those of ``row`` with None behind them.
        has_epc, has_rssi: whether these values are there.
        rssi_divisor: 100 where the RSSI is in hundredths.
        uptime: whether the timestamps count from the reader's start.
        template, mask: big-endian numbers; the layout fits when data & mask == template.
    """

    size: int
    row: struct.Struct
    pick: Callable[[Sequence[Any]], tuple[Any, ...]]
    has_epc: bool
    has_rssi: bool
    rssi_divisor: int
    uptime: bool
    template: int
    mask: int


class ReportDecoder:
    """Decodes the reports of one reader and remembers the layouts it has met."""

    def __init__(self) -> None:
        self._layouts: dict[int, list[_Layout]] = {}
        self._known = 0
        self._repeats: dict[tuple[_Layout, int], tuple[int, int]] = {}
        self._hex: dict[bytes, str] = {}

    def decode(self, body: bytes) -> list[TagReport]:
        """Decode the body of an RO_ACCESS_REPORT; what is no tag data is passed over.

        Raises:
            ContentError: a parameter does not fit; then nothing of this report is given.
        """
        layout = self._first_layout(body)
        if layout is not None and len(body) == layout.size:
            return [self._row(layout, body)]
        if layout is not None and len(body) % layout.size == 0:
            template, mask = self._repeated(layout, len(body) // layout.size)
            if int.from_bytes(body) & mask == template:
                return self._rows(layout, body)
        reports: list[TagReport] = []
        for parameter in walk(body):
            if parameter.type == Param.TAG_REPORT_DATA:
                tag = body[parameter.start - _TLV_BYTES : parameter.end]
                reports += self._rows(self._known_layout(tag) or self._learn(tag), tag)
        return reports

    def _first_layout(self, body: bytes) -> _Layout | None:
        if len(body) < _TLV_BYTES:
            return None
        size = body[2] << 8 | body[3]
        return self._known_layout(body[:size]) if size <= len(body) else None

    def _known_layout(self, tag: bytes) -> _Layout | None:
        number = int.from_bytes(tag)
        for layout in self._layouts.get(len(tag), ()):
            if number & layout.mask == layout.template:
                return layout
        return None

    def _repeated(self, layout: _Layout, times: int) -> tuple[int, int]:
        found = self._repeats.get((layout, times))
        if found is None:
            if len(self._repeats) >= _MAX_REPEATS:
                self._repeats.clear()
            template = int.from_bytes(layout.template.to_bytes(layout.size) * times)
            mask = int.from_bytes(layout.mask.to_bytes(layout.size) * times)
            found = self._repeats[layout, times] = template, mask
        return found

    def _learn(self, tag: bytes) -> _Layout:
        if self._known >= _MAX_LAYOUTS:
            # Only a hostile or broken reader has so many; forgetting is slow, not wrong.
            self._layouts.clear()
            self._repeats.clear()
            self._known = 0
        layout = _layout_of(tag)
        self._layouts.setdefault(layout.size, []).append(layout)
        self._known += 1
        return layout

    def _rows(self, layout: _Layout, data: bytes) -> list[TagReport]:
        # Column by column, so that the loops run inside zip and map.
        columns: list[Any] = [*zip(*layout.row.iter_unpack(data), strict=True), _NONE]
        epc, pc, antenna, rssi, channel, first, last, count = layout.pick(columns)
        if layout.has_rssi:
            divisor = layout.rssi_divisor
            rssi = [value / divisor for value in rssi]
        epc = self._hexes(epc) if layout.has_epc else repeat("")
        uptime = repeat(layout.uptime, len(data) // layout.size)
        rows = zip(epc, pc, antenna, rssi, channel, first, last, count, uptime)  # noqa: B905 - a value that the reader leaves out repeats without end
        return list(map(_new_report, rows))

    def _row(self, layout: _Layout, data: bytes) -> TagReport:
        values = (*layout.row.unpack(data), None)
        epc, pc, antenna, rssi, channel, first, last, count = layout.pick(values)
        if layout.has_rssi:
            rssi /= layout.rssi_divisor
        text = self._hexes((epc,))[0] if layout.has_epc else ""
        return TagReport(text, pc, antenna, rssi, channel, first, last, count, layout.uptime)

    def _hexes(self, epcs: Iterable[bytes]) -> list[str]:
        # Tags come again and again: one string a tag saves time and memory.
        known = self._hex
        try:
            return [known[epc] for epc in epcs]
        except KeyError:
            if len(known) >= _MAX_EPCS:
                known.clear()
            return [known.setdefault(epc, epc.hex().upper()) for epc in epcs]


def _layout_of(tag: bytes) -> _Layout:
    """Walk one TagReportData and note where its values stand.

    Raises:
        ContentError: a parameter does not fit.
    """
    mask = bytearray(len(tag))
    mask[:_TLV_BYTES] = b"\xff" * _TLV_BYTES
    codes = [">"]
    columns: dict[str, int] = {}
    at, begin, taken = 0, _TLV_BYTES, 0
    for parameter in walk(tag, _TLV_BYTES):
        mask[begin : parameter.start] = b"\xff" * (parameter.start - begin)
        begin = parameter.end
        name, code, start = _value(tag, parameter)
        if not name:
            continue
        if name == "epc" and parameter.type == Param.EPC_DATA:
            mask[parameter.start : start] = b"\xff" * (start - parameter.start)
        codes.append(f"{start - at}x{code}")
        at = start + struct.calcsize(f">{code}")
        columns[name] = taken
        taken += 1
    codes.append(f"{len(tag) - at}x")
    fixed = int.from_bytes(mask)
    places = [next((columns[name] for name in names if name in columns), -1) for names in _ORDER]
    return _Layout(
        size=len(tag),
        row=struct.Struct("".join(codes)),
        pick=itemgetter(*places),
        has_epc="epc" in columns,
        has_rssi="rssi" in columns or "rssi_cdbm" in columns,
        rssi_divisor=100 if "rssi_cdbm" in columns else 1,
        uptime=bool({"first_uptime", "last_uptime"} & columns.keys())
        and not {"first_utc", "last_utc"} & columns.keys(),
        template=int.from_bytes(tag) & fixed,
        mask=fixed,
    )


def _value(tag: bytes, parameter: Parameter) -> tuple[str, str, int]:
    """Tell which value a parameter holds: name (empty for none), struct code and offset."""
    if parameter.type == Param.EPC_DATA:
        need(tag, parameter, _BITS.size)
        (bits,) = _BITS.unpack_from(tag, parameter.start)
        size = -(-bits // 8)
        need(tag, parameter, _BITS.size + size)
        return "epc", f"{size}s", parameter.start + _BITS.size
    if parameter.custom == IMPINJ_PEAK_RSSI:
        need(tag, parameter, 2)
        return "rssi_cdbm", "h", parameter.start
    name, code = _VALUES.get(parameter.type, ("", ""))
    return name, code, parameter.start


def tag_report_data(report: TagReport, extra: bytes = b"") -> bytes:
    """Write one TagReportData, as a reader does.

    Args:
        report: its values; those that are None are left out.
        extra: further parameters, as bytes.
    """
    epc = bytes.fromhex(report.epc)
    parts = [
        tv(Param.EPC_96, epc)
        if len(epc) == 12
        else tlv(Param.EPC_DATA, _BITS.pack(len(epc) * 8), epc)
    ]
    clock = (
        (Param.FIRST_SEEN_UPTIME, Param.LAST_SEEN_UPTIME)
        if report.uptime
        else (Param.FIRST_SEEN_UTC, Param.LAST_SEEN_UTC)
    )
    for kind, code, value in (
        (Param.ANTENNA_ID, ">H", report.antenna),
        (Param.PEAK_RSSI, ">b", None if report.rssi_dbm is None else round(report.rssi_dbm)),
        (Param.CHANNEL_INDEX, ">H", report.channel),
        (clock[0], ">Q", report.first_us),
        (clock[1], ">Q", report.last_us),
        (Param.TAG_SEEN_COUNT, ">H", report.seen_count),
        (Param.C1G2_PC, ">H", report.pc),
    ):
        if value is not None:
            parts.append(tv(kind, struct.pack(code, value)))
    return tlv(Param.TAG_REPORT_DATA, *parts, extra)


def impinj_peak_rssi(rssi_dbm: float) -> bytes:
    """Write Impinj's peak RSSI, which goes into a TagReportData."""
    return custom(*IMPINJ_PEAK_RSSI, struct.pack(">h", round(rssi_dbm * 100)))
