"""Waits told by the queue: who came, who went ahead, and whose turn it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from edge_agent.measures.arrivals import LAG_S, Arrivals
from edge_agent.measures.belief import Belief
from edge_agent.measures.gait import Gait
from edge_agent.measures.lanes import Role
from edge_agent.measures.members import Member, Sighting
from edge_agent.measures.turns import FREE_S, Turns
from edge_agent.zones.crowd import Crowd

BOX = (0.4, 0.2, 0.5, 0.6)


def member(person: int, service_s: float, place: float = 0.0) -> Member:
    """Somebody at the till since then."""
    spot = (0.45, 0.6)
    sighting = Sighting(person, Role.SERVICE, spot, BOX, place, True, spot, Gait())
    return replace(Member.new(sighting, service_s), service_s=service_s, joined_s=service_s)


def watched(
    joins: list[float], starts: list[float], until_s: float, error: float = 0.0
) -> Arrivals:
    """A queue seen five times a second, with an error that comes and goes."""
    arrivals, left = Arrivals(), sorted(starts)
    for k in range(round(until_s * 5)):
        t_s = k / 5
        while left and left[0] <= t_s - 3.0:
            arrivals.start(left.pop(0))
        number = sum(j <= t_s for j in joins) - sum(s <= t_s for s in starts)
        noisy = number + error * math.sin(1.7 * t_s)
        arrivals.note(max(noisy, 0.0), None, t_s + LAG_S)
    return arrivals


@pytest.mark.parametrize("error", [0.0, 0.3])
def test_the_nth_to_come_is_the_nth_to_be_served(error: float) -> None:
    joins, starts = [20.0, 35.0, 60.0], [70.0, 100.0]
    arrivals = watched(joins, starts, 140.0, error)
    third = arrivals.start(130.0)
    assert third.seen
    assert third.joined_s == pytest.approx(60.0, abs=2.0)


def test_who_comes_straight_to_a_free_till_did_not_wait() -> None:
    arrivals = watched([], [], 60.0)
    assert arrivals.start(50.0).joined_s == pytest.approx(50.0, abs=1.0)


def test_of_who_was_there_first_nobody_saw_the_beginning() -> None:
    arrivals = watched([-1.0], [], 60.0)
    assert not arrivals.start(50.0).seen


def test_a_queue_is_shorter_by_who_stepped_up() -> None:
    arrivals = watched([5.0, 10.0], [40.0], 44.0)
    assert arrivals.shorter_by(40.0) == pytest.approx(1.0, abs=0.2)
    assert math.isnan(Arrivals().shorter_by(40.0))


def test_another_track_at_the_till_is_the_same_shopper_while_nobody_stepped_up() -> None:
    turns = Turns()
    assert turns.begins(member(1, 10.0), math.nan)
    turns.begin(member(1, 10.0))
    turns.ended(replace(member(1, 10.0), end_s=20.0))
    assert not turns.begins(member(2, 21.0), 0.1)
    assert turns.begins(member(3, 30.0), 0.9)


def test_who_walked_off_past_the_till_lets_the_next_one_begin() -> None:
    turns = Turns()
    turns.begin(member(1, 10.0))
    turns.ended(replace(member(1, 10.0, place=-0.3), end_s=20.0))
    assert turns.begins(member(2, 22.0), 0.0)
    before = turns.begin(member(2, 22.0))
    assert before is not None
    assert before.end_s == 20.0


def test_a_turn_is_over_when_the_till_stays_free() -> None:
    turns = Turns()
    turns.begin(member(1, 10.0))
    assert turns.over(20.0, busy=True) is None
    turns.ended(replace(member(1, 10.0), end_s=20.0))
    assert turns.over(20.0 + FREE_S / 2, busy=False) is None
    over = turns.over(20.0 + FREE_S, busy=False)
    assert over is not None
    assert over.first.person == 1
    assert turns.over(40.0, busy=False) is None


def test_a_turn_whose_end_nobody_saw_is_over_since_the_till_is_free() -> None:
    turns = Turns()
    turns.begin(member(1, 10.0))
    assert turns.over(30.0, busy=True) is None
    over = turns.over(30.0 + FREE_S, busy=False)
    assert over is not None
    assert over.end_s == 30.0
    assert turns.begins(member(2, 60.0), 0.0)


def test_whose_boxes_are_worth_little_is_doubted_until_they_are_worth_more() -> None:
    belief = Belief()

    def look(chance: float) -> list[bool]:
        crowd = Crowd(
            np.array([0.9, chance]), np.ones(2), np.ones((2, 1), np.bool_), np.array([1, 2])
        )
        return belief.update(crowd, [1, 2, 3], 0.2)

    assert look(0.1) == [False, True, False]
    for _ in range(10):
        doubted = look(0.9)
    assert doubted == [False, False, False]
    assert belief.update(None, [1, 2], 0.2) == [False, False]
