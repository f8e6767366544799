"""Restock alerts of simulated shelves, through the agent's filter, beside what truly lay there."""

from __future__ import annotations

import pytest

from benchmarks.gateway.restock import LATEST_S, run


@pytest.mark.slow
def test_each_shortage_is_told_once_and_soon() -> None:
    result = run("usual", seed=3, length_s=420.0)
    assert result.short >= 2, "the run must have something to find"
    assert (result.right, result.found) == (result.raised, result.short)
    assert result.latest_s <= LATEST_S
    assert result.flaps <= 1
