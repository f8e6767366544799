"""Named conditions of a reader: counted always, logged once a change of state."""

from __future__ import annotations

from collections import Counter

import structlog

_log = structlog.get_logger("reader")


class Conditions:
    """Counts what goes wrong, by name; a flood of the same thing is one line in the log.

    Attributes:
        counts: name → how often since the start.
    """

    def __init__(self, reader: str) -> None:
        self.counts: Counter[str] = Counter()
        self._reader = reader
        self._said: set[str] = set()

    def note(self, name: str, detail: str = "", *, times: int = 1) -> None:
        """Count a condition, and log it if it is the first since :meth:`renew`."""
        self.counts[name] += times
        if name not in self._said:
            self._said.add(name)
            _log.warning(name, reader=self._reader, detail=detail)

    def renew(self) -> None:
        """Log each condition again when it next comes: the reader has changed its state."""
        self._said.clear()
