"""One lane on two cameras: the head of the queue with the till, and its tail."""

from __future__ import annotations

import pytest

from edge_agent.config import CameraSettings
from edge_agent.measures.readings import LaneState, QueueData, Readings
from edge_agent.measures.shared_lanes import FRESH_S, SharedLanes

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
HEAD = CameraSettings.model_validate(
    {
        "id": "head", "source": "x",
        "zones": [
            {"id": "q1", "kind": "queue", "lane": "1", "polygon": SQUARE},
            {"id": "s1", "kind": "service", "lane": "1", "polygon": SQUARE},
            {"id": "q2", "kind": "queue", "lane": "2", "polygon": SQUARE},
        ],
    }
)  # fmt: skip
TAIL = CameraSettings.model_validate(
    {
        "id": "tail", "source": "x",
        "zones": [{"id": "q1b", "kind": "queue", "lane": "1", "polygon": SQUARE}],
    }
)  # fmt: skip


def head(waiting: int | None, t_s: float) -> Readings:
    lane = QueueData(
        lane="1", waiting=waiting, units=waiting, served=1, wait_s=60.0, wait_p90_s=90.0,
        open=LaneState.OPEN, confidence=0.9, camera="head",
    )  # fmt: skip
    return Readings(t_s, {"1": lane, "2": QueueData(lane="2", waiting=4, camera="head")})


def tail(waiting: int | None, t_s: float) -> Readings:
    lane = QueueData(lane="1", waiting=waiting, units=waiting, confidence=0.7, camera="tail")
    return Readings(t_s, {"1": lane})


@pytest.fixture
def shared() -> SharedLanes:
    return SharedLanes([HEAD, TAIL])


def test_people_of_both_parts_wait_and_the_till_tells_the_rest(shared: SharedLanes) -> None:
    shared.put("head", head(3, 10.0))
    for readings in (shared.put("tail", tail(2, 10.1)), shared.put("head", head(3, 10.2))):
        lane = readings.lanes["1"]
        assert (lane.waiting, lane.units, lane.served, lane.open) == (5, 5, 1, LaneState.OPEN)
        assert (lane.wait_s, lane.confidence, lane.camera) == (60.0, 0.7, "head")
    assert readings.lanes["2"].waiting == 4, "seen by one camera"


def test_the_till_is_told_who_waits_where_it_cannot_see(shared: SharedLanes) -> None:
    assert dict(shared.elsewhere("head", 0.0)) == {"1": None}
    shared.put("tail", tail(2, 10.0))
    assert dict(shared.elsewhere("head", 10.1)) == {"1": 2}
    assert dict(shared.elsewhere("head", 10.0 + FRESH_S + 0.1)) == {"1": None}


@pytest.mark.parametrize("later_s", [0.1, FRESH_S + 0.1])
def test_a_part_that_is_not_known_makes_the_length_unknown(
    shared: SharedLanes, later_s: float
) -> None:
    shared.put("tail", tail(None if later_s < FRESH_S else 2, 10.0))
    lane = shared.put("head", head(3, 10.0 + later_s)).lanes["1"]
    assert (lane.waiting, lane.units, lane.wait_s, lane.confidence) == (None, None, None, 0.0)
    assert (lane.served, lane.open) == (1, LaneState.OPEN), "the till is still seen"


def test_a_device_with_one_camera_a_lane_says_what_it_said() -> None:
    readings = tail(2, 1.0)
    assert SharedLanes([TAIL]).put("tail", readings) is readings
