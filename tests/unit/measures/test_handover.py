"""Who is lost in a queue and found again: by place, and by the order of the queue."""

from __future__ import annotations

import pytest

from edge_agent.measures import Measures
from edge_agent.measures.handover import Handover
from edge_agent.measures.members import Stage
from messages.events import Joined, WaitDone
from tests.unit.measures.test_joining import ahead
from tests.unit.measures.test_lane_measures import CAMERA, CASHIER, Film

TILL = (0.3, 0.7)
SHOPPER = (50, TILL)


@pytest.fixture
def film() -> Film:
    """A till with a shopper, watched for a while."""
    film = Film(Measures(CAMERA))
    film.show(dict([CASHIER, SHOPPER]), 10)
    return film


def arrive(film: Film, person: int, y: float, *others: tuple[int, tuple[float, float]]) -> None:
    """Let somebody walk into the queue from outside, in five seconds."""
    for part in range(24):
        way = (0.9 - 0.6 * part / 23, y)
        film.show({person: way, **dict([CASHIER, SHOPPER, *others])}, 0.125)
    film.show({person: (0.3, y), **dict([CASHIER, SHOPPER, *others])}, 2)


def waits(film: Film) -> list[WaitDone]:
    """The waits told of that ended with a service."""
    return [e for e in film.events if isinstance(e, WaitDone) and e.outcome == "served"]


def test_who_is_lost_for_long_keeps_the_wait(film: Film) -> None:
    arrive(film, 1, 0.5)
    joined_s = film.t_s - 2.0
    film.show(dict([CASHIER, SHOPPER]), 40)
    film.walk(SHOPPER[0], (TILL, (0.5, 0.9)), 1.5)
    film.show(dict([CASHIER]), 2)
    start_s = film.t_s
    film.show({2: TILL, **dict([CASHIER])}, 6)
    (wait,) = waits(film)
    assert wait.person == 1
    assert wait.wait_s == pytest.approx(start_s - joined_s, abs=2.0)


def test_who_is_lost_while_the_till_is_busy_is_waited_for_a_while(film: Film) -> None:
    arrive(film, 1, 0.5)
    lost = film.show(dict([CASHIER, SHOPPER]), 9).lanes["1"]
    given_up = film.show(dict([CASHIER, SHOPPER]), 30).lanes["1"]
    assert lost.wait_s is not None
    assert given_up.wait_s is not None
    assert lost.wait_s > given_up.wait_s


def test_two_who_change_tracks_are_served_in_the_order_in_which_they_came(film: Film) -> None:
    arrive(film, 1, 0.5)
    film.show({1: (0.3, 0.5), **dict([CASHIER, SHOPPER])}, 30)
    arrive(film, 2, 0.3, (1, (0.3, 0.5)))
    film.show(dict([CASHIER, SHOPPER]), 30)
    film.walk(SHOPPER[0], (TILL, (0.5, 0.9)), 1.5)
    film.show(dict([CASHIER]), 2)
    film.show({3: TILL, **dict([CASHIER])}, 20)
    film.walk(3, (TILL, (0.5, 0.9)), 1.5)
    film.show(dict([CASHIER]), 2)
    film.show({4: TILL, **dict([CASHIER])}, 6)
    first, second = waits(film)
    assert (first.person, second.person) == (1, 2)
    assert second.wait_s < first.wait_s + 5.0


def test_who_comes_straight_to_a_free_till_did_not_wait() -> None:
    film = Film(Measures(CAMERA))
    film.show(dict([CASHIER, SHOPPER]), 10)
    film.walk(SHOPPER[0], (TILL, (0.5, 0.9)), 1.5)
    film.show(dict([CASHIER]), 12)
    film.show({1: TILL, **dict([CASHIER])}, 6)
    (wait,) = waits(film)
    assert wait.wait_s == pytest.approx(0.0, abs=1.0)


def test_a_till_that_stands_free_ends_the_search(film: Film) -> None:
    arrive(film, 1, 0.5)
    film.show(dict([CASHIER, SHOPPER]), 20)
    film.walk(SHOPPER[0], (TILL, (0.5, 0.9)), 1.5)
    # Whoever waited would have stepped up.
    film.show(dict([CASHIER]), 20)
    film.show({2: TILL, **dict([CASHIER])}, 6)
    assert [w.person for w in waits(film)] == [2]


def test_who_walked_in_alone_is_nobodys_second_box(film: Film) -> None:
    arrive(film, 1, 0.5)
    arrive(film, 2, 0.2, (1, (0.3, 0.5)))
    # For a moment their heads are one in the picture.
    film.show({1: (0.3, 0.5), 2: (0.303, 0.5), **dict([CASHIER, SHOPPER])}, 2)
    readings = film.show({1: (0.3, 0.5), 2: (0.3, 0.42), **dict([CASHIER, SHOPPER])}, 2)
    assert readings.lanes["1"].waiting == 2
    joined = [e.person for e in film.events if isinstance(e, Joined)]
    assert joined.count(2) == 1, "never taken for gone"


def test_who_walks_slowly_through_joins_nothing(film: Film) -> None:
    for part in range(72):
        # Half a body's width a second.
        x = 0.45 - 0.3 * part / 71
        film.show({1: (x, 0.3), **dict([CASHIER, SHOPPER])}, 0.125)
    film.show(dict([CASHIER, SHOPPER]), 15)
    assert [e.person for e in film.events if isinstance(e, Joined)] == [SHOPPER[0]]


def gave_up(film: Film) -> list[WaitDone]:
    """The waits told of that ended without a service."""
    return [e for e in film.events if isinstance(e, WaitDone) and e.outcome != "served"]


def test_who_walks_out_of_the_queue_gave_up(film: Film) -> None:
    arrive(film, 1, 0.5)
    film.walk(1, ((0.3, 0.5), (0.9, 0.5)), 4.0, SHOPPER)
    film.show({1: (0.9, 0.5), **dict([CASHIER, SHOPPER])}, 15)
    assert [(w.person, w.outcome) for w in gave_up(film)] == [(1, "reneged")]


def test_who_goes_past_the_till_gave_nothing_up(film: Film) -> None:
    arrive(film, 1, 0.5)
    film.walk(1, ((0.3, 0.5), (0.36, 0.95)), 3.0, SHOPPER)
    film.show({1: (0.36, 0.95), **dict([CASHIER, SHOPPER])}, 15)
    assert gave_up(film) == []


def test_of_who_was_lost_on_the_way_nobody_knows_who_leaves(film: Film) -> None:
    arrive(film, 1, 0.5)
    film.show(dict([CASHIER, SHOPPER]), 10)
    film.show({2: (0.3, 0.5), **dict([CASHIER, SHOPPER])}, 5)
    film.walk(2, ((0.3, 0.5), (0.9, 0.5)), 4.0, SHOPPER)
    film.show({2: (0.9, 0.5), **dict([CASHIER, SHOPPER])}, 15)
    assert gave_up(film) == []


@pytest.mark.parametrize(("steepness", "counts"), [(0.15, True), (0.5, False)])
def test_in_a_flat_view_people_stay_hidden_for_longer(steepness: float, counts: bool) -> None:
    handover, served, lost = Handover(), ahead(0.0, Stage.SERVED), ahead(2.0)
    handover.lost(lost)
    found = handover.hidden([served], lost.seen_s + 40.0, steepness)
    assert found == ([lost] if counts else [])
