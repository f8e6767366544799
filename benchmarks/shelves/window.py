"""The peer: a plain window, as most shelf software has it. Tuned by its one number."""

from __future__ import annotations

from collections.abc import Iterable

from hardware.interfaces import TagRead


class WindowFilter:
    """An item is gone when it was not read for ``window_s``; it lies where it was read last.

    Tags first seen within ``warm_up_s`` were there before; later ones count from the third read.
    """

    def __init__(self, window_s: float = 15.0, warm_up_s: float = 10.0) -> None:
        self._window_s, self._warm_up_s = window_s, warm_up_s
        self._start_s: float | None = None
        self._seen_s: dict[str, float] = {}
        self._where: dict[str, int] = {}
        self._reads: dict[str, int] = {}
        self._reader_s: dict[str, float] = {}
        self._reader_of: dict[str, str] = {}
        self._on: set[str] = set()

    def feed(self, reads: Iterable[TagRead]) -> list[tuple[float, str, str, int]]:
        """Take reads; give (t_s, event, EPC, antenna)."""
        events = []
        for read in reads:
            if self._start_s is None:
                self._start_s = read.t_s
            epc = read.epc
            self._seen_s[epc], self._reader_of[epc] = read.t_s, read.reader
            self._reader_s[read.reader] = read.t_s
            if epc in self._on:
                if self._where[epc] != read.antenna:
                    events.append((read.t_s, "moved", epc, read.antenna))
            else:
                self._reads[epc] = self._reads.get(epc, 0) + 1
                warm = read.t_s - self._start_s < self._warm_up_s
                if warm or self._reads[epc] >= 3:
                    self._on.add(epc)
                    if not warm:
                        events.append((read.t_s, "returned", epc, read.antenna))
            self._where[epc] = read.antenna
        return events

    def advance(self, now_s: float) -> list[tuple[float, str, str, int]]:
        """Give the items that have gone by now."""
        events = []
        for epc in list(self._on):
            alive = now_s - self._reader_s[self._reader_of[epc]] < 1.0
            if alive and now_s - self._seen_s[epc] > self._window_s:
                self._on.discard(epc)
                self._reads[epc] = 0
                events.append((now_s, "picked", epc, self._where[epc]))
        return events

    def stock(self) -> dict[int, int]:
        """Items by antenna."""
        count: dict[int, int] = {}
        for epc in self._on:
            count[self._where[epc]] = count.get(self._where[epc], 0) + 1
        return count
