"""Waits told by the queue: who came, and who went ahead."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edge_agent.measures.arrivals import BEFORE_S, LAG_S, Arrivals
from edge_agent.measures.belief import Belief
from edge_agent.measures.delays import Delays
from edge_agent.measures.waits import Wait
from edge_agent.zones.crowd import Crowd


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


def test_who_gave_up_was_ahead_of_nobody() -> None:
    arrivals = Arrivals()
    for k in range(400):
        t_s = k / 5
        there = (t_s >= 10.0) + (10.0 <= t_s < 50.0) * (t_s >= 15.0) + (t_s >= 45.0)
        arrivals.note(float(there) - (t_s >= 60.0), None, t_s + LAG_S)
    arrivals.left(15.0, 50.0)
    assert arrivals.start(60.0).joined_s == pytest.approx(10.0, abs=1.0)
    assert arrivals.start(75.0).joined_s == pytest.approx(45.0, abs=1.0)


def test_what_was_promised_is_what_stood_there_before_they_came() -> None:
    arrivals = Arrivals()
    promises = [Wait(float(k), 2.0 * k, Delays(float(k), None, None, 1.0)) for k in range(100)]
    for k, promise in enumerate(promises):
        arrivals.note(float(k >= 50), promise, k + LAG_S)
    began = arrivals.start(80.0)
    assert began.joined_s == 50.0
    assert began.promise == promises[round(50.0 - BEFORE_S)]
    assert arrivals.promised(1.0) is None


def test_whose_boxes_are_worth_little_is_doubted_until_they_are_worth_more() -> None:
    belief = Belief()

    def look(chance: float) -> list[bool]:
        crowd = Crowd(
            np.array([0.9, chance]),
            np.ones(2),
            np.ones((2, 1), np.bool_),
            np.array([1, 2]),
            np.zeros((2, 2)),
            np.ones(2),
        )
        return belief.update(crowd, [1, 2, 3], 0.2)

    assert look(0.1) == [False, True, False]
    for _ in range(10):
        doubted = look(0.9)
    assert doubted == [False, False, False]
    assert belief.update(None, [1, 2], 0.2) == [False, False]


def test_before_the_first_number_nobody_was_seen_to_come() -> None:
    arrivals = Arrivals()
    assert not arrivals.start(5.0).seen
    for k in range(20):
        arrivals.note(float(k > 10), None, 10.0 + k)
    arrival = arrivals.start(29.0)
    assert arrival.seen
    assert arrival.joined_s == pytest.approx(20.5, abs=1.1)
