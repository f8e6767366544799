"""Who was seen first in the middle of a queue has waited for longer than they were seen."""

from __future__ import annotations

import numpy as np
import pytest

from edge_agent.measures import Measures
from edge_agent.measures.lane_network import TOLD, Floats, LaneNetwork, LaneNetworks
from messages.events import WaitDone
from tests.unit.measures.test_lane_measures import CAMERA, CASHIER, Film

AT_TILL, IN_QUEUE, AWAY = (0.3, 0.7), (0.3, 0.5), (0.5, 0.95)


class Knows(LaneNetwork):
    """Tells of so many more who wait than are followed, and how sure somebody is at the till."""

    def start(self, lanes: int) -> Floats:
        return np.full((1, 1, 1), 0.0, np.float32)

    def read(self, state: Floats, looks: Floats, since_s: float) -> tuple[Floats, Floats]:
        told = np.zeros((len(looks), TOLD), np.float32)
        told[:, [0, 2]] = self.mean[0]
        told[:, 6] = self.spread[0]
        return told, state


@pytest.mark.parametrize(("knows", "least_s", "most_s"), [(True, 50.0, 56.0), (False, 9.0, 15.0)])
def test_a_wait_begins_when_the_queue_grew_by_one(
    knows: bool, least_s: float, most_s: float
) -> None:
    more, none = np.zeros(1, np.float32), np.ones(1, np.float32)
    network = Knows(more, none, {}, 1.0)
    film = Film(Measures(CAMERA, LaneNetworks(network, network) if knows else None))
    film.show(dict([CASHIER]), 3)
    film.walk(1, (AWAY, AT_TILL), 3)
    film.show({1: AT_TILL, **dict([CASHIER])}, 10)
    more[0] = 1.0
    film.show({1: AT_TILL, **dict([CASHIER])}, 40)
    more[0] = 0.0
    film.show({1: AT_TILL, 2: IN_QUEUE, **dict([CASHIER])}, 8)
    film.walk(1, (AT_TILL, AWAY), 2, (2, IN_QUEUE))
    film.walk(2, (IN_QUEUE, AT_TILL), 2)
    film.show({2: AT_TILL, **dict([CASHIER])}, 10)
    (wait,) = [e for e in film.events if isinstance(e, WaitDone) and e.person == 2]
    assert wait.outcome == "served"
    assert least_s < wait.wait_s < most_s


def test_behind_somebody_at_the_till_who_is_not_followed_one_waits() -> None:
    sure = np.full(1, -5.0, np.float32)
    network = Knows(np.zeros(1, np.float32), sure, {}, 1.0)
    film = Film(Measures(CAMERA, LaneNetworks(network, network)))
    film.chances = [(-1, "d", 0.0)]
    idle = film.show(dict([CASHIER]), 6).lanes["1"]
    assert (idle.served, idle.wait_s) == (0, 0.0)
    sure[0] = 5.0
    busy = film.show(dict([CASHIER]), 2).lanes["1"]
    assert (busy.waiting, busy.served) == (0, 1)
    assert busy.wait_s is not None
    assert busy.wait_s > 5.0
    sure[0] = -5.0
    assert film.show(dict([CASHIER]), 2).lanes["1"].wait_s == 0.0
