"""When somebody has begun to wait."""

from __future__ import annotations

import math

import pytest

from edge_agent.measures import joining
from edge_agent.measures.gait import Gait
from edge_agent.measures.lanes import Role
from edge_agent.measures.members import Member, Sighting, Stage

FPS = 4.0


def sighting(track: int, back_m: float, role: Role = Role.QUEUE) -> Sighting:
    """Somebody who seems to stand in a flat picture, wherever they are on the floor."""
    return Sighting(
        track, role, (0.5, 0.5), (0.4, 0.2, 0.6, 0.5), 0.3, True, (0.5, 0.5),
        Gait(slow_since_s=0.0), floor_m=(back_m, 0.0),
    )  # fmt: skip


def arrive(*places_m: float) -> Member:
    """Somebody seen at one place after the other, who walked in."""
    member = Member.new(sighting(1, places_m[0]), 0.0)
    for k, place_m in enumerate(places_m[1:], 1):
        member.move(sighting(1, place_m), k / FPS)
    return member


def ahead(back_m: float, stage: Stage = Stage.WAITING) -> Member:
    other = Member.new(sighting(2, back_m), 0.0)
    other.stage = stage
    return other


def test_who_stays_at_the_tail_waits_since_they_halted() -> None:
    member = arrive(4.0, 3.4, 2.8, 2.2, *[2.0] * 7)
    assert joining.began_s(member, [ahead(1.1), member], 2.5) == pytest.approx(0.75)


def test_who_walks_on_along_the_line_of_sight_does_not_wait() -> None:
    member = arrive(*[6.0 - 0.2 * k for k in range(16)])
    assert joining.began_s(member, [ahead(1.1), member], 15 / FPS) is None


@pytest.mark.parametrize(("stood_s", "joins"), [(2.5, False), (4.25, True)])
def test_who_halts_far_behind_the_last_one_is_on_the_way_for_a_while(
    stood_s: float, joins: bool
) -> None:
    member = arrive(*[4.5] * (round(stood_s * FPS) + 1))
    began_s = joining.began_s(member, [ahead(1.1), member], stood_s)
    assert (began_s is not None) == joins


def test_places_that_are_not_known_keep_nobody_out() -> None:
    member = arrive(*[math.nan] * 11)
    assert joining.began_s(member, [ahead(math.nan), member], 2.5) == 0.0
