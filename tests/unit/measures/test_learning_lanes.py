"""What the agent knows of lanes can be learned anew."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.lanes import days, examples
from benchmarks.lanes.days import of_day
from benchmarks.lanes.examples import Example, Lanes, of_shop
from edge_agent.measures.lane_look import KINDS, NUMBERS, PLACES
from edge_agent.measures.lane_network import EVENTS, LaneNetwork
from edge_agent.measures.lane_reader import Boxes, LaneReader

SHOP, SECONDS = 3, 60.0


def right(lane: Example, number: int = SHOP) -> None:
    """Looks and truth belong together."""
    n = len(lane.t_s)
    assert lane.looks.shape == (n, NUMBERS + KINDS * PLACES)
    assert np.isfinite(lane.looks).all()
    assert (lane.boxes.shape, lane.truth.shape, lane.shop) == ((n, 2), (n, 3), number)
    assert (np.diff(lane.t_s) > 0.19).all()
    assert (lane.truth[:, 2] <= lane.truth[:, 0]).all()
    assert set(lane.events) == set(EVENTS)


@pytest.fixture(scope="module")
def seen() -> Lanes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "SECONDS", SECONDS)
        return of_shop(SHOP)


@pytest.fixture(scope="module")
def lanes(seen: Lanes) -> list[Example]:
    return seen.weighed


def test_tracks_alone_are_looked_at_beside_all_boxes(seen: Lanes) -> None:
    assert len(seen.followed) == len(seen.weighed)
    for lane, beside in zip(seen.followed, seen.weighed, strict=True):
        right(lane)
        assert (lane.truth == beside.truth).all()
        assert not np.allclose(lane.boxes, beside.boxes)


def test_looks_come_with_the_truth(lanes: list[Example]) -> None:
    assert len(lanes) > 1
    for lane in lanes:
        right(lane)
        assert all(abs(t_s) <= SECONDS for happened in lane.events.values() for t_s in happened)
    # A full shop, of which the boxes tell most of the truth.
    number = np.concatenate([lane.boxes[:, 0] for lane in lanes])
    truth = np.concatenate([lane.truth[:, 0] for lane in lanes])
    assert truth.mean() > 0.5
    assert np.abs(number - truth).mean() < 0.75 * np.abs(truth - truth.mean()).mean() + 0.5


@pytest.mark.parametrize("number", [0, 1])
def test_days_come_with_the_truth(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    for name in ("DAY_S", "SHOP_S"):
        monkeypatch.setattr(days, name, 900.0)
    lanes = of_day(number)
    assert lanes
    for lane in lanes:
        right(lane, number)
    truth = np.concatenate([lane.truth[:, 0] for lane in lanes])
    followed = np.concatenate([lane.boxes[:, 0] for lane in lanes])
    assert truth.mean() > 0.05
    assert np.abs(followed - truth).mean() < 0.75 * np.abs(truth - truth.mean()).mean() + 0.2


@pytest.mark.export
@pytest.mark.filterwarnings("default")  # torch warns of itself
def test_a_network_learns_and_the_agent_reads_what_it_writes(lanes: list[Example]) -> None:
    from benchmarks.lanes.__main__ import judge
    from benchmarks.lanes.network import Network, School, together

    networks = [Network(School(60), seed=k).learn(lanes) for k in range(2)]
    used, *alone = (LaneNetwork.of(together(n)) for n in (networks, networks[:1], networks[1:]))
    look = lanes[0].looks[9:10]
    told, *each = (net.read(net.start(1), look, 0.25)[0] for net in (used, *alone))
    assert told == pytest.approx(np.mean(each, axis=0), abs=1e-2)
    reader = LaneReader(used, 1)
    busy = [
        reader.read(row[None], [Boxes(*boxes)], t_s)[0].busy == (truth[1] > 0)
        for lane in lanes
        for row, boxes, t_s, truth in zip(
            lane.looks, lane.boxes.tolist(), lane.t_s.tolist(), lane.truth, strict=True
        )
    ]
    served = np.concatenate([lane.truth[:, 1] > 0 for lane in lanes])
    assert np.mean(busy) > max(served.mean(), 1.0 - served.mean()) - 0.05
    assert f"{len(lanes)} lanes" in judge(used, lanes)
