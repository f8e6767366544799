"""How many wait, from everything in the queue that may be a person."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.measures.crowd import CHANGED, Boxes, CrowdLength, LaneBoxes, Length

chances = st.lists(st.floats(0.0, 1.0), max_size=12)


def once(chance: list[float], people: list[int]) -> Boxes:
    """What a single look saw."""
    return Boxes(chance, [1.0] * len(chance), people)


class Watch:
    """Looks five times a second at the same queue."""

    def __init__(self) -> None:
        self.length = CrowdLength()
        self.t_s = 0.0

    def look(self, chance: list[float], for_s: float, people: list[int] | None = None) -> Length:
        boxes = once(chance, [-1] * len(chance) if people is None else people)
        told = None
        for _ in range(round(for_s * 5)):
            told = self.length.update(boxes, {7}, self.t_s)
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


def test_who_passes_does_not_count() -> None:
    assert Watch().look([1.0, 1.0], 1.0, people=[3, 7]).heads == 1


def test_in_a_flat_view_who_is_known_to_be_served_does_not_wait_and_the_other_way_round() -> None:
    lane = LaneBoxes(once([0.9, 0.8, 0.7], [1, 2, -1]), once([0.6, 0.5], [3, 4]))
    assert lane.sorted({1, 3}, {2, 4}, flat=0.0) == lane
    queue, till = lane.sorted({1, 3}, {2, 4}, flat=1.0)
    assert _counting(queue) == [(0.9, 1), (0.7, -1), (0.6, 3)]
    assert _counting(till) == [(0.8, 2), (0.5, 4)]


@given(chances, chances, st.floats(0.0, 1.0))
def test_who_is_sorted_is_neither_lost_nor_doubled(
    queue: list[float], till: list[float], flat: float
) -> None:
    people = iter(range(100))
    lane = LaneBoxes(*(once(part, [next(people) for _ in part]) for part in (queue, till)))
    parts = lane.sorted(set(range(0, 100, 2)), set(range(1, 100, 2)), flat)
    assert sum(part.number() for part in parts) == pytest.approx(sum(queue) + sum(till))


def _counting(boxes: Boxes) -> list[tuple[float, int]]:
    return [(chance, who) for chance, weight, who in zip(*boxes, strict=True) if weight > 0.0]


def test_two_looks_count_by_their_weight() -> None:
    # One look sees two people, the other one of them, and is as sure.
    boxes = Boxes([1.0, 1.0, 1.0], [0.4, 0.4, 0.6], [-1, -1, -1])
    length = CrowdLength().update(boxes, {7}, 0.0)
    assert length.number == pytest.approx(1.4)
    assert length.certainty == pytest.approx(1.0)


def test_after_a_restart_nothing_of_before_is_left() -> None:
    watch = Watch()
    watch.look([1.0] * 6, 5.0)
    watch.length.restart()
    assert watch.look([], 0.2) == Length(0, 0.0, 1.0)


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
