"""A lane that several cameras of one device see, each a part of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from edge_agent.config import CameraSettings
from edge_agent.measures.readings import LaneState, QueueData, Readings

FRESH_S = 2.0
"""An older part is not known any more."""


class SharedLanes:
    """Puts the parts of a lane together.

    The queue zones of a lane on several cameras are parts of one queue: whoever draws them takes
    care that no place lies in two of them. People who wait are added up; who is served, whether
    the lane is open and how long one waits comes from the camera that sees the till. A part that
    is not known makes the length unknown.

    Args:
        cameras: all cameras of the device.
    """

    def __init__(self, cameras: Sequence[CameraSettings]) -> None:
        seen_by = Counter(lane for camera in cameras for lane in camera.lanes)
        self._parts: dict[str, dict[str, tuple[float, QueueData | None]]] = {
            lane: {c.id: (-math.inf, None) for c in cameras if lane in c.lanes}
            for lane, number in seen_by.items()
            if number > 1
        }

    def put(self, camera: str, readings: Readings) -> Readings:
        """Take in what one camera says; give it with the shared lanes whole."""
        shared = [lane for lane in readings.lanes if lane in self._parts]
        if not shared:
            return readings
        for lane in shared:
            self._parts[lane][camera] = (readings.t_s, readings.lanes[lane])
        whole = {lane: self._whole(lane, readings.t_s) for lane in shared}
        return replace(readings, lanes={**readings.lanes, **whole})

    def elsewhere(self, camera: str, t_s: float) -> Iterator[tuple[str, int | None]]:
        """Units that wait in each shared lane of a camera where it cannot see; None: not known."""
        for lane, parts in self._parts.items():
            if camera in parts:
                others = [
                    part.units if part is not None and t_s - at_s <= FRESH_S else None
                    for other, (at_s, part) in parts.items()
                    if other != camera
                ]
                yield lane, _total(others)

    def _whole(self, lane: str, t_s: float) -> QueueData:
        """Give the reading of the whole lane."""
        known = [
            part
            for at_s, part in self._parts[lane].values()
            if part is not None and t_s - at_s <= FRESH_S
        ]
        # Who sees people served sees the till.
        till = next((part for part in known if part.served is not None), known[0])
        state = next((p.open for p in [till, *known] if p.open != LaneState.UNKNOWN), till.open)
        complete = len(known) == len(self._parts[lane])
        waiting = _total([part.waiting for part in known]) if complete else None
        return till.model_copy(
            update={
                "waiting": waiting,
                "units": None if waiting is None else _total([part.units for part in known]),
                "wait_s": None if waiting is None else till.wait_s,
                "wait_p90_s": None if waiting is None else till.wait_p90_s,
                "open": state,
                "confidence": 0.0 if waiting is None else min(p.confidence for p in known),
            }
        )


def _total(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
