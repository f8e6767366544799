"""The simulated shop: the same seed gives the same day, and the truth adds up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from simulators.scene.scene import Scene
from simulators.scene.settings import SceneSettings, busy, quiet


def test_the_same_seed_gives_the_same_events_however_time_is_cut() -> None:
    coarse, fine = Scene(busy(), seed=4), Scene(busy(), seed=4)
    coarse.advance(900.0)
    for step in range(9000):
        fine.advance(0.1 * (step + 1))
    fine.advance(max(900.0, fine.now_s))
    assert [e for e in fine.take_events() if e.t_s < 899.0] == [
        e for e in coarse.take_events() if e.t_s < 899.0
    ]


def test_another_seed_gives_another_day() -> None:
    first, second = Scene(busy(), seed=1), Scene(busy(), seed=2)
    first.advance(600.0)
    second.advance(600.0)
    assert first.take_events() != second.take_events()


def test_five_people_put_into_a_queue_wait_there_at_once() -> None:
    scene = Scene(quiet())
    scene.pause_lane("1", paused=True)
    scene.add_to_queue("1", 5)
    assert scene.snapshot().lanes["1"].waiting == 5
    ys = [b.pose.y for b in scene.snapshot().bodies if b.lane == "1" and b.role == "shopper"]
    assert ys == sorted(ys)
    scene.advance(60.0)
    assert scene.snapshot().lanes["1"].waiting == 5


def test_an_open_lane_serves_its_queue() -> None:
    scene = Scene(quiet())
    scene.add_to_queue("1", 5)
    scene.advance(600.0)
    truth = scene.snapshot().lanes["1"]
    assert (truth.waiting, truth.served) == (0, 0)
    events = Counter(event.event for event in scene.take_events())
    assert events["joined"] == events["service_start"] == events["service_end"] == 5


def test_a_cleared_queue_is_empty_and_the_lane_goes_on() -> None:
    scene = Scene(quiet())
    scene.add_to_queue("1", 4)
    scene.advance(5.0)
    scene.clear_queue("1")
    assert scene.snapshot().lanes["1"].waiting == scene.snapshot().lanes["1"].served == 0
    scene.add_to_queue("1", 1)
    scene.advance(10.0)
    assert scene.snapshot().lanes["1"].served == 1


def test_people_change_to_a_lane_that_opens() -> None:
    scene = Scene(quiet(), seed=3)
    scene.pause_lane("1", paused=True)
    scene.add_to_queue("1", 6)
    scene.set_lane("2", is_open=True)
    scene.advance(30.0)
    lanes = scene.snapshot().lanes
    assert lanes["2"].state == "open"
    assert lanes["2"].waiting + lanes["2"].served >= 1
    assert any(event.event == "jockeyed" for event in scene.take_events())


def test_a_lane_that_closes_serves_those_who_wait_then_the_cashier_leaves() -> None:
    scene = Scene(quiet())
    scene.add_to_queue("1", 2)
    scene.set_lane("1", is_open=False)
    assert scene.snapshot().lanes["1"].state == "closing"
    scene.advance(400.0)
    assert scene.snapshot().lanes["1"].state == "closed"
    assert not [b for b in scene.snapshot().bodies if b.role == "cashier"]


def test_a_cashier_who_just_leaves_serves_nobody_on() -> None:
    scene = Scene(quiet())
    scene.add_to_queue("1", 3)
    scene.advance(6.0)
    assert scene.snapshot().lanes["1"].served == 1
    scene.set_lane("1", is_open=False, at_once=True)
    truth = scene.snapshot().lanes["1"]
    assert (truth.state, truth.served, truth.waiting) == ("closed", 0, 2)
    scene.advance(60.0)
    assert scene.snapshot().lanes["1"].waiting == 2
    scene.set_lane("1", is_open=True)
    scene.advance(600.0)
    assert scene.snapshot().lanes["1"].waiting == 0


def test_arrivals_can_be_turned_up_and_off() -> None:
    scene = Scene(quiet())
    scene.set_arrivals(600.0)
    scene.advance(120.0)
    came = len(scene.floor.people)
    assert came > 8
    scene.set_arrivals(0.0)
    scene.take_events()
    scene.advance(180.0)
    assert len([e for e in scene.take_events() if e.event == "crossing" and e.t_s > 140.0]) < 5


def test_who_finds_no_open_lane_leaves_in_the_end() -> None:
    scene = Scene(replace(quiet(open_lanes=()), browse_only=0.0, shop_s=1.0))
    scene.set_arrivals(300.0)
    scene.advance(60.0)
    scene.set_arrivals(0.0)
    scene.advance(1500.0)
    assert not scene.floor.people


def test_every_person_who_came_in_is_inside_or_went_out() -> None:
    # Passers-by leave on the left, not over the line.
    scene = Scene(replace(busy(), passers_per_hour=0.0), seed=8)
    scene.advance(1800.0)
    events = scene.take_events()
    into = {e.person for e in events if e.event == "crossing" and e.direction == "in"}
    out = {e.person for e in events if e.event == "crossing" and e.direction == "out"}
    here = set(scene.floor.people)
    assert into <= out | here
    assert len(into) > 50


def test_the_line_of_a_lane_holds_those_who_wait() -> None:
    scene = Scene(busy(), seed=8)
    for minute in range(1, 30):
        scene.advance(60.0 * minute)
        snapshot = scene.snapshot()
        people = {body.person: body for body in snapshot.bodies}
        for lane, truth in snapshot.lanes.items():
            assert truth.waiting == len(truth.line)
            assert all(people[number].lane == lane for number in truth.line)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda scene: scene.add_to_queue("9", 1), KeyError),
        (lambda scene: scene.add_to_queue("1", 0), ValueError),
        (lambda scene: scene.set_lane("9", is_open=True), KeyError),
        (lambda scene: scene.set_arrivals(-1.0), ValueError),
        (lambda scene: scene.advance(-1.0), ValueError),
        (lambda scene: scene.take("S9", 1), KeyError),
        (lambda scene: scene.put_back("00", None), KeyError),
    ],
)
def test_nonsense_is_refused(call, error) -> None:
    scene = Scene(quiet())
    with pytest.raises(error):
        call(scene)


def test_a_lane_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected some of \['1', '2'\], found \['7'\]"):
        SceneSettings(open_lanes=("7",))


def test_items_picked_are_off_the_shelf_until_they_are_put_back() -> None:
    scene = Scene(quiet())
    taken = scene.take("S1", 3)
    assert len(scene.stock.on("S1")) == 7
    scene.put_back(taken[0])
    assert len(scene.stock.on("S1")) == 8
    scene.put_back(taken[1], "S2")
    assert scene.stock.place(taken[1]) == "S2"
