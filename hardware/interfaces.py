"""What a driver gives to the rest of the house. No driver has more than this."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Picture, shape (H, W, 3), BGR, uint8."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and when it was true.

    Attributes:
        image: (H, W, 3) uint8 BGR. Lives in memory only.
        t_s: capture time in seconds. Live cameras: the agent's clock; recordings: seconds from
            the first frame.
        index: 0-based number of the frame in its source, counting frames that were skipped.
    """

    image: Image
    t_s: float
    index: int


class CameraState(StrEnum):
    """How a source of frames is doing, as far as its driver can tell."""

    CONNECTING = "connecting"
    OK = "ok"
    LOST = "lost"
    ENDED = "ended"


@runtime_checkable
class Camera(Protocol):
    """A source of frames.

    Live sources keep only the newest frame, so a slow reader never falls behind; a recording
    gives every frame.
    """

    @property
    def state(self) -> CameraState:
        """The state now."""

    @property
    def detail(self) -> str:
        """Why it is in that state, in one line without credentials."""

    @property
    def counters(self) -> Mapping[str, int]:
        """Counts since the start; ``frames`` are all that the source gave, read or not."""

    def read(self, timeout_s: float) -> Frame | None:
        """Wait for the next frame not yet given.

        Returns:
            The frame, or None when none came in time or the source has ended (see ``state``).
        """

    def close(self) -> None:
        """Release the source; later reads give None."""


@dataclass(frozen=True, slots=True)
class TagRead:
    """One sighting of a tag, or several of one report put together.

    Attributes:
        t_s: time of the (last) sighting in seconds of the agent's clock.
        reader: id of the reader in the config.
        antenna: 1-based antenna port.
        epc: the EPC as upper-case hex.
        rssi_dbm: peak RSSI in dBm; NaN when the reader gives none.
        count: sightings that this read stands for, at least 1.
    """

    t_s: float
    reader: str
    antenna: int
    epc: str
    rssi_dbm: float
    count: int = 1


class ReaderState(StrEnum):
    """How a reader is doing, as far as its driver can tell."""

    CONNECTING = "connecting"
    OK = "ok"
    SILENT = "silent"
    LOST = "lost"


@runtime_checkable
class TagReader(Protocol):
    """A source of tag reads that reconnects by itself."""

    @property
    def state(self) -> ReaderState:
        """The state now."""

    @property
    def detail(self) -> str:
        """Why it is in that state, in one line without credentials."""

    @property
    def counters(self) -> Mapping[str, int]:
        """Counts since the start: reads, reconnects, and named conditions such as bad frames."""

    def batches(self) -> AsyncIterator[list[TagRead]]:
        """Reads as they come, a report at a time; an empty list is a sign of life (keep-alive)."""

    async def close(self) -> None:
        """Stop reading and let the reader go."""
