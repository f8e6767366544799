"""The camera over the floor, found from heads and feet."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edge_agent.measures.lanes import LaneShape
from edge_agent.measures.perspective import ASPECT, BODY_M, FOCAL, Perspective, perspective
from edge_agent.measures.standing import Standing


class Camera:
    """A pinhole over a flat floor, in heights of its picture."""

    def __init__(self, tilt_deg: float, height_m: float, focal: float = FOCAL) -> None:
        self.tilt, self.height_m, self.focal = math.radians(tilt_deg), height_m, focal

    def picture(self, right_m: float, away_m: float, up_m: float) -> tuple[float, float]:
        """Fractions of the picture at which a point is seen."""
        down = self.height_m - up_m
        depth = away_m * math.cos(self.tilt) + down * math.sin(self.tilt)
        below = down * math.cos(self.tilt) - away_m * math.sin(self.tilt)
        return 0.5 + self.focal * right_m / depth / ASPECT, 0.5 + self.focal * below / depth

    def learned(self, near_m: float, far_m: float) -> Perspective | None:
        """What is learned from people between two distances."""
        away = np.linspace(near_m, far_m, 50)
        feet = np.array([self.picture(0.0, a, 0.0)[1] for a in away])
        heads = np.array([self.picture(0.0, a, BODY_M)[1] for a in away])
        slope, offset = np.polyfit(feet, heads, 1)
        deviation = float(feet.std())
        return perspective(
            float(slope), float(offset), feet.mean() + deviation, feet.mean() - deviation
        )


@pytest.mark.parametrize(
    ("tilt_deg", "height_m"), [(0, 2.4), (12, 2.8), (20, 3.2), (35, 5.5), (50, 6.0)]
)
def test_tilt_and_height_are_found(tilt_deg: float, height_m: float) -> None:
    found = Camera(tilt_deg, height_m).learned(3.0, 8.0)
    assert found is not None
    assert math.degrees(found.tilt) == pytest.approx(tilt_deg, abs=1.5)
    assert found.over_heads_m == pytest.approx(height_m - BODY_M, rel=0.05)


@pytest.mark.parametrize(("tilt_deg", "height_m"), [(12, 2.8), (42, 5.8)])
def test_people_stand_where_they_stand(tilt_deg: float, height_m: float) -> None:
    camera = Camera(tilt_deg, height_m)
    found = camera.learned(3.0, 8.0)
    assert found is not None
    places = np.array([(-1.0, 3.5), (0.0, 5.0), (1.3, 7.0)])
    feet = np.array([camera.picture(x, y, 0.0) for x, y in places])
    heads = np.array([camera.picture(x, y, BODY_M) for x, y in places])
    boxes = np.stack([heads[:, 0] - 0.02, heads[:, 1], heads[:, 0] + 0.02, feet[:, 1]], axis=1)
    assert pytest.approx(places, abs=0.25) == found.spots(feet, boxes).T


def test_another_lens_changes_little_where_the_camera_looks_down_steeply() -> None:
    for focal in (0.9, 1.6):
        camera = Camera(42, 5.6, focal)
        found = camera.learned(2.5, 8.0)
        assert found is not None
        feet = np.array([camera.picture(0.0, away, 0.0) for away in (3.0, 4.0, 5.0, 6.0)])
        away = found.floor(feet[:, 0], feet[:, 1], found.over_heads_m + BODY_M)[1]
        assert np.diff(away) == pytest.approx(np.ones(3), abs=0.2)


def test_what_no_camera_sees_is_unknown() -> None:
    # Heads below the feet.
    assert perspective(1.0, 0.2, 0.8, 0.4) is None


def test_places_are_told_along_the_lane() -> None:
    camera = Camera(40, 5.5)
    seen_from = camera.learned(3.0, 8.0)
    origin, end = camera.picture(1.0, 3.0, 0.0), camera.picture(1.0, 9.0, 0.0)
    axis = np.subtract(end, origin)
    axis /= axis @ axis
    shape = LaneShape("1", True, True, origin, (float(axis[0]), float(axis[1])))
    standing = Standing([shape])
    feet = np.array([camera.picture(1.0, 4.0, 0.0), camera.picture(1.5, 6.0, 0.0)])
    heads = np.array([camera.picture(1.0, 4.0, BODY_M), camera.picture(1.5, 6.0, BODY_M)])
    boxes = np.stack([heads[:, 0], heads[:, 1], heads[:, 0], feet[:, 1]], axis=1)
    back_m, aside_m = standing.spots(seen_from, feet, boxes, [0, 0])
    assert back_m == pytest.approx([1.0, 3.0], abs=0.2)
    assert np.abs(aside_m) == pytest.approx([0.0, 0.5], abs=0.1)
    assert np.isnan(standing.spots(None, feet, boxes, [0, 0])).all()
