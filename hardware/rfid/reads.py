"""From the reports of a reader to reads on our clock."""

from __future__ import annotations

import math
from collections.abc import Callable

from hardware.interfaces import TagRead
from hardware.rfid.clock import ReaderClock
from hardware.rfid.conditions import Conditions
from hardware.rfid.llrp.reports import ReportDecoder, TagReport
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
        self._decoder = ReportDecoder()
        self._clock = ReaderClock()

    def reads(self, body: bytes) -> list[TagRead]:
        """Give the reads of an RO_ACCESS_REPORT.

        Raises:
            hardware.rfid.llrp.frames.ContentError: the report does not fit the standard.
        """
        reports = self._decoder.decode(body)
        stamps = [report.last_us for report in reports if report.last_us is not None]
        if stamps:
            self.learn_clock(max(stamps), uptime=reports[0].uptime)
        now_s = self._now_s()
        reads = []
        for report in reports:
            problem = self._problem(report)
            if problem:
                self._conditions.note(problem, f"EPC {report.epc[:64]}, antenna {report.antenna}")
                continue
            stamp_us = report.last_us if report.last_us is not None else report.first_us
            reads.append(
                TagRead(
                    now_s if stamp_us is None else self._clock.to_ours_s(stamp_us, now_s),
                    self._reader,
                    report.antenna or self._only_antenna or 0,
                    report.epc,
                    math.nan if report.rssi_dbm is None else report.rssi_dbm,
                    max(report.seen_count or 1, 1),
                )
            )
        return reads

    def learn_clock(self, reader_us: int, *, uptime: bool) -> None:
        """Learn from the reader's clock in a message that has arrived now."""
        jumps = self._clock.jumps
        self._clock.observe(reader_us, self._now_s(), uptime=uptime)
        if self._clock.jumps > jumps:
            self._conditions.note("clock_jump", f"now {self._clock.offset_s:+.1f} s to ours")

    def _problem(self, report: TagReport) -> str:
        if not report.epc or (report.pc is not None and report.pc & _TOGGLE):
            return "non_epc"
        antenna = report.antenna or self._only_antenna
        if antenna is None or (self._antennas and antenna not in self._antennas):
            return "unknown_antenna"
        return ""
