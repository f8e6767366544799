"""How many lanes to open. Pure: no clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.forecast.arrivals import Rate
from gateway.forecast.erlang import Demand, share_one_plus_one, share_within

PARALLEL_LOSS = 0.04
"""Parallel lanes cope with so much less than one queue for all.

Shoppers who choose a lane and change it still leave a lane idle beside a queue at times. Fitted by
simulation to the share that waits too long, 2 to 16 lanes, loads of .5 to .9: see
``benchmarks/policy/parallel.py``.
"""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What the manager promises.

    Attributes:
        kind: ``wait``: ``share`` of shoppers wait at most ``wait_s``; ``one_plus_one``: for
            ``share`` of the time at most one waits behind each one who is served.
        share: 0..1.
        wait_s: limit of the wait.
    """

    kind: Literal["wait", "one_plus_one"] = "wait"
    share: float = 0.9
    wait_s: float = 180.0

    def reached(self, lanes: int, demand: Demand) -> float:
        """Share that ``lanes`` reach in the long run."""
        if self.kind == "wait":
            return share_within(lanes, demand, self.wait_s)
        return share_one_plus_one(lanes, demand)


@dataclass(frozen=True, slots=True)
class Checkouts:
    """The checkouts as a whole.

    Attributes:
        lanes: how many there are.
        open_s: time from asking for a lane until it serves.
        stay_s: shortest opening that makes sense.
        drain_s: a queue that is already there should be gone after so long.
        least: lanes open at all times.
        caution: standard deviations of the forecast rate that are planned for on top of its mean.
    """

    lanes: int
    open_s: float = 150.0
    stay_s: float = 600.0
    drain_s: float = 450.0
    least: int = 1
    caution: float = 0.25


def lanes_needed(
    level: ServiceLevel,
    rate: Rate,
    service_s: float,
    service_cv: float,
    checkouts: Checkouts,
    *,
    waiting: int = 0,
) -> int:
    """Fewest lanes that keep the promise.

    Args:
        level: the promise.
        rate: arrivals at the checkouts.
        service_s: mean service time.
        service_cv: coefficient of variation of the service time.
        checkouts: what there is.
        waiting: people already waiting; they are served on top within ``drain_s``.
    """
    per_s = rate.per_s + checkouts.caution * rate.sd_per_s + waiting / checkouts.drain_s
    demand = Demand(max(0.0, per_s), service_s, service_cv)
    for lanes in range(checkouts.least, checkouts.lanes):
        if level.reached(lanes, parallel(lanes, demand)) >= level.share:
            return lanes
    return checkouts.lanes


def parallel(lanes: int, demand: Demand) -> Demand:
    """Give the demand that one queue for all would have to feel like these parallel lanes."""
    if lanes == 1:
        return demand
    return Demand(demand.per_s, demand.service_s * (1 + PARALLEL_LOSS), demand.service_cv)
