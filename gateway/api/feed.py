"""Live values for many browsers: encoded once, and only the newest for each.

A slow browser skips values; it never makes the gateway keep them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping


class Feed:
    """Channels of newest values, followed by any number of clients in one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._newest: dict[str, str] = {}
        self._clients: dict[str, set[asyncio.Event]] = {}
        self._names: Counter[str] = Counter()
        self._closed = False

    def follows(self, name: str) -> bool:
        """Say whether a client of this name follows now; safe from any thread."""
        return self._names[name] > 0

    @property
    def clients(self) -> int:
        """How many clients follow any channel."""
        return sum(len(waiting) for waiting in self._clients.values())

    def put(self, values: Mapping[str, str]) -> None:
        """Give new values, by channel; safe from any thread."""
        if not self._closed:
            self._loop.call_soon_threadsafe(self._put, dict(values))

    def close(self) -> None:
        """End all followers; call it in the event loop."""
        self._closed = True
        for waiting in self._clients.values():
            for event in waiting:
                event.set()

    async def follow(self, channel: str, name: str | None = None) -> AsyncIterator[str]:
        """Give the newest value at once and then each one that is there when it can be taken.

        Args:
            channel: which values.
            name: who follows, for :meth:`follows`.
        """
        news = asyncio.Event()
        waiting = self._clients.setdefault(channel, set())
        waiting.add(news)
        if name is not None:
            self._names[name] += 1
        try:
            if channel in self._newest:
                news.set()
            while True:
                await news.wait()
                if self._closed:
                    return
                news.clear()
                yield self._newest[channel]
        finally:
            waiting.discard(news)
            if name is not None:
                self._names[name] -= 1

    def _put(self, values: dict[str, str]) -> None:
        self._newest.update(values)
        for channel in values:
            for news in self._clients.get(channel, ()):
                news.set()
