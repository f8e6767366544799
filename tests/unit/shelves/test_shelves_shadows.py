"""What is learned of shadows: who fades together, how deep, and how RSSI behaves."""

from __future__ import annotations

import numpy as np
import pytest

from edge_agent.shelves.coupling import Coupling
from edge_agent.shelves.depth import Depths
from edge_agent.shelves.physics import Physics
from edge_agent.shelves.strength import Strength

PHYSICS = Physics()


def bodies(rng: np.random.Generator, steps: int) -> np.ndarray:
    """(steps,) True while somebody stands there: 20 s apart, 4 s long on average."""
    now, result = False, np.zeros(steps, np.bool_)
    for i in range(steps):
        now = rng.random() > 0.05 if now else rng.random() < 0.01
        result[i] = now
    return result


def test_tags_that_fade_together_speak_for_each_other_and_not_for_others() -> None:
    rng = np.random.default_rng(1)
    coupling = Coupling(1)
    n, steps = 12, 5000
    column, all_of_them = np.zeros(n, np.int64), np.ones(n, np.bool_)
    shaded = np.stack([bodies(rng, steps), bodies(rng, steps)])[np.repeat([0, 1], 6)]
    guess = np.where(shaded, 0.85, 0.02) + rng.uniform(0, 0.1, shaded.shape)
    for i in range(steps):
        coupling.learn(column, all_of_them, guess[:, i], np.ones(n), 0.2)
    coupling.refresh(0, all_of_them)
    now = np.array([0.9] * 6 + [0.03] * 6)
    known = all_of_them.copy()
    known[[2, 8]] = False
    shade = coupling.shade(now, known)
    assert shade[2] > 0.7
    assert shade[8] < 0.1


def test_before_anything_is_learned_the_whole_antenna_speaks() -> None:
    coupling = Coupling(1)
    column, known = np.zeros(10, np.int64), np.ones(10, np.bool_)
    coupling.learn(column, known, np.full(10, 0.07), np.ones(10), 0.2)
    coupling.refresh(0, known)
    quiet = coupling.shade(np.full(10, 0.02), known)
    busy = coupling.shade(np.array([0.02] + [0.95] * 9), known)
    assert busy[0] > quiet[0] + 0.2


@pytest.mark.parametrize("share", [0.02, 0.12, 0.3])
def test_the_depth_of_shadows_is_learned_although_neighbours_are_often_wrong(share: float) -> None:
    rng = np.random.default_rng(2)
    n, steps = 30, 3000
    depths = Depths(PHYSICS, 1)
    depths.resize(n)
    group, rate = np.zeros(n, np.int64), np.full(n, 0.7)
    told = np.full(n, 0.05)
    for at in bodies(rng, steps).tolist():
        # For whole shadows one tag in five is not behind the body that its neighbours tell of.
        before, told = told, np.full(n, 0.8 if at else 0.03)
        if before[0] != told[0]:
            behind = at & (rng.random(n) < 0.8)
        seen = rng.random(n) < np.where(behind, share, 1.0) * rate
        clear = np.where(seen, rate, 1 - rate)
        due = before * (1 - PHYSICS.relief_rate * 0.2) + (1 - before) * PHYSICS.onset_rate * 0.2
        depths.step(seen, clear, rate, (due, told), np.ones(n))
        depths.prove(np.flatnonzero(seen), group)
    assert depths.share[0] == pytest.approx(share, rel=0.4, abs=0.015)


def test_spread_and_loss_of_rssi_are_learned() -> None:
    rng = np.random.default_rng(3)
    strength = Strength(PHYSICS, 2)
    group = np.ones(4000, np.int64)
    strength.learn_clear(group, rng.normal(0.0, 4.5, 4000))
    shade = np.full(4000, 0.9)
    behind = rng.random(4000) < 0.9 * 0.2 / (0.9 * 0.2 + 0.1)
    strength.learn_shadowed(group, np.where(behind, -9.0, 0.0), shade, np.full(4000, 0.2))
    assert strength.sigma_db[1] == pytest.approx(4.5, rel=0.1)
    assert strength.drop_db[1] == pytest.approx(9.0, rel=0.15)
    assert strength.sigma_db[0] == PHYSICS.sigma_db
