from __future__ import annotations

import numpy as np
import pytest

from edge_agent.perception.motion import Motion
from edge_agent.perception.view import Glance
from hardware.interfaces import Image

RNG = np.random.default_rng(5)
ROOM = RNG.integers(60, 200, (36, 64, 1)).repeat(20, 0).repeat(20, 1).repeat(3, 2)


def room(person_x: int | None = None, *, sigma: float = 3.0, light: int = 0) -> Image:
    """A room of 1280×720 with sensor noise, and a figure of 50×130 px in it."""
    image = ROOM.astype(np.float32) + light
    if person_x is not None:
        image[400:530, person_x : person_x + 50] = 40 + light
    noise = RNG.normal(0.0, sigma, image.shape).astype(np.float32)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def moved(before: Image, after: Image) -> bool:
    motion = Motion()
    motion.detected(Glance(before))
    return motion.moved(Glance(after))


def test_everything_is_new_before_the_first_detection() -> None:
    assert Motion().moved(Glance(room()))


@pytest.mark.parametrize("sigma", [0.0, 3.0, 10.0])
def test_noise_is_no_movement(sigma: float) -> None:
    assert not any(moved(room(sigma=sigma), room(sigma=sigma)) for _ in range(4))


def test_a_lamp_over_the_whole_picture_is_no_movement() -> None:
    assert not moved(room(300), room(300, light=15))


@pytest.mark.parametrize("pixels", [12, 20, 60])
def test_a_step_to_the_side_is_movement(pixels: int) -> None:
    assert moved(room(500), room(500 + pixels))


def test_coming_and_going_are_movement() -> None:
    assert moved(room(), room(500))
    assert moved(room(500), room())


def test_a_slow_walk_is_seen_once_it_leads_elsewhere() -> None:
    motion = Motion()
    motion.detected(Glance(room(500)))
    steps = [motion.moved(Glance(room(500 + x))) for x in range(0, 20, 2)]
    assert not steps[0]
    assert steps[-1]


def test_another_size_is_new() -> None:
    assert moved(room(), np.ascontiguousarray(room()[:480]))
