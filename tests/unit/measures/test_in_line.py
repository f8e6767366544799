"""What follows from how people stand in a line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.measures import in_line, till
from edge_agent.measures.gait import Gait
from edge_agent.measures.lanes import LaneShape, Role
from edge_agent.measures.members import Member, Sighting
from edge_agent.measures.steady import Steady

STEEP = 0.7
PLACES = st.lists(st.floats(0.0, 8.0), max_size=8)


def member(track: int, back_m: float, aside_m: float = 0.0) -> Member:
    """Somebody who stands so far behind the till and beside the middle of the lane."""
    sighting = Sighting(
        track, Role.QUEUE, (0.5, 0.5), (0.4, 0.2, 0.6, 0.5), 0.3, True, (0.5, 0.5), Gait(),
        floor_m=(back_m, aside_m),
    )  # fmt: skip
    return Member.new(sighting, 0.0)


def line_of(*places: float) -> list[Member]:
    return [member(k, back_m) for k, back_m in enumerate(places)]


@pytest.mark.parametrize(
    ("seen", "lost_at", "counts"),
    [
        # Between two who stand a step behind each other there is nobody;
        ((1.1, 2.0, 3.0), 2.5, False),
        # where one is missing, there is one,
        ((1.1, 3.0), 2.0, True),
        # also when the line has moved up since it was seen,
        ((1.1, 3.0), 3.9, True),
        # but not from one end of the line to the other.
        ((1.1, 3.0, 4.0, 5.0, 6.0), 5.9, False),
        # The last one is hidden behind all others.
        ((1.1, 2.0), 2.9, True),
        # Where another stands now, nobody else does.
        ((1.1, 2.0), 2.1, False),
    ],
)
def test_who_is_not_seen_is_where_there_is_room(
    seen: tuple[float, ...], lost_at: float, counts: bool
) -> None:
    lost = member(9, lost_at)
    found = in_line.hidden([lost], line_of(*seen), [member(8, 0.0)])
    assert found == ([lost] if counts else [])


def test_one_gap_holds_one_person() -> None:
    lost = [member(8, 1.9), member(9, 2.1)]
    assert len(in_line.hidden(lost, line_of(1.1, 3.0), [])) == 1
    assert len(in_line.hidden(lost, line_of(1.1, 4.0), [])) == 2


@given(PLACES, PLACES)
def test_a_line_with_its_hidden_people_is_no_denser_than_people_stand(
    seen: list[float], lost: list[float]
) -> None:
    unseen = [member(100 + k, back_m) for k, back_m in enumerate(lost)]
    found = in_line.hidden(unseen, line_of(*seen), [])
    assert len(set(map(id, found))) == len(found)
    assert all(any(m is u for u in unseen) for m in found)
    length_m = max([0.0, *seen, *(m.floor_m[0] for m in found)])
    ahead = sum(back_m > in_line.TAIL_M / 2.0 for back_m in seen)
    behind = [m for m in found if m.floor_m[0] > max([0.0, *seen]) + in_line.TAIL_M]
    between = len(found) - len(behind)
    room = (length_m + (ahead + 1) * in_line.SLACK_M) / in_line.PLACE_M
    assert between <= max(room, 0.0)


def test_whose_place_nobody_knows_stays() -> None:
    lost = member(9, math.nan)
    assert in_line.hidden([lost], line_of(1.0, 2.0), []) == [lost]


def test_a_box_between_two_who_stand_close_is_nobody() -> None:
    line = line_of(1.0, 1.5, 2.0, 3.0)
    assert in_line.squeezed(line, STEEP) == [line[1]]
    assert in_line.squeezed(line_of(1.0, 1.8, 2.6), STEEP) == []


def test_people_side_by_side_are_no_squeeze() -> None:
    family = [member(1, 1.0), member(2, 1.2, 0.55), member(3, 1.5)]
    assert in_line.squeezed(family, STEEP) == []


def test_who_shows_beside_the_others_in_the_picture_is_seen_well() -> None:
    line = line_of(1.0, 1.5, 2.0)
    left, top, right, bottom = line[1].box
    line[1].box = left + 0.15, top, right + 0.15, bottom
    assert in_line.squeezed(line, STEEP) == []


def test_a_flat_view_says_nothing_of_how_close_people_stand() -> None:
    assert in_line.squeezed(line_of(1.0, 1.3, 1.6), 0.2) == []


def test_who_walks_up_joins_at_the_tail_and_not_before() -> None:
    line = line_of(1.0, 2.0)
    far, near, next_to_near = member(7, 6.0), member(8, 3.1), member(9, 4.2)
    assert in_line.joined(line, [far]) == []
    assert in_line.joined(line, [far, next_to_near, near]) == [near, next_to_near]
    assert in_line.joined([], [near]) == []


@pytest.mark.parametrize(("steepness", "frames"), [(STEEP, 4), (0.1, 8)])
def test_a_length_changes_after_a_moment_and_not_for_a_flicker(
    steepness: float, frames: int
) -> None:
    steady, two, three = Steady(), line_of(1.0, 2.0), line_of(1.0, 2.0, 3.0)
    told = [len(steady.update(two, k / 8, steepness)) for k in range(8)]
    told += [len(steady.update(three if k % 2 else two, k / 8, steepness)) for k in range(8, 40)]
    assert told == [2] * 40
    told = [len(steady.update(three, k / 8, steepness)) for k in range(40, 40 + frames)]
    assert told[-1] == 3
    steady.restart()
    assert steady.update([], 6.0, steepness) == []


def test_from_above_who_stands_beside_the_shopper_is_not_behind() -> None:
    shape = LaneShape("1", True, True, (0.5, 0.5), (0.0, -2.0))
    shopper = member(1, 0.0, -0.3)
    assert not till.is_behind(member(2, 0.1, 0.6), shopper, shape, STEEP)
    assert till.is_behind(member(3, 0.7, -0.3), shopper, shape, STEEP)
