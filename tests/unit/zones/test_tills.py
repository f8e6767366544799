"""Who is probably at a till."""

from __future__ import annotations

import numpy as np

from edge_agent.config import DwellZone, ServiceZone, Zone
from edge_agent.zones.tills import Tills
from models.detections import Detections

SIZE = (1000, 500)
TILL = ServiceZone(
    id="s", kind="service", lane="1", polygon=((0.4, 0.7), (0.6, 0.7), (0.6, 1.0), (0.4, 1.0))
)
ROOM = DwellZone(id="room", kind="dwell", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


def standing(*people: tuple[float, float, float]) -> Detections:
    """People of a score whose feet are at x, y in pixels."""
    boxes = [[x - 30.0, y - 180.0, x + 30.0, y] for x, y, _ in people]
    scores = [score for _, _, score in people]
    return Detections(np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32))


def likely(zones: list[Zone], people: Detections) -> list[bool] | None:
    found = Tills(zones).likely(people, SIZE)
    return None if found is None else found.tolist()


def test_one_at_each_till_is_likely_and_the_best_score_is_the_one() -> None:
    other = TILL.model_copy(
        update={"id": "t", "polygon": ((0.7, 0.7), (0.9, 0.7), (0.9, 1.0), (0.7, 1.0))}
    )
    people = standing((300, 400, 0.9), (500, 400, 0.2), (510, 420, 0.3), (800, 400, 0.12))
    assert likely([ROOM, TILL, other], people) == [False, False, True, True]


def test_feet_below_the_picture_are_at_a_till_that_reaches_its_border() -> None:
    assert likely([TILL], standing((500, 500, 0.3), (500, 540, 0.2))) == [True, False]


def test_nobody_at_the_till_and_nobody_at_all() -> None:
    assert likely([TILL], standing((300, 400, 0.9))) == [False]
    assert likely([TILL], standing()) == []


def test_a_camera_without_tills_expects_nobody() -> None:
    assert likely([ROOM], standing((500, 400, 0.9))) is None
