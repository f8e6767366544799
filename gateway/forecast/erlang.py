"""Waiting in front of several servers, in the long run.

A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges" (1917), in the form of Kleinrock, *Queueing Systems* vol. 1,
section 3.5 (M/M/c). For service times that are not exponential the wait is scaled as Allen and
Cunneen do (A. O. Allen, *Probability, Statistics and Queueing Theory*, section 6.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


def erlang_c(servers: int, load: float) -> float:
    """Chance that somebody who arrives has to wait.

    Args:
        servers: open lanes, at least 1.
        load: arrivals a second times mean service time, in erlangs; 0 or more.

    Returns:
        0..1; 1 when the load is not below the number of servers.

    Raises:
        ValueError: no server, or a negative load.
    """
    if servers < 1 or load < 0.0:
        raise ValueError(f"expected servers >= 1 and load >= 0, found {servers} and {load}")
    if load >= servers:
        return 1.0
    # Erlang B by its stable recursion, then B to C.
    inverse = 1.0
    for k in range(1, servers + 1):
        inverse = 1.0 + inverse * k / load if load > 0.0 else math.inf
    blocked = 1.0 / inverse
    return blocked / (1.0 - load / servers * (1.0 - blocked))


@dataclass(frozen=True, slots=True)
class Demand:
    """What shoppers ask of the checkouts.

    Attributes:
        per_s: arrivals at the checkouts a second.
        service_s: mean service time.
        service_cv: coefficient of variation of the service time; 1 is exponential.
    """

    per_s: float
    service_s: float
    service_cv: float = 1.0

    @property
    def load(self) -> float:
        """Offered load in erlangs."""
        return self.per_s * self.service_s


def mean_wait_s(lanes: int, demand: Demand) -> float:
    """Mean wait in seconds; infinite when the lanes cannot cope."""
    spare = lanes - demand.load
    if spare <= 0.0:
        return math.inf
    return erlang_c(lanes, demand.load) * _wait_of_waiting_s(spare, demand)


def share_within(lanes: int, demand: Demand, wait_s: float) -> float:
    """Share of shoppers who wait at most ``wait_s``, 0..1."""
    spare = lanes - demand.load
    if spare <= 0.0:
        return 0.0
    tail = math.exp(-wait_s / _wait_of_waiting_s(spare, demand))
    return 1.0 - erlang_c(lanes, demand.load) * tail


def share_one_plus_one(lanes: int, demand: Demand) -> float:
    """Share of time with at most one waiting behind each one who is served, 0..1.

    With queues kept even that is at most ``lanes`` waiting in all:
    P(waiting > k) = C(c, a) · (a / c) ** (k + 1) for M/M/c.
    """
    if demand.load >= lanes:
        return 0.0
    return 1.0 - erlang_c(lanes, demand.load) * float((demand.load / lanes) ** (lanes + 1))


def _wait_of_waiting_s(spare: float, demand: Demand) -> float:
    """Mean wait of those who wait at all."""
    return demand.service_s / spare * (1.0 + demand.service_cv**2) / 2.0
