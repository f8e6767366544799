"""What the agent believes of a detection can be learned anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.credence.examples import Example, of_shop
from edge_agent.perception.credence import OF_ONE, OF_TWO
from edge_agent.perception.looking_round import Network as Used

SHOP = 3


@pytest.fixture(scope="module")
def shop() -> list[Example]:
    return of_shop(SHOP)


def test_of_each_person_one_box_is_the_real_one(shop: list[Example]) -> None:
    for example in shop:
        each, pairs, first, second = example.found
        assert each.shape == (len(example.real), OF_ONE)
        assert pairs.shape == (len(first), OF_TWO) == (len(second), OF_TWO)
        assert np.isfinite(each).all()
        assert np.isfinite(pairs).all()
        assert (example.shop, example.heads.shape) == (SHOP, (len(each), 2))
    assert {example.solid for example in shop} == {False, True}
    real = np.concatenate([example.real for example in shop])
    sure = np.concatenate([example.found.each[:, 0] > 0.5 for example in shop])
    # Between none and all: dozens of people in some thousand boxes.
    assert 0.05 < real.mean() < 0.5
    assert real[sure].mean() > 0.9 > 0.5 > real[~sure].mean()


@pytest.mark.export
@pytest.mark.filterwarnings("default")  # torch warns of itself
def test_a_network_learns_and_the_agent_reads_what_it_writes(
    shop: list[Example], tmp_path: Path
) -> None:
    from benchmarks.credence.network import Network, loss, miscount

    known, judged = shop[::2], shop[1::2]
    alone, whole = (n.learn(known, 200) for n in (Network(1, looks=0), Network()))
    assert loss(whole.chances(judged), judged) < loss(alone.chances(judged), judged)
    assert miscount(whole.chances(judged), judged) < miscount(alone.chances(judged), judged)
    whole.write(tmp_path / "credence.json", "some-family")
    used = Used.read(tmp_path / "credence.json")
    (told,) = whole.chances(judged[:1])
    each, pairs, first, second = judged[0].found
    odds = used.odds(each, pairs.astype(np.float32), first.astype(int), second.astype(int))
    assert 1.0 / (1.0 + np.exp(-odds)) == pytest.approx(told, abs=1e-2)
    empty = [replace(e, real=np.zeros_like(e.real)) for e in judged]
    assert miscount([e.real for e in empty], empty) == 0.0
