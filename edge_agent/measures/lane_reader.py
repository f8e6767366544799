"""How many are in lanes, and when services begin and end, as a network reads it look by look."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from edge_agent.measures.lane_network import EVENTS, LEAST_SPREAD, SPREAD, Floats, LaneNetwork

ALARM, CALM = math.log(0.3 / 0.7), math.log(0.15 / 0.85)
"""Log-odds from which something has happened, and below which it can happen again."""
APART_S = 3.0
"""The same does not happen twice within so long."""
PEAK_S = 1.5
"""What happened is surest so much later,"""
LATE_S = 0.75
"""and told of about so much later, as soon as it is sure enough."""
MOST_BESIDE = 0.3
"""No more is added to a party: two at the till were told as three."""
SECOND = 1.4
"""From so many a second one is told of, who is seldom seen whole."""
FAR = 50.0
"""What is so unlikely does not happen."""


class Boxes(NamedTuple):
    """What the boxes alone tell of a lane.

    Attributes:
        waiting: people who wait.
        party: people at the till.
    """

    waiting: float
    party: float


class Read(NamedTuple):
    """What is told of a lane at one moment.

    Attributes:
        waiting, units: people who wait, and queue units, before they are rounded.
        spread: scale of a logistic distribution around the people who wait.
        party: people at the till, before they are rounded, where anybody is.
        busy: whether anybody is.
        started, ended: whether a service did, ``LATE_S`` ago.
    """

    waiting: float
    units: float
    spread: float
    party: float
    busy: bool
    started: bool
    ended: bool

    @property
    def served(self) -> int:
        """People at the till, as they are told."""
        if not self.busy:
            return 0
        return 1 if self.party < SECOND else max(2, round(self.party))

    def certainty(self, heads: int) -> float:
        """How sure it is that so many people wait, 0..1."""
        upper, lower = (
            1.0 / (1.0 + math.exp(min((self.waiting - heads - half) / self.spread, FAR)))
            for half in (0.5, -0.5)
        )
        # Nobody knows of less than none.
        return upper - (lower if heads else 0.0)


class LaneReader:
    """Reads the lanes of a camera.

    Args:
        network: what was learned of lanes.
        lanes: how many there are.
    """

    def __init__(self, network: LaneNetwork, lanes: int) -> None:
        self._network, self._lanes = network, lanes
        self.restart()

    def restart(self) -> None:
        """Forget what was seen."""
        self._state = self._network.start(self._lanes)
        self._t_s = math.nan
        self._alarms = [tuple(Alarm() for _ in EVENTS) for _ in range(self._lanes)]

    def read(self, looks: Floats, boxes: Sequence[Boxes], t_s: float) -> list[Read]:
        """Take in one look.

        Args:
            looks: (L, I) as :mod:`edge_agent.measures.lane_look` describes them.
            boxes: what the boxes alone tell of each lane.
            t_s: time of the look.
        """
        since_s = math.inf if math.isnan(self._t_s) else t_s - self._t_s
        told, self._state = self._network.read(self._state, looks, since_s)
        self._t_s = t_s
        return [
            self._told(
                alone, said, (a.rings(o, t_s) for a, o in zip(alarms, said[7:], strict=True))
            )
            for alone, said, alarms in zip(boxes, told.tolist(), self._alarms, strict=True)
        ]

    def _told(self, alone: Boxes, said: Sequence[float], rings: Iterable[bool]) -> Read:
        """What is told of a lane: what its boxes tell alone, and what is to be added."""
        waiting, spread, units, _, party, _, busy = said[:7]
        trusted = self._network.trusted
        return Read(
            max(alone.waiting + trusted * waiting, 0.0),
            max(alone.waiting + trusted * units, 0.0),
            math.log1p(math.exp(min(spread + SPREAD, FAR))) + LEAST_SPREAD,
            alone.party + min(trusted * party, MOST_BESIDE),
            busy > 0.0,
            *rings,
        )


class Alarm:
    """Tells once of what happens."""

    def __init__(self) -> None:
        self._happened_s = -math.inf
        self._calm = True

    def rings(self, odds: float, t_s: float) -> bool:
        """Take in the log-odds at ``t_s``; tell whether it happens now."""
        if odds < CALM:
            self._calm = True
        rings = odds >= ALARM and self._calm and t_s - self._happened_s > APART_S
        if rings:
            self._calm, self._happened_s = False, t_s
        return rings
