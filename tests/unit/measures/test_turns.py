"""Whose turn it is at a till."""

from __future__ import annotations

import math

from edge_agent.measures.turns import FREE_S, LEAST_S, NEW_S, Turns


def watched(until_s: float, joins: tuple[float, ...] = ()) -> Turns:
    """A till that nobody has come to yet, with a queue that grows."""
    turns = Turns()
    for k in range(round(until_s * 5)):
        t_s = k / 5
        turns.note(float(sum(join <= t_s for join in joins)), None, t_s)
        turns.look(t_s, busy=False)
    return turns


def test_a_turn_begins_and_ends() -> None:
    turns = watched(60.0, joins=(20.0,))
    began = turns.begin(7, 50.0)
    assert (began.person, began.known) == (7, True)
    assert 28.0 < began.wait_s < 33.0
    assert math.isnan(began.after_s)
    over = turns.end(75.0)
    assert over is not None
    assert (over.began, over.end_s, over.whole) == (began, 75.0, True)
    assert turns.end(76.0) is None
    assert turns.begin(8, 78.0).after_s == 3.0


def test_no_turn_ends_as_soon_as_it_begins() -> None:
    turns = watched(60.0)
    turns.begin(7, 50.0)
    assert turns.end(50.0 + LEAST_S / 2) is None
    assert turns.end(50.0 + LEAST_S) is not None


def test_the_next_turn_ends_one_whose_end_nobody_saw() -> None:
    turns = watched(60.0)
    assert turns.next(50.0) is None
    began = turns.begin(7, 50.0)
    over = turns.next(80.0)
    assert over is not None
    assert (over.began, over.end_s, over.whole) == (began, 80.0, False)


def test_a_turn_is_over_when_the_till_stays_free() -> None:
    turns = watched(60.0)
    turns.begin(7, 60.0)
    assert turns.look(80.0, busy=True) is None
    assert turns.look(80.0 + FREE_S / 2, busy=False) is None
    over = turns.look(80.0 + FREE_S, busy=False)
    assert over is not None
    assert (over.end_s, over.whole) == (80.0, False)
    assert turns.look(120.0, busy=False) is None


def test_who_was_there_when_the_camera_began_is_not_told_of() -> None:
    turns = watched(2.0)
    assert not turns.begin(7, NEW_S / 2).known
    turns.restart()
    assert not turns.begin(8, 300.0).known


def after(turns: Turns, units: int, t_s: float) -> int:
    """How many joined when so many wait for three seconds."""
    return sum(turns.joined(units, t_s + k / 5) for k in range(15))


def test_who_joined_is_who_waits_or_went_ahead() -> None:
    turns = watched(60.0)
    told = [after(turns, units, 60.0 + 3 * k) for k, units in enumerate([0, 1, 1, 2, 1, 2, 3])]
    # A number that goes down and up again is nobody new.
    assert told == [0, 1, 0, 1, 0, 0, 1]
    turns.begin(1, 90.0)
    assert turns.joined(3, 90.0) == 0
    assert after(turns, 2, 91.0) == 0
    turns.begin(2, 100.0)
    turns.begin(3, 110.0)
    assert after(turns, 0, 110.0) == 0
    # Straight to the till.
    turns.begin(4, 120.0)
    assert after(turns, 0, 120.0) == 1


def test_who_gave_up_is_forgotten_with_the_queue() -> None:
    turns = watched(60.0)
    assert [after(turns, units, 60.0) for units in (2, 1, 0, 1)] == [2, 0, 0, 1]


def test_who_was_there_first_has_not_joined() -> None:
    turns = watched(1.0)
    assert turns.joined(3, 1.0) == 0
    assert after(turns, 3, 60.0) == 0
    assert after(turns, 4, 65.0) == 1
