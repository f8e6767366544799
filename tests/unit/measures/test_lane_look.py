"""What a look at a lane shows, in numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.measures.gait import Gait
from edge_agent.measures.lane_look import (
    FIRST,
    KINDS,
    LAST,
    NUMBERS,
    PLACES,
    SERVED,
    WAITS,
    WALKS,
    Crowds,
    LaneSides,
    Told,
    numbers,
)
from edge_agent.measures.lanes import LaneShape, Role
from edge_agent.measures.members import Member, Sighting, Stage
from edge_agent.zones.crowd import Crowd

# A lane that goes straight up the picture, from the till at .9 to its end at .1.
SHAPE = LaneShape("1", True, True, (0.5, 0.9), (0.0, -1.25))
ZONES = "queue", "till"
SIDES = LaneSides([SHAPE], [{"queue"}], [{"till"}])
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


def beside(seen: list[tuple[float, float, int]]) -> tuple[Crowds, NDArray[np.uint8]]:
    """People at a place, of a worth, each of a kind of its own, in one lane."""
    n = len(seen)
    place, worth = (np.array([s[k] for s in seen], np.float64) for k in (0, 1))
    kind = np.array([s[2] for s in seen], np.intp)
    queue, till, near = (kind == 0)[None], (kind == 1)[None], np.ones((1, n), np.bool_)
    there = Crowds([-1] * n, worth, worth, queue, till, near, place[None], [0.0], [0.3])
    return there, np.array([0, 0, 0, WALKS, SERVED, WAITS], np.uint8)[kind][None]


@given(people)
def test_nobody_is_lost_or_doubled_in_a_profile(seen: list[tuple[float, float, int]]) -> None:
    there, who = beside(seen)
    (profiles,) = there.profiles(who)
    assert profiles.shape == (KINDS, PLACES)
    assert (profiles >= 0.0).all()
    # Everybody stands in the queue, at the till or beside both, whatever they do.
    worth = sum(worth for _, worth, _ in seen)
    assert profiles[:3].sum() == pytest.approx(worth, abs=1e-5)
    for kind in (0, 1, 3, 4, 5):
        of_kind = sum(worth for _, worth, it in seen if it == kind)
        assert profiles[kind].sum() == pytest.approx(of_kind, abs=1e-5)


@given(st.floats(FIRST, LAST))
def test_a_profile_tells_where_somebody_stands(place: float) -> None:
    there, who = beside([(place, 1.0, 0)])
    profile = there.profiles(who)[0, 0]
    # The last point but a hair is where those beyond it are put.
    assert profile @ np.linspace(FIRST, LAST, PLACES) == pytest.approx(place, abs=1e-3)


def test_everybody_is_put_where_they_stand() -> None:
    # The last one is too far aside.
    there = crowd((0.5, 0.9, 1), (0.5, 0.5, 2), (0.5, 0.1, -1), (0.6, 0.5, 4), (0.95, 0.5, 5))
    inside = np.array([[0, 1], [1, 0], [1, 0], [0, 0], [0, 0]], np.bool_)
    seen = SIDES.look(replace(there, inside=inside), ZONES, 1.0, {9})
    assert seen.people == [1, 2, -1, 4, 5]
    assert seen.place[0] == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.5])
    assert seen.near.tolist() == [[True, True, True, True, False]]
    assert (seen.queue[0].tolist(), seen.till[0].tolist()) == (
        [False, True, True, False, False], [True, False, False, False, False],
    )  # fmt: skip
    assert seen.worth == pytest.approx([0.4] * 5)
    assert seen.step == pytest.approx([0.3 * 1.25])
    # In a wide picture one of its width is further.
    assert not SIDES.look(replace(there, inside=inside), ZONES, 4.0, {9}).near[0, 3]


def test_the_cashier_is_no_shopper() -> None:
    there = crowd((0.5, 0.9, 1), (0.5, 0.95, 9))
    seen = SIDES.look(replace(there, inside=np.array([[0, 1]] * 2, np.bool_)), ZONES, 1.0, {9})
    assert seen.worth == pytest.approx([0.4, 0.0])
    assert seen.cashier == pytest.approx([0.4])


def test_a_lane_that_slants_across_the_picture_is_as_wide_on_both_sides() -> None:
    slanting = LaneShape("1", True, True, (0.3, 0.7), (0.5, -1.0))
    sides = LaneSides([SHAPE, slanting], [{"queue"}] * 2, [{"till"}] * 2)
    half = np.array([0.3, 0.7]) + 0.5 * np.array(slanting.axis) / 1.25
    # Places are told square to the lane in shares of the picture, which is twice as wide as high.
    aside = np.array([1.0, 0.5])
    aside *= 0.3 / math.hypot(2.0 * aside[0], aside[1])
    for share, near in ((1.15, True), (-1.15, True), (1.25, False), (-1.25, False)):
        spot = half + share * aside
        there = replace(crowd((*spot, 1)), inside=np.zeros((1, 2), np.bool_))
        assert sides.look(there, ZONES, 2.0, set()).near[1, 0] == near


def test_an_empty_lane_has_numbers_too() -> None:
    seen = SIDES.look(replace(crowd(), inside=np.ones((0, 2), np.bool_)), ZONES, 1.0, set())
    told = numbers(TOLD, (seen.step[0], seen.cashier[0]), [], 10.0, math.nan)
    assert len(told) == NUMBERS
    assert np.isfinite(told).all()
    assert not seen.profiles(np.zeros((1, 0), np.uint8)).any()


def test_numbers_tell_how_far_everybody_has_come() -> None:
    members = [
        member(Stage.WAITING, 0.4, 10.0),
        member(Stage.WAITING, 0.3, 8.0),
        member(Stage.SERVED, 0.05, 10.0, service_s=4.0),
        member(Stage.STAFF, 0.0, 10.0),
    ]
    told = numbers(TOLD, (0.3, 0.0), members, 10.0, 0.5)
    assert told[:9] == [0.5, *TOLD]
    counts = np.reshape(told[11:-4], (-1, 3)).tolist()
    assert counts == [[0, 0, 0], [1, 0, 1], [1, 0, 0], [0, 0, 0]]
    first, at_till, unseen, since = told[-4:]
    assert (first, at_till, unseen) == (0.3, 0.05, 0.0)
    assert since == pytest.approx(math.log1p(6.0))
