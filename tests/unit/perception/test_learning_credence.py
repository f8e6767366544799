"""What the agent believes of a detection can be learned anew, and was learned by this network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.credence.examples import of_shop
from benchmarks.credence.network import Network, loss
from edge_agent.perception import credence
from models.detections import Detections


def test_a_network_learns_what_no_sum_of_its_inputs_tells() -> None:
    rng = np.random.default_rng(3)
    inputs = rng.normal(5.0, 3.0, (2000, 2))
    real = ((inputs[:, 0] > 5.0) ^ (inputs[:, 1] > 5.0)).astype(float)
    network = Network(inputs[:1500], real[:1500], steps=2500)
    assert loss(network.chance(inputs[1500:]), real[1500:]) < 0.3
    assert loss(np.full(500, 0.5), real[1500:]) == pytest.approx(0.693, abs=1e-3)


def test_the_agent_reads_what_a_network_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(300, credence.FEATURES))
    network = Network(inputs, (inputs[:, 0] > 0.0).astype(float), steps=50)
    network.write(tmp_path / "credence.json", "some-family")
    boxes = np.array([[100, 100, 180, 300], [120, 90, 200, 280]], np.float32)
    found = Detections(boxes, np.array([0.75, 0.5], np.float32))
    tall = np.full(2, 200.0)
    described = credence.features(
        *(a.astype(float) for a in (boxes, found.scores, found.support)), tall
    )
    monkeypatch.setattr(credence, "WEIGHTS", tmp_path / "credence.json")
    credence._learned.cache_clear()
    try:
        assert credence.chances(found, tall) == pytest.approx(network.chance(described), abs=1e-3)
        assert credence.knows("some-family")
    finally:
        credence._learned.cache_clear()


def test_of_each_person_one_box_is_the_real_one() -> None:
    shop = of_shop(3)
    assert shop.inputs.shape == (len(shop.real), credence.FEATURES)
    assert np.isfinite(shop.inputs).all()
    # Between none and all: dozens of people in some thousand boxes.
    assert 0.05 < shop.real.mean() < 0.5
    sure = shop.inputs[:, 0] > 0.5
    assert shop.real[sure].mean() > 0.9 > 0.5 > shop.real[~sure].mean()


def test_what_the_agent_uses_has_the_right_shape() -> None:
    layers = json.loads(credence.WEIGHTS.read_text(encoding="utf-8"))["layers"]
    shapes = [np.array(layer["weights"]).shape for layer in layers]
    assert shapes[0][0] == credence.FEATURES
    assert shapes[-1][1] == 1
