"""What is told of a lane from look to look, and what happens by it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.measures.delays import Delays
from edge_agent.measures.lane_life import LaneLife, Line
from edge_agent.measures.lane_look import KINDS, NUMBERS, PLACES, Told, numbers
from edge_agent.measures.lane_network import TOLD, LaneNetwork, LaneNetworks
from edge_agent.measures.lane_reader import Boxes, LaneReader, Read
from edge_agent.measures.scoring import WaitScorer
from edge_agent.measures.service import ServiceTimes
from edge_agent.measures.waits import Wait, WaitBlend
from edge_agent.pipeline import learned
from messages.events import EventData, Joined, ServiceDone, WaitDone

INPUTS = NUMBERS + KINDS * PLACES
NOBODY = np.zeros((1, INPUTS), np.float32)
NONE = Boxes(0.0, 0.0)
RECORDED = Path(__file__).parents[2] / "recorded" / "lanes"


def plain(**last: list[float]) -> LaneNetwork:
    """A network that says the same of everything, or what the first number of a look asks for."""
    told = [0.0] * 6 + [9.0, -9.0, -9.0]
    layers = {
        "look": ([[1.0, 0.0]] + [[0.0, 0.0]] * INPUTS, [0.0, 0.0]),
        "new": ([[0.0] * 3] * 2, [0.0] * 3),
        "old": ([[0.0] * 3], [0.0] * 3),
        "told.0": ([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]),
        "told.1": ([last.get("by_first", [0.0] * TOLD), [0.0] * TOLD], told),
    }
    return LaneNetwork.of(
        {
            "mean": [0.0] * INPUTS,
            "spread": [1.0] * INPUTS,
            "trusted": 0.8,
            "members": [
                {
                    name: {"weights": weights, "offsets": offsets}
                    for name, (weights, offsets) in layers.items()
                }
            ],
        }
    )


def test_it_says_what_torch_says() -> None:
    # The files are made by record.py beside them.
    content, case = (
        json.loads((RECORDED / name).read_text(encoding="utf-8"))
        for name in ("network.json", "said.json")
    )
    network = LaneNetwork.of(content)
    state, before_s = network.start(1), case["t_s"][0] - 0.25
    for k, t_s in enumerate(case["t_s"]):
        look = np.array(case["looks"][k : k + 1], np.float32)
        said, state = network.read(state, look, t_s - before_s)
        before_s = t_s
        assert said[0].tolist() == pytest.approx(case["told"][k], abs=2e-3)


@pytest.mark.parametrize("network", learned(), ids=LaneNetworks._fields)
def test_what_was_learned_fits_what_a_look_shows(network: LaneNetwork) -> None:
    assert network.mean.shape == network.spread.shape == (INPUTS,)
    said, state = network.read(network.start(1), NOBODY, 0.25)
    assert said.shape == (1, TOLD)
    assert np.isfinite(said).all()
    assert np.isfinite(state).all()


@pytest.mark.parametrize("network", learned(), ids=LaneNetworks._fields)
def test_nothing_happens_in_an_empty_lane(network: LaneNetwork) -> None:
    reader = LaneReader(network, 1)
    told_without = Told(0.0, 1.0, 0.0, 0, 0.0, 0.0, 0, 0)
    look = NOBODY.copy()
    look[0, :NUMBERS] = numbers(told_without, (0.4, 1.0), [], 0.0, 0.5)
    told = [reader.read(look, [NONE], 0.25 * k)[0] for k in range(400)]
    # Of a single look nothing is known.
    assert not any(read.busy or read.started or read.waiting >= 0.5 for read in told[4:])
    assert told[-1].certainty(0) > 0.9


@pytest.mark.parametrize("network", learned(), ids=LaneNetworks._fields)
def test_whatever_is_seen_the_answer_is_a_number(network: LaneNetwork) -> None:
    rng = np.random.default_rng(0)
    state = network.start(1)
    for _ in range(50):
        look = (100.0 * rng.normal(size=(1, INPUTS))).astype(np.float32)
        said, state = network.read(state, look, 0.25)
        assert np.isfinite(said).all()


def test_what_happened_is_told_of_once() -> None:
    reader = LaneReader(plain(by_first=[0.0] * 7 + [10.0, 0.0]), 1)
    alarm = NOBODY.copy()
    alarm[0, 0] = 1.0
    looks = [NOBODY, alarm, alarm, NOBODY, alarm, *[NOBODY] * 10, alarm, alarm]
    told = [reader.read(look, [NONE], 0.25 * k)[0].started for k, look in enumerate(looks)]
    assert [k for k, started in enumerate(told) if started] == [1, 15]


def test_lanes_side_by_side_are_read_as_each_alone() -> None:
    rng = np.random.default_rng(5)
    looks = rng.normal(size=(40, 3, INPUTS)).astype(np.float32)
    network = learned().weighed
    together, *alone = LaneReader(network, 3), *(LaneReader(network, 1) for _ in range(3))
    for k, look in enumerate(looks):
        boxes = [Boxes(j, 0.5 * j) for j in range(3)]
        told = together.read(look, boxes, 0.25 * k)
        for j, reader in enumerate(alone):
            (read,) = reader.read(look[j : j + 1], boxes[j : j + 1], 0.25 * k)
            assert told[j] == pytest.approx(read, abs=1e-4)


def test_what_is_added_counts_as_far_as_it_is_trusted_and_a_party_grows_little() -> None:
    look = NOBODY.copy()
    look[0, 0] = 1.0
    more, less = [1.0, 0.0, 1.0, 0.0, 1.0], [-1.0, 0.0, -1.0, 0.0, -1.0]
    for added, told in ((more, (2.8, 2.8, 2.3)), (less, (1.2, 1.2, 1.2))):
        reader = LaneReader(plain(by_first=[*added, 0.0, 0.0, 0.0, 0.0]), 1)
        (read,) = reader.read(look, [Boxes(2.0, 2.0)], 0.0)
        assert (read.waiting, read.units, read.party) == pytest.approx(told)
        (none,) = reader.read(look, [NONE], 0.25)
        assert none.waiting >= 0.0


@pytest.mark.parametrize(
    ("by_boxes", "party", "told"), [(1.0, 1.3, 1), (1.15, 1.45, 2), (2.1, 2.4, 2), (2.4, 2.7, 3)]
)
def test_one_becomes_two_sooner_than_two_become_three(
    by_boxes: float, party: float, told: int
) -> None:
    look = NOBODY.copy()
    look[0, 0] = 1.0
    reader = LaneReader(plain(by_first=[0.0] * 4 + [1.0] + [0.0] * 4), 1)
    (read,) = reader.read(look, [Boxes(0.0, by_boxes)], 0.0)
    assert read.party == pytest.approx(party)
    assert read.served == told


@given(st.floats(0.0, 20.0), st.floats(0.05, 5.0))
def test_what_is_sure_adds_up(waiting: float, spread: float) -> None:
    read = Read(waiting, waiting, spread, 1.0, True, False, False)
    sure = [read.certainty(heads) for heads in range(200)]
    assert sum(sure) == pytest.approx(1.0, abs=1e-6)
    assert min(sure) >= 0.0


class Watched:
    """A lane of which only what happens is of interest."""

    def __init__(self) -> None:
        self.scorer = WaitScorer()
        services, blend = ServiceTimes(), WaitBlend()
        self.life = LaneLife("1", services, blend, self.scorer)

        self.t_s = 0.0

    def wait(self, units: int, for_s: float) -> list[EventData]:
        """Let so many wait, and one be served, without anything that happens."""
        return [
            event for _ in range(round(5 * for_s)) for event in self.happens(units, after_s=0.2)
        ]

    def happens(
        self, units: int, *, started: bool = False, ended: bool = False, after_s: float = 0.0
    ) -> list[EventData]:
        self.t_s += after_s
        line = Line(units, float(units), units, None)
        read = Read(units, units, 0.1, 1.0, True, started, ended)
        return self.life.events(read, line, self.t_s, lambda: (4, 7))


def test_the_life_of_a_queue_is_told() -> None:
    lane = Watched()
    assert lane.wait(0, 20.0) == []
    (came,) = lane.wait(1, 30.0)
    assert isinstance(came, Joined)
    assert (came.person, came.waiting) == (7, 0)
    (waited,) = lane.happens(0, started=True)
    assert isinstance(waited, WaitDone)
    assert (waited.person, waited.outcome) == (4, "served")
    assert waited.wait_s == pytest.approx(30.0, abs=1.5)
    assert lane.life.last_wait_s == waited.wait_s
    assert lane.wait(0, 40.0) == []
    (served,) = lane.happens(0, ended=True)
    assert isinstance(served, ServiceDone)
    assert served.person == 4
    assert served.service_s == pytest.approx(40.0)


def test_a_turn_that_nobody_saw_end_is_over_when_the_next_one_begins() -> None:
    lane = Watched()
    lane.wait(0, 20.0)
    lane.happens(0, started=True)
    assert [type(event) for event in lane.wait(0, 40.0)] == [Joined]
    assert [type(event) for event in lane.happens(0, started=True)] == [ServiceDone, WaitDone]


def test_a_wait_is_scored_against_what_was_promised() -> None:
    lane = Watched()
    promise = Wait(20.0, 40.0, Delays(20.0, None, None, 100.0))
    for k in range(250):
        line = Line(int(k >= 100), float(k >= 100), int(k >= 100), promise)
        read = Read(line.units, line.units, 0.1, 1.0, True, False, False)
        lane.life.events(read, line, k / 5, lambda: (4, 7))
    lane.t_s = 50.0
    (waited,) = lane.happens(0, started=True)
    assert isinstance(waited, WaitDone)
    assert (waited.predicted_s, waited.predicted_p90_s) == (20.0, 40.0)
    assert lane.scorer.score().n == 1
