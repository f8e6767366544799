"""When services begin and end in one lane, as a network reads it from look to look."""

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
    """Reads one lane.

    Args:
        network: what was learned of lanes.
    """

    def __init__(self, network: LaneNetwork) -> None:
        self._network = network
        self.restart()

    def restart(self) -> None:
        """Forget what was seen."""
        self._state = self._network.start()
        self._t_s = math.nan
        self._happened_s = dict.fromkeys(EVENTS, -math.inf)
        self._calm = dict.fromkeys(EVENTS, True)

    def read(self, look: Floats, t_s: float) -> Read:
        """Take in one look.

        Args:
            look: as :mod:`edge_agent.measures.lane_look` describes it.
            t_s: time of the look.
        """
        since_s = math.inf if math.isnan(self._t_s) else t_s - self._t_s
        said, self._state = self._network.read(self._state, look, since_s)
        self._t_s = t_s
        started, ended = (
            self._happens(name, odds, t_s)
            for name, odds in zip(EVENTS, said.events.tolist(), strict=True)
        )
        return Read(bool(said.party.argmax() > 0), started, ended)

    def _happens(self, name: str, odds: float, t_s: float) -> bool:
        if odds < CALM:
            self._calm[name] = True
        alarm = odds >= ALARM and self._calm[name] and t_s - self._happened_s[name] > APART_S
        if alarm:
            self._calm[name], self._happened_s[name] = False, t_s
        return alarm
