"""What shoppers are told at a lane."""

from __future__ import annotations

import pytest

from gateway.config import LaneSettings
from gateway.rule_settings import SignageSettings
from gateway.rules.signage import Signage, band_min
from gateway.state.view import LaneView, StoreView
from messages.fields import LaneState


def lane(
    name: str, waiting: int, wait_s: float | None = None, state: LaneState = LaneState.OPEN
) -> LaneView:
    return LaneView(name, state, waiting, 1, wait_s, wait_s, 0.9, 0.0, "d", "c", None)


def view(*lanes: LaneView) -> StoreView:
    known = {x.lane: x for x in (lane("x", 0, 0.0), *lanes)}
    return StoreView(0.0, known, {}, {}, {})


@pytest.fixture
def signage() -> Signage:
    return Signage(
        SignageSettings(better_by_s=60, better_by_waiting=2),
        {
            "1": LaneSettings(id="1", position=1),
            "2": LaneSettings(id="2", position=2),
            "x": LaneSettings(id="x", position=0, kind="express"),
        },
    )


def test_the_arrow_points_to_a_clearly_faster_lane(signage: Signage) -> None:
    signs = signage.signs(view(lane("1", 5, 300), lane("2", 1, 60)))
    assert (signs["1"].go_to, signs["1"].arrow) == ("2", "right")
    assert (signs["2"].go_to, signs["2"].arrow) == (None, "none")


def test_the_arrow_stays_until_the_other_lane_is_no_better(signage: Signage) -> None:
    signage.signs(view(lane("1", 5, 300), lane("2", 1, 60)))
    assert signage.signs(view(lane("1", 3, 130), lane("2", 3, 120)))["1"].go_to == "2"
    assert signage.signs(view(lane("1", 3, 120), lane("2", 3, 120)))["1"].go_to is None
    assert signage.signs(view(lane("1", 3, 170), lane("2", 3, 120)))["1"].go_to is None


@pytest.mark.parametrize("state", [LaneState.CLOSED, LaneState.CLOSING, LaneState.UNKNOWN])
def test_shoppers_are_never_sent_to_a_lane_that_is_not_staffed(
    signage: Signage, state: LaneState
) -> None:
    signs = signage.signs(view(lane("1", 9, 900), lane("2", 0, 0, state)))
    assert signs["1"].go_to is None


def test_a_closed_lane_sends_on_to_an_open_one(signage: Signage) -> None:
    signs = signage.signs(view(lane("1", 4, 300), lane("2", 0, state=LaneState.CLOSED)))
    assert (signs["2"].go_to, signs["2"].arrow) == ("1", "left")


def test_nobody_is_sent_to_an_express_lane(signage: Signage) -> None:
    signs = signage.signs(view(lane("1", 9, 900), lane("2", 9, 900)))
    assert signs["1"].go_to is None


def test_an_unknown_lane_says_nothing(signage: Signage) -> None:
    blind = LaneView("1", blind="stale", age_s=99.0)
    sign = signage.signs(view(blind, lane("2", 1, 30)))["1"]
    assert (sign.state, sign.waiting, sign.wait_low_min) == (LaneState.UNKNOWN, None, None)
    assert sign.go_to is None


@pytest.mark.parametrize(
    ("wait_s", "p90_s", "band"),
    [
        (None, None, (None, None)),
        (0, 0, (0, 1)),
        (50, 100, (0, 2)),
        (260, 400, (4, 7)),
        (240, None, (4, 5)),
    ],
)
def test_the_band_goes_from_the_median_down_to_the_p90_up(
    wait_s: float | None, p90_s: float | None, band: tuple[int | None, int | None]
) -> None:
    assert band_min(wait_s, p90_s) == band
