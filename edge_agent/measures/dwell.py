"""Visits to a dwell zone: how many, how long, and who only passed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from edge_agent.config import DwellZone
from edge_agent.measures.readings import ZoneData
from messages.payloads import Visit

GONE_AFTER_S = 1.5
"""Away from the zone for so long ends a visit."""
WINDOW_S = 3600.0
"""Quantiles are those of the visits that ended within so many seconds."""


class DwellWatch:
    """Visits of one zone.

    Args:
        zone: the zone.
        camera: id of its camera.
    """

    def __init__(self, zone: DwellZone, camera: str) -> None:
        self._zone = zone
        self._camera = camera
        self._inside: dict[int, tuple[float, float]] = {}
        self._ended: deque[tuple[float, float]] = deque()
        self._visits = 0
        self._passers = 0
        self._quantiles: tuple[float | None, float | None] = (None, None)
        self.visits_now: list[Visit] = []

    def restart(self) -> None:
        """Forget who is inside, after a time without pictures; their visits are not counted."""
        self._inside.clear()

    def update(
        self, t_s: float, inside: Iterable[tuple[int, float]], confidence: float
    ) -> ZoneData:
        """Take in one frame.

        Args:
            t_s: time of the frame.
            inside: (person, time of entry) of everybody inside.
            confidence: how sure the sightings are, 0..1.
        """
        self.visits_now = []
        count = 0
        for person, since_s in inside:
            count += 1
            entered_s, _ = self._inside.get(person, (since_s, t_s))
            self._inside[person] = (entered_s, t_s)
        for person in [p for p, (_, last) in self._inside.items() if t_s - last >= GONE_AFTER_S]:
            self._end(person, *self._inside.pop(person))
        self._forget(t_s)
        longest = max((t_s - entered for entered, _ in self._inside.values()), default=None)
        return ZoneData(
            zone=self._zone.id,
            occupancy=count,
            dwell_p50_s=self._quantiles[0],
            dwell_p90_s=self._quantiles[1],
            dwell_max_s=longest,
            visits=self._visits,
            passers=self._passers,
            confidence=confidence,
            camera=self._camera,
        )

    def _end(self, person: int, entered_s: float, last_s: float) -> None:
        dwell_s = last_s - entered_s
        if dwell_s < self._zone.min_dwell_s:
            self._passers += 1
            return
        self._visits += 1
        self._ended.append((last_s, dwell_s))
        self._measure()
        self.visits_now.append(Visit(zone=self._zone.id, person=person, dwell_s=dwell_s))

    def _forget(self, t_s: float) -> None:
        old = len(self._ended)
        while self._ended and t_s - self._ended[0][0] > WINDOW_S:
            self._ended.popleft()
        if len(self._ended) != old:
            self._measure()

    def _measure(self) -> None:
        if not self._ended:
            self._quantiles = (None, None)
            return
        p50, p90 = np.quantile([dwell for _, dwell in self._ended], [0.5, 0.9])
        self._quantiles = (float(p50), float(p90))
