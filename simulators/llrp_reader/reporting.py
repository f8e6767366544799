"""From sightings to report messages, with the content that the client asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hardware.rfid.llrp.reports import TagReport, impinj_peak_rssi, tag_report_data
from hardware.rfid.llrp.rospec import (
    ANTENNA_ID,
    CHANNEL_INDEX,
    FIRST_SEEN,
    LAST_SEEN,
    PEAK_RSSI,
    SEEN_COUNT,
    RoSpec,
)
from simulators.llrp_reader.field import Sighting

_CHANNELS = 50


def protocol_control(epc: str) -> int:
    """Give the PC word of a tag that holds an EPC: its length in words, and no flags."""
    return -(-len(epc) // 4) << 11


def report_bodies(
    sightings: Iterable[Sighting],
    spec: RoSpec,
    stamp_us: Callable[[float], int],
    *,
    uptime: bool = False,
    pc_of: Callable[[str], int] = protocol_control,
) -> Iterator[bytes]:
    """Give the bodies of the RO_ACCESS_REPORTs of one ROSpec.

    Args:
        sightings: what the field gave.
        spec: antennas, content and tags a report.
        stamp_us: microseconds of the reader's clock at a time of the field.
        uptime: the reader's clock counts from its start.
        pc_of: PC word of an EPC.
    """
    every = 0 in spec.antennas
    batch: list[bytes] = []
    for antenna, epc, rssi_dbm, count, t_s in sightings:
        if not every and antenna not in spec.antennas:
            continue
        asked = spec.content
        time_us = stamp_us(t_s)
        report = TagReport(
            epc,
            pc_of(epc) if spec.pc_bits else None,
            antenna if asked & ANTENNA_ID else None,
            max(-128.0, min(127.0, rssi_dbm)) if asked & PEAK_RSSI else None,
            1 + (time_us // 200_000) % _CHANNELS if asked & CHANNEL_INDEX else None,
            time_us if asked & FIRST_SEEN else None,
            time_us if asked & LAST_SEEN else None,
            min(count, 0xFFFF) if asked & SEEN_COUNT else None,
            uptime,
        )
        batch.append(
            tag_report_data(report, impinj_peak_rssi(rssi_dbm) if spec.impinj_rssi else b"")
        )
        if len(batch) == spec.report_tags:
            yield b"".join(batch)
            batch.clear()
    if batch:
        # A real reader would hold these back until N tags are there; a shelf must not wait.
        yield b"".join(batch)
