"""What a look at a lane shows, in numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.measures.gait import Gait
from edge_agent.measures.lane_look import (
    FIRST,
    KINDS,
    LAST,
    NUMBERS,
    PLACES,
    Stand,
    Told,
    numbers,
    stand,
)
from edge_agent.measures.lanes import LaneShape, Role
from edge_agent.measures.members import Member, Sighting, Stage
from edge_agent.zones.crowd import Crowd

# A lane that goes straight up the picture, from the till at .9 to its end at .1.
SHAPE = LaneShape("1", True, True, (0.5, 0.9), (0.0, -1.25))
TOLD = Told(1.5, 0.9, 1.2, 1, 1.4, 0.8, 2, 1)
people = st.lists(
    st.tuples(st.floats(-1.0, 2.0), st.floats(0.0, 1.0), st.integers(0, KINDS - 1)), max_size=15
)


def crowd(*seen: tuple[float, float, int]) -> Crowd:
    """Somebody at each x, y with an id; all look .3 tall."""
    n = len(seen)
    feet = np.array([(x, y) for x, y, _ in seen]).reshape(n, 2)
    ids = np.array([person for *_, person in seen], np.int64)
    inside = np.ones((n, 1), np.bool_)
    return Crowd(np.full(n, 0.8), np.full(n, 0.5), inside, ids, feet, np.full(n, 0.3))


def member(stage: Stage, place: float, seen_s: float, service_s: float = math.nan) -> Member:
    spot = (0.5, 0.5)
    role = Role.SERVICE if stage is Stage.SERVED else Role.QUEUE
    sighting = Sighting(3, role, spot, (0.4, 0.2, 0.6, 0.5), place, True, spot, Gait())
    made = Member.new(sighting, seen_s)
    made.stage, made.service_s = stage, service_s
    return made


@given(people)
def test_nobody_is_lost_or_doubled_in_a_profile(seen: list[tuple[float, float, int]]) -> None:
    kinds = np.zeros((len(seen), KINDS), np.bool_)
    for row, (_, _, kind) in enumerate(seen):
        kinds[row, kind] = True
    place, worth = (np.array([s[k] for s in seen], np.float64) for k in (0, 1))
    profiles = Stand(place, worth, kinds, 0.0, 0.3).profiles()
    assert profiles.shape == (KINDS, PLACES)
    assert (profiles >= 0.0).all()
    for kind in range(KINDS):
        assert profiles[kind].sum() == pytest.approx(worth[kinds[:, kind]].sum(), abs=1e-5)


@given(st.floats(FIRST, LAST))
def test_a_profile_tells_where_somebody_stands(place: float) -> None:
    kinds = np.eye(KINDS, dtype=np.bool_)[:1]
    profile = Stand(np.array([place]), np.ones(1), kinds, 0.0, 0.3).profiles()[0]
    # The last point but a hair is where those beyond it are put.
    assert profile @ np.linspace(FIRST, LAST, PLACES) == pytest.approx(place, abs=1e-3)


def test_everybody_is_put_where_they_stand_and_what_they_do() -> None:
    there = crowd((0.5, 0.9, 1), (0.5, 0.5, 2), (0.5, 0.1, -1), (0.6, 0.5, 4), (0.95, 0.5, 5))
    queue = np.array([False, True, True, False, False])
    till = np.array([True, False, False, False, False])
    stood = stand(there, (queue, till), SHAPE, 1.0, {9}, walking={4}, served={1}, waiting={2})
    # The last one is too far aside.
    assert stood.place == pytest.approx([0.0, 0.5, 1.0, 0.5])
    assert stood.worth == pytest.approx([0.4] * 4)
    assert [row.nonzero()[0].tolist() for row in stood.kinds] == [[1, 4], [0, 5], [0], [2, 3]]
    assert stood.step == pytest.approx(0.3 * 1.25)


def test_the_cashier_is_no_shopper() -> None:
    there = crowd((0.5, 0.9, 1), (0.5, 0.95, 9))
    both = np.array([True, True])
    stood = stand(there, (both & False, both), SHAPE, 1.0, {9}, set(), set(), set())
    assert stood.place == pytest.approx([0.0])
    assert stood.cashier == pytest.approx(0.4)


def test_an_empty_lane_has_numbers_too() -> None:
    there = crowd()
    nobody = np.empty(0, np.bool_)
    stood = stand(there, (nobody, nobody), SHAPE, 1.0, set(), set(), set(), set())
    told = numbers(TOLD, stood, [], 10.0, math.nan)
    assert len(told) == NUMBERS
    assert np.isfinite(told).all()
    assert not stood.profiles().any()


def test_numbers_tell_how_far_everybody_has_come() -> None:
    stood = Stand(np.empty(0), np.empty(0), np.empty((0, KINDS), np.bool_), 0.0, 0.3)
    members = [
        member(Stage.WAITING, 0.4, 10.0),
        member(Stage.WAITING, 0.3, 8.0),
        member(Stage.SERVED, 0.05, 10.0, service_s=4.0),
        member(Stage.STAFF, 0.0, 10.0),
    ]
    told = numbers(TOLD, stood, members, 10.0, 0.5)
    assert told[:9] == [0.5, *TOLD]
    counts = np.reshape(told[11:-4], (-1, 3)).tolist()
    assert counts == [[0, 0, 0], [1, 0, 1], [1, 0, 0], [0, 0, 0]]
    first, at_till, unseen, since = told[-4:]
    assert (first, at_till, unseen) == (0.3, 0.05, 0.0)
    assert since == pytest.approx(math.log1p(6.0))
