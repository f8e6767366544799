"""The filter holds on shelves nobody tuned it for; the full table is in benchmarks/shelves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.shelves.scoring import run
from simulators.shelf.physics import ShelfPhysics
from simulators.shelf.shoppers import Traffic

TRAFFIC = replace(Traffic(), picks=14, gaps=1)


@pytest.mark.parametrize(
    "physics",
    [
        ShelfPhysics(),
        ShelfPhysics(overlap=0.6, overlap_db=3.0, sigma_db=4.0),
        ShelfPhysics(shadow_share=0.02, shadow_db=12.0),
    ],
    ids=["usual", "much overlap", "blocking bodies"],
)
def test_picks_and_put_backs_are_found_and_stock_is_right(physics: ShelfPhysics) -> None:
    score = run(physics, TRAFFIC, seed=5, length_s=300.0)
    assert score.recall == 1.0
    assert score.put_back_recall == 1.0
    assert score.false_picks <= 4
    assert score.ghost_moves <= 1
    assert score.stock_errors == 0
