"""RFID readers: LLRP over TCP and TLS, and the Impinj IoT device interface."""

from __future__ import annotations

import asyncio
import time

from hardware.backoff import Backoff
from hardware.interfaces import TagReader
from hardware.rfid.impinj_iot import ImpinjIotReader
from hardware.rfid.llrp_reader import LlrpReader
from hardware.rfid.options import ReaderOptions, SearchMode, TlsFiles
from hardware.rfid.reconnecting import Clock, Sleep

__all__ = ["ReaderOptions", "SearchMode", "TlsFiles", "open_reader"]


def open_reader(
    options: ReaderOptions,
    *,
    clock: Clock = time.monotonic,
    backoff: Backoff | None = None,
    sleep: Sleep = asyncio.sleep,
) -> TagReader:
    """Make the driver of a reader; it connects when its batches are first asked for.

    Args:
        options: source and settings.
        clock: seconds of the agent's clock, which reads are stamped with.
        backoff: waits between attempts; 1 to 30 s with jitter by default.
        sleep: how to wait between attempts.

    Raises:
        ValueError: a source that no driver takes.
    """
    driver = LlrpReader if options.scheme in ("llrp", "llrps") else ImpinjIotReader
    return driver(options, clock=clock, backoff=backoff, sleep=sleep)
