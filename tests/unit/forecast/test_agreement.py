"""The fast checkouts of the policy bench tell the same as the drawn shop."""

from __future__ import annotations

import pytest

from benchmarks.policy.agreement import compare
from benchmarks.policy.policies import reactive


def test_the_same_shoppers_wait_as_long_in_both() -> None:
    drawn, fast = compare(lambda: reactive(2), hours=6, seed=4)
    assert len(drawn.wait_s) > 300
    assert fast.wait_s.mean() == pytest.approx(drawn.wait_s.mean(), rel=0.35)
    assert fast.lane_hours == pytest.approx(drawn.lane_hours, rel=0.15)
    assert fast.late == pytest.approx(drawn.late, abs=0.05)
