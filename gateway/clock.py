"""The wall clock; whoever needs another one (tests, replays) passes it in."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Gives seconds since 1970-01-01 UTC."""

wall_clock: Clock = time.time
