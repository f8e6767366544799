"""A queue that moves up is told of, after its length has settled."""

from __future__ import annotations

import pytest

from edge_agent.measures.advances import SETTLED_S, Advances
from messages.events import Advanced, EventData, Joined, WaitDone
from messages.payloads import QueueData
from tests.unit.measures.test_lane_measures import CASHIER, Film, film

__all__ = ["film"]


def joined(before: int) -> Joined:
    return Joined(lane="1", person=1, waiting=before)


def gone(outcome: str = "served") -> WaitDone:
    return WaitDone.model_validate({"lane": "1", "person": 1, "wait_s": 9.0, "outcome": outcome})


def told(*steps: tuple[float, list[EventData], int | None]) -> list[Advanced]:
    """What is told of (time, what happened, who waits)."""
    advances = Advances()
    return [
        advanced
        for t_s, events, waiting in steps
        for advanced in advances.update(events, {"1": QueueData(lane="1", waiting=waiting)}, t_s)
    ]


def test_whoever_is_served_lets_the_others_move_up() -> None:
    steps = told((0.0, [gone()], 3), (1.0, [], 2), (SETTLED_S, [], 2), (9.0, [], 2))
    assert steps == [Advanced(lane="1", waiting=2)]


def test_it_is_told_since_when_the_first_was_first() -> None:
    steps = told(
        (0.0, [joined(0)], 1), (5.0, [joined(1)], 2),
        (40.0, [gone()], 2), (43.0, [], 1), (50.0, [joined(1)], 2),
        (75.0, [gone()], 2), (78.0, [], 1),
    )  # fmt: skip
    assert [s.after_s for s in steps] == [40.0, 35.0]


def test_nobody_moves_up_where_nobody_waits() -> None:
    assert told((0.0, [joined(0)], 1), (9.0, [gone()], 1), (12.0, [], 0)) == []


def test_who_came_meanwhile_has_not_moved_up() -> None:
    assert told((0.0, [gone()], 1), (1.0, [joined(0)], 1), (3.0, [], 1)) == []
    assert told((0.0, [gone()], 1), (1.0, [joined(1)], 2), (3.0, [], 1)) == []
    assert len(told((0.0, [gone()], 2), (1.0, [joined(1)], 2), (3.0, [], 2))) == 1


def test_of_a_length_that_is_not_known_nothing_is_told() -> None:
    assert told((0.0, [gone()], 2), (3.0, [], None)) == []


def test_a_party_moves_the_queue_up_once() -> None:
    steps = told((0.0, [gone()], 3), (0.5, [gone()], 2), (3.0, [], 2), (6.0, [], 2))
    assert len(steps) == 1


@pytest.mark.parametrize("outcome", ["balked", "reneged", "jockeyed"])
def test_who_leaves_from_nobody_knows_which_place_moves_nobody(outcome: str) -> None:
    assert told((0.0, [gone(outcome)], 3), (3.0, [], 3)) == []


def test_measures_tell_of_it(film: Film) -> None:
    film.show(dict([CASHIER]), 3)
    people = {1: (0.3, 0.55), 2: (0.3, 0.37), 3: (0.3, 0.19)}
    film.show({**people, **dict([CASHIER])}, 8)
    film.walk(1, ((0.3, 0.55), (0.3, 0.7)), 1.0, (2, (0.3, 0.37)), (3, (0.3, 0.19)))
    film.show({1: (0.3, 0.7), 2: (0.3, 0.55), 3: (0.3, 0.37), **dict([CASHIER])}, 8)
    (advanced,) = [e for e in film.events if isinstance(e, Advanced)]
    assert advanced.waiting == 2
