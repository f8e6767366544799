"""When services begin and end in lanes, as a network reads it from look to look."""

from __future__ import annotations

import math
from typing import NamedTuple

from edge_agent.measures.lane_network import EVENTS, Floats, LaneNetwork

ALARM, CALM = math.log(0.3 / 0.7), math.log(0.15 / 0.85)
"""Log-odds from which something has happened, and below which it can happen again."""
APART_S = 3.0
"""The same does not happen twice within so long."""
PEAK_S = 1.5
"""What happened is surest so much later,"""
LATE_S = 0.75
"""and told of about so much later, as soon as it is sure enough."""


class Read(NamedTuple):
    """What is told of a lane at one moment.

    Attributes:
        busy: whether anybody is at the till.
        started, ended: whether a service did, ``LATE_S`` ago.
    """

    busy: bool
    started: bool
    ended: bool


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

    def read(self, looks: Floats, t_s: float) -> list[Read]:
        """Take in one look.

        Args:
            looks: (L, I) as :mod:`edge_agent.measures.lane_look` describes them.
            t_s: time of the look.
        """
        since_s = math.inf if math.isnan(self._t_s) else t_s - self._t_s
        said, self._state = self._network.read(self._state, looks, since_s)
        self._t_s = t_s
        busy = said.party.argmax(axis=1) > 0
        return [
            Read(there, *(a.rings(o, t_s) for a, o in zip(alarms, odds, strict=True)))
            for there, alarms, odds in zip(
                busy.tolist(), self._alarms, said.events.tolist(), strict=True
            )
        ]


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
