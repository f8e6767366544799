"""How many wait, from everything in the queue that may be a person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.measures.crowd import CHANGED, CrowdLength, Length, Rounded, Sum, Sums, sums
from edge_agent.measures.lane_look import ARRIVES, SERVED, WAITS, WALKS, Crowds

chances = st.lists(st.floats(0.0, 1.0), max_size=12)


def weigh(
    queue: Sequence[float],
    till: Sequence[float],
    does: Sequence[int],
    flat: float = 0.0,
    weight: Sequence[float] = (),
) -> Sums:
    """Add up one lane in which so much stands in the queue and then at the till."""
    chance = np.array([*queue, *till], np.float64)
    n = len(chance)
    in_queue = (np.arange(n) < len(queue))[None]
    worth = chance * weight if len(weight) else chance
    seen = Crowds(
        [-1] * n,
        chance,
        worth,
        in_queue,
        ~in_queue,
        in_queue | True,
        np.zeros((1, n)),
        [0.0],
        [0.3],
    )
    (told,) = sums(seen, np.array(does, np.uint8).reshape(1, n), flat)
    return told


class Watch:
    """Looks five times a second at the same queue."""

    def __init__(self) -> None:
        self.length = CrowdLength()
        self.t_s = 0.0

    def look(self, chance: list[float], for_s: float) -> Length:
        told = None
        there = Sum(sum(chance), sum(c * c for c in chance))
        for _ in range(round(for_s * 5)):
            told = self.length.update(there, self.t_s)
            self.t_s += 0.2
        assert told is not None
        return told


def test_the_first_look_is_told_at_once() -> None:
    assert Watch().look([0.9, 0.95, 0.2], 0.2).heads == 2


def test_one_more_is_told_within_three_seconds_and_so_is_one_less() -> None:
    watch = Watch()
    assert watch.look([1.0, 1.0], 5.0).heads == 2
    assert watch.look([1.0, 1.0, 1.0], 2.4).heads == 3
    assert watch.look([1.0, 1.0], 2.4).heads == 2


def test_somebody_found_every_other_time_does_not_flicker() -> None:
    watch = Watch()
    watch.look([1.0, 1.0], 5.0)
    told = [watch.look([1.0, 1.0, 0.8 * (k % 2)], 0.2).heads for k in range(50)]
    assert sum(a != b for a, b in pairwise(told)) <= 1


def test_many_doubtful_boxes_add_up() -> None:
    told = Watch().look([0.5, 0.5, 0.5, 0.5], 1.0)
    assert told.heads == 2
    assert told.certainty == pytest.approx(0.5)


def test_who_passes_does_not_wait_and_who_walks_up_not_yet() -> None:
    told = weigh([1.0, 1.0, 1.0, 1.0], [], [WAITS, WALKS, ARRIVES, WALKS | WAITS])
    assert told.in_queue == pytest.approx(4.0)
    assert told.standing.number == pytest.approx(3.0)
    assert told.ahead.number == pytest.approx(2.0)


def test_in_a_flat_view_who_is_known_to_be_served_does_not_wait_and_the_other_way_round() -> None:
    lane = [0.9, 0.8, 0.7], [0.6, 0.5], [WAITS, SERVED, 0, WAITS, SERVED]
    steep, flat, between = (weigh(*lane, flat=share) for share in (0.0, 1.0, 0.5))
    for told in (steep, flat, between):
        assert (told.in_queue, told.at_till) == pytest.approx((2.4, 1.1))
    waits = [told.standing.number for told in (steep, flat, between)]
    assert waits == pytest.approx([2.4, 0.9 + 0.7 + 0.6, 2.3])
    assert flat.served == pytest.approx(0.8 + 0.5)


@given(chances, chances, st.floats(0.0, 1.0), st.randoms())
def test_who_is_sorted_is_neither_lost_nor_doubled(
    queue: list[float], till: list[float], flat: float, rng: Random
) -> None:
    does = rng.choices((0, WAITS, SERVED), k=len(queue) + len(till))
    told = weigh(queue, till, does, flat)
    everybody = pytest.approx(sum(queue) + sum(till))
    assert told.in_queue + told.at_till == everybody
    assert told.standing.number + told.served == everybody


def test_two_looks_count_by_their_weight() -> None:
    # One look sees two people, the other one of them, and is as sure.
    there = weigh([1.0, 1.0, 1.0], [], [0, 0, 0], weight=[0.4, 0.4, 0.6]).standing
    length = CrowdLength().update(there, 0.0)
    assert length.number == pytest.approx(1.4)
    assert length.certainty == pytest.approx(1.0)


@given(chances)
def test_the_length_is_near_the_sum_of_the_chances(chance: list[float]) -> None:
    told = Watch().look(chance, 8.0)
    assert abs(told.heads - sum(chance)) <= CHANGED + 0.01
    assert 0.0 <= told.certainty <= 1.0
    assert not math.isnan(told.certainty)


@given(chances, chances)
def test_what_is_told_is_soon_that_of_now(before: list[float], after: list[float]) -> None:
    watch = Watch()
    watch.look(before, 3.0)
    # Twelve people who all leave at once are an extreme; each time constant halves it and more.
    assert abs(watch.look(after, 10.0).heads - sum(after)) <= CHANGED + 0.05


@pytest.mark.parametrize(("spread", "told"), [(0.05, [2, 2, 3, 3, 2]), (1.0, [2, 2, 2, 3, 3])])
def test_what_is_sure_is_told_sooner_and_still_does_not_flicker(
    spread: float, told: list[int]
) -> None:
    rounded = Rounded()
    assert [rounded.update(number, spread) for number in (2.0, 2.5, 2.6, 2.7, 2.4)] == told
