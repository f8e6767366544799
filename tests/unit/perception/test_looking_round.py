"""What detections that look at each other say of themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edge_agent.perception.credence import OF_ONE, OF_TWO, WEIGHTS
from edge_agent.perception.looking_round import Network

RECORDED = Path(__file__).parents[2] / "recorded" / "credence"


def test_it_says_what_torch_says() -> None:
    # The files are made by record.py beside them.
    network = Network.read(RECORDED / "network.json")
    case = json.loads((RECORDED / "odds.json").read_text(encoding="utf-8"))
    each, pairs = (np.array(case[name], np.float32) for name in ("each", "pairs"))
    first, second = (np.array(case[name], np.int64) for name in ("first", "second"))
    # Somebody who looks at nobody is among them.
    assert set(first.tolist()) < set(range(len(each)))
    assert network.odds(each, pairs, first, second) == pytest.approx(case["odds"], abs=1e-3)
    assert network.family == "some-family"
    assert network.looks == 3


def test_nobody_sees_anybody() -> None:
    network = Network.read(RECORDED / "network.json")
    each = np.ones((3, OF_ONE), np.float32)
    none = np.empty(0, np.int64)
    odds = network.odds(each, np.empty((0, OF_TWO), np.float32), none, none)
    assert odds == pytest.approx(np.full(3, odds[0]))


def test_what_the_agent_uses_fits_what_it_describes() -> None:
    network = Network.read(WEIGHTS)
    assert network.layers["state.0"].weights.shape[0] == OF_ONE
    assert network.layers["0.pair"].weights.shape[0] == OF_TWO
    assert network.layers["odds.1"].weights.shape[1] == 1
