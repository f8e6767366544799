"""MOT figures beside those of TrackEval 1.3.0, the reference code of the MOT challenge."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.tracking.figures import on_drawn
from benchmarks.tracking.mot import Scene, judge


def walk(seed: int, frames: int = 60, people: int = 6) -> list[Scene]:
    """People who walk, and a tracker that misses some, sees ghosts, forgets and swaps ids."""
    rng = np.random.default_rng(seed)
    scenes = []
    place, speed = rng.uniform(0, 300, (people, 2)), rng.normal(0, 3, (people, 2))
    names, fresh, size = np.arange(people), 100, np.array([30, 80])
    found = names.copy() + 10
    for _ in range(frames):
        place = place + speed
        truth = np.concatenate([place, place + size], 1)
        for person in range(people):
            if rng.random() < 0.03:
                found[person], fresh = fresh, fresh + 1
        if rng.random() < 0.05:
            first, second = rng.choice(people, 2, replace=False)
            found[[first, second]] = found[[second, first]]
        seen = rng.random(people) < 0.9
        boxes, ids = truth[seen] + rng.normal(0, 4, (int(seen.sum()), 4)), found[seen]
        if rng.random() < 0.2:
            corner = rng.uniform(0, 300, 2)
            boxes = np.vstack([boxes, np.concatenate([corner, corner + size])])
            ids, fresh = np.append(ids, fresh), fresh + 1
        here = rng.random(people) < 0.95
        scenes.append(Scene(names[here], truth[here], ids, boxes))
    return scenes


@pytest.mark.parametrize(
    ("seed", "hota", "det_a", "ass_a", "mota", "switches", "idf1"),
    [
        (1, 0.468300, 0.596903, 0.367594, 0.742690, 12, 0.600000),
        (2, 0.465467, 0.603649, 0.359127, 0.747059, 13, 0.590308),
        (3, 0.349598, 0.612875, 0.200193, 0.752187, 20, 0.348463),
    ],
)
def test_as_the_reference_code(
    seed: int, hota: float, det_a: float, ass_a: float, mota: float, switches: int, idf1: float
) -> None:
    figures = judge(walk(seed))
    assert figures.hota == pytest.approx(hota, abs=2e-6)
    assert figures.det_a == pytest.approx(det_a, abs=2e-6)
    assert figures.ass_a == pytest.approx(ass_a, abs=2e-6)
    assert figures.mota == pytest.approx(mota, abs=2e-6)
    assert figures.switches == switches
    assert figures.idf1 == pytest.approx(idf1, abs=2e-6)


def test_a_perfect_tracker() -> None:
    scenes = [Scene(s.people, s.boxes, s.people + 7, s.boxes) for s in walk(4)]
    figures = judge(scenes)
    assert (figures.mota, figures.idf1, figures.hota) == (1.0, 1.0, 1.0)
    assert (figures.switches, figures.count_mae) == (0, 0.0)


def test_nobody_followed() -> None:
    none = np.empty(0, np.int64), np.empty((0, 4))
    figures = judge([Scene(s.people, s.boxes, *none) for s in walk(5)])
    assert (figures.mota, figures.hota, figures.switches) == (0.0, 0.0, 0)


@pytest.mark.parametrize(("view", "seed"), [("corner", 1), ("corner", 2), ("high", 2)])
def test_people_of_a_drawn_shop_keep_their_ids(view: str, seed: int) -> None:
    """The whole way from picture to tracks; queues and shoppers who walk past each other."""
    figures = on_drawn(view, seed=seed, seconds=15.0)
    assert figures.mota > 0.75
    assert figures.idf1 > 0.85
    assert figures.hota > 0.68
    assert figures.switches <= 1
