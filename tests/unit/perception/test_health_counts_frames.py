"""A box too slow to look at every frame does not take its camera for a slow one."""

import numpy as np
import pytest

from edge_agent.perception.health import CameraHealth, HealthState
from edge_agent.perception.view import Glance
from hardware.interfaces import CameraState


@pytest.mark.parametrize(("given_fps", "state"), [(8, HealthState.OK), (3, HealthState.SLOW)])
def test_the_rate_is_that_of_the_source(given_fps: int, state: HealthState) -> None:
    noise = np.random.default_rng(1)
    shop = np.kron(noise.integers(60, 200, (9, 16, 3)), np.ones((10, 10, 1)))
    watch = CameraHealth(fps=8)
    health = watch.report(0.0, driver=CameraState.CONNECTING)
    for tick in range(1, 41 * 8):
        t_s = tick / 8
        watch.count(int(t_s * given_fps), t_s)
        if tick % 4 == 0:
            picture = (shop + noise.integers(0, 6, shop.shape)).astype(np.uint8)
            watch.see(Glance(picture), t_s)
        health = watch.report(t_s, driver=CameraState.OK)
    assert health.state is state
