"""From the reports of a reader to reads on our clock."""

from __future__ import annotations

import math
from collections.abc import Callable

from hardware.interfaces import TagRead
from hardware.rfid.clock import ReaderClock
from hardware.rfid.conditions import Conditions
from hardware.rfid.llrp.reports import TagReport
from hardware.rfid.options import ReaderOptions

_TOGGLE = 0x0100
"""Bit 17h of EPC memory: set where a tag holds no EPC but an ISO application (Gen2, 6.3.2.1.2)."""


class ReadMaker:
    """Makes reads of the reports of one session.

    What is no EPC, or comes from an antenna that the config does not know, is counted by name and
    left out.
    """

    def __init__(
        self, options: ReaderOptions, conditions: Conditions, clock: Callable[[], float]
    ) -> None:
        self._reader = options.id
        self._antennas = frozenset(options.antennas)
        # A reader with one antenna in use may leave out which one it was.
        self._only_antenna = options.antennas[0] if len(options.antennas) == 1 else None
        self._conditions = conditions
        self._now_s = clock
        self._clock = ReaderClock()

    def reads(self, reports: list[TagReport]) -> list[TagRead]:
        """Give the reads of reports that have arrived now."""
        stamps = [report.last_us for report in reports if report.last_us is not None]
        if stamps:
            self.learn_clock(max(stamps), uptime=reports[0].uptime)
        now_s, offset_s = self._now_s(), self._clock.offset_s
        reads = []
        # The hot loop: everything stands here, without a call a read but that of TagRead.
        for epc, pc, port, rssi_dbm, _channel, first_us, last_us, count, _uptime in reports:
            antenna = port or self._only_antenna
            foreign = not epc or (pc is not None and pc & _TOGGLE)
            if foreign or antenna is None or (self._antennas and antenna not in self._antennas):
                name = "non_epc" if foreign else "unknown_antenna"
                self._conditions.note(name, f"EPC {epc[:64]}, antenna {port}")
                continue
            stamp_us = first_us if last_us is None else last_us
            t_s = now_s
            if stamp_us is not None and offset_s is not None:
                # A read is never in the future.
                t_s = min(now_s, stamp_us / 1e6 + offset_s)
            strength_dbm = math.nan if rssi_dbm is None else rssi_dbm
            reads.append(TagRead(t_s, self._reader, antenna, epc, strength_dbm, count or 1))
        return reads

    def learn_clock(self, reader_us: int, *, uptime: bool) -> None:
        """Learn from the reader's clock in a message that has arrived now."""
        jumps = self._clock.jumps
        self._clock.observe(reader_us, self._now_s(), uptime=uptime)
        if self._clock.jumps > jumps:
            self._conditions.note("clock_jump", f"now {self._clock.offset_s:+.1f} s to ours")
