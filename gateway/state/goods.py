"""What item events leave behind: goods on the wrong shelf, and suspicions of a sweep."""

from __future__ import annotations

from collections import Counter

from gateway.state.heard import Heard
from gateway.state.view import SweepView
from messages.events import ItemEvent, Misplaced, SweepSuspected

REMEMBERED = ("picked", "placed", "returned", "moved", "misplaced", "sweep")
"""Types of the events that :meth:`Goods.note` wants to hear again after a restart."""


class Goods:
    """Facts that hold until another event ends them."""

    def __init__(self) -> None:
        self._misplaced: dict[str, tuple[str, str]] = {}
        self._known: set[tuple[str, str]] = set()
        self._sweeps: dict[tuple[str, str], SweepView] = {}

    def note(self, heard: Heard) -> None:
        """Take in one event; others than those of items change nothing."""
        match heard.payload:
            case Misplaced(epc=epc, shelf=shelf, gtin=str(gtin)):
                self._misplaced[epc] = shelf, gtin
                self._known.add((shelf, gtin))
            case ItemEvent(epc=epc):
                # It was taken or put elsewhere; if wrong again, another event says so.
                self._misplaced.pop(epc, None)
            case SweepSuspected(shelf=shelf, gtin=gtin, count=count, within_s=within_s):
                sweep = SweepView(shelf, gtin, count, within_s, heard.received_s)
                self._sweeps[shelf, gtin] = sweep
            case _:
                pass

    @property
    def misplaced(self) -> dict[tuple[str, str], int]:
        """(shelf, GTIN) → items that lie there by mistake; 0 where some did before."""
        counts = Counter(self._misplaced.values())
        return {place: counts[place] for place in self._known}

    @property
    def sweeps(self) -> tuple[SweepView, ...]:
        """The newest suspicion of each shelf and GTIN."""
        return tuple(self._sweeps.values())
