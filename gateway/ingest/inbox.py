"""Where the network thread leaves messages for the one thread that works on them."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it came.

    Attributes:
        done: tells the broker that it need not keep the message (PUBACK).
    """

    topic: str
    payload: bytes
    retained: bool
    received_s: float
    done: Callable[[], None]


class Inbox:
    """A bounded queue. A full one makes the network thread wait, so the broker keeps the rest."""

    def __init__(self, size: int = 5000) -> None:
        self._queue: queue.Queue[Arrived | None] = queue.Queue(size)

    def put(self, arrived: Arrived) -> None:
        """Leave a message; waits while the inbox is full."""
        self._queue.put(arrived)

    def wake(self) -> None:
        """Let :meth:`take` return at once, even with nothing."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            return  # whoever takes has work already

    def take(self, limit: int, timeout_s: float) -> list[Arrived]:
        """Wait for the first message, then give what is there, at most ``limit``."""
        taken: list[Arrived] = []
        try:
            item = self._queue.get(timeout=timeout_s) if timeout_s > 0 else self._queue.get_nowait()
            while True:
                if item is not None:
                    taken.append(item)
                if len(taken) >= limit:
                    break
                item = self._queue.get_nowait()
        except queue.Empty:
            pass
        return taken

    def __len__(self) -> int:
        """Give how many messages wait."""
        return self._queue.qsize()
