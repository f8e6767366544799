"""Visits to a dwell zone: how many, how long, who only passed, and who looked at the goods."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from edge_agent.config import DwellZone
from edge_agent.measures.gait import Box, Gait, Point, metres
from edge_agent.measures.readings import ZoneData
from messages.events import Visit

GONE_AFTER_S = 1.5
"""Away from the zone for so long ends a visit."""
WINDOW_S = 3600.0
"""Quantiles are those of the visits that ended within so many seconds."""
FACING_COS = math.cos(math.radians(75.0))
"""Who came towards the goods within this angle faces them."""


class Inside(NamedTuple):
    """Somebody inside a zone in one frame; coordinates are fractions of the frame."""

    person: int
    since_s: float
    feet: Point
    box: Box
    gait: Gait


@dataclass(slots=True)
class _Guest:
    """Somebody whose visit is under way."""

    entered_s: float
    last_s: float
    attention_s: float = 0.0


class DwellWatch:
    """Visits of one zone.

    A camera from afar sees no eyes. Somebody counts as attentive while they stand and their last
    steps led towards ``facing``: people turn to what they walk up to.

    Args:
        zone: the zone.
        camera: id of its camera.
    """

    def __init__(self, zone: DwellZone, camera: str) -> None:
        self._zone = zone
        self._camera = camera
        self._guests: dict[int, _Guest] = {}
        # End, dwell and attention of the visits of the last hour, in seconds.
        self._ended: deque[tuple[float, float, float]] = deque()
        self._visits = 0
        self._passers = 0
        self._numbers: dict[str, Any] = {}
        self._read: ZoneData | None = None
        self._quantiles: tuple[float | None, float | None] = (None, None)
        self._attention: float | None = None
        self._empty: ZoneData | None = None

    def restart(self) -> None:
        """Forget who is inside, after a time without pictures; their visits are not counted."""
        self._guests.clear()
        self._empty = None

    def update(
        self, t_s: float, dt_s: float, inside: Sequence[Inside], confidence: float
    ) -> tuple[ZoneData, list[Visit]]:
        """Take in one frame; give the reading and the visits that ended.

        Args:
            t_s: time of the frame.
            dt_s: seconds since the last one.
            inside: everybody inside the zone.
            confidence: how sure the sightings are, 0..1.
        """
        self._forget(t_s)
        if not inside and self._empty is not None:
            # An empty zone says the same all the time.
            return self._empty, []
        for sighting in inside:
            self._follow(sighting, t_s, dt_s)
        gone = [p for p, guest in self._guests.items() if t_s - guest.last_s >= GONE_AFTER_S]
        visits = [v for p in gone if (v := self._end(p, self._guests.pop(p))) is not None]
        entered = [guest.entered_s for guest in self._guests.values() if guest.last_s >= t_s]
        numbers: dict[str, Any] = {
            "occupancy": len(inside),
            "dwell_p50_s": self._quantiles[0],
            "dwell_p90_s": self._quantiles[1],
            "dwell_max_s": t_s - min(entered) if entered else None,
            "visits": self._visits,
            "passers": self._passers,
            "attention": self._attention,
            "confidence": confidence,
        }
        if self._read is None or numbers != self._numbers:
            self._numbers = numbers
            self._read = ZoneData(zone=self._zone.id, camera=self._camera, **numbers)
        self._empty = None if self._guests else self._read
        return self._read, visits

    def _follow(self, sighting: Inside, t_s: float, dt_s: float) -> None:
        guest = self._guests.get(sighting.person)
        if guest is None:
            # The zone knows since when; an entry in the future of a jump of time cannot be.
            entered_s = min(sighting.since_s, t_s)
            self._guests[sighting.person] = _Guest(entered_s, t_s)
            return
        guest.last_s = t_s
        if self._zone.facing is not None and _faces(sighting, self._zone.facing):
            guest.attention_s += dt_s

    def _end(self, person: int, guest: _Guest) -> Visit | None:
        dwell_s = guest.last_s - guest.entered_s
        if dwell_s < self._zone.min_dwell_s:
            self._passers += 1
            return None
        self._visits += 1
        attention_s = min(guest.attention_s, dwell_s)
        self._ended.append((guest.last_s, dwell_s, attention_s))
        self._measure()
        if self._zone.facing is None:
            return Visit(zone=self._zone.id, person=person, dwell_s=dwell_s)
        return Visit(zone=self._zone.id, person=person, dwell_s=dwell_s, attention_s=attention_s)

    def _forget(self, t_s: float) -> None:
        count = len(self._ended)
        while self._ended and t_s - self._ended[0][0] > WINDOW_S:
            self._ended.popleft()
        if len(self._ended) != count:
            self._measure()

    def _measure(self) -> None:
        self._empty = None
        if not self._ended:
            self._quantiles, self._attention = (None, None), None
            return
        _, dwells, looks = zip(*self._ended, strict=True)
        p50, p90 = np.quantile(dwells, [0.5, 0.9])
        self._quantiles = (float(p50), float(p90))
        if self._zone.facing is not None and sum(dwells) > 0.0:
            self._attention = min(sum(looks) / sum(dwells), 1.0)


def _faces(sighting: Inside, goods: Point) -> bool:
    gait = sighting.gait
    if math.isnan(gait.slow_since_s):
        return False
    towards = metres(sighting.box, sighting.feet, goods)
    lengths = math.hypot(*towards) * math.hypot(*gait.heading)
    if lengths <= 0.0:
        return True
    dot = towards[0] * gait.heading[0] + towards[1] * gait.heading[1]
    return dot >= FACING_COS * lengths
