"""What each lane's screen tells shoppers.

Shoppers see only what is staffed: an arrow never points to a lane that merely ought to open.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.config import LaneSettings
from gateway.rule_settings import SignageSettings
from gateway.state.view import LaneView, StoreView
from messages.fields import LaneState

Arrow = Literal["left", "right", "none"]


@dataclass(frozen=True, slots=True)
class LaneSign:
    """What shoppers are told at one lane; all None and unknown when nothing is known.

    Attributes:
        wait_low_min, wait_high_min: band of the wait in whole minutes, 0 is under one minute.
        go_to: an open lane that is clearly faster.
        arrow: where it lies, as a shopper sees the lanes.
    """

    lane: str
    state: LaneState = LaneState.UNKNOWN
    waiting: int | None = None
    wait_low_min: int | None = None
    wait_high_min: int | None = None
    go_to: str | None = None
    arrow: Arrow = "none"


class Signage:
    """Decides the content of all lane screens.

    An arrow, once shown, stays until the other lane is no better at all, so that it does not
    flicker.

    Args:
        settings: how much better another lane has to be.
        lanes: lane → its place and kind. Nobody is sent to a lane of another kind: a full cart
            does not belong at an express lane.
    """

    def __init__(self, settings: SignageSettings, lanes: Mapping[str, LaneSettings]) -> None:
        self._settings = settings
        self._lanes = lanes
        self._shown: dict[str, str] = {}

    def signs(self, view: StoreView) -> dict[str, LaneSign]:
        """Give the sign of each lane that has a place in the config."""
        return {lane: self._sign(view.lanes[lane], view) for lane in self._lanes}

    def _sign(self, lane: LaneView, view: StoreView) -> LaneSign:
        if lane.blind is not None or lane.waiting is None:
            self._shown.pop(lane.lane, None)
            return LaneSign(lane.lane)
        low, high = band_min(lane.wait_s, lane.wait_p90_s)
        go_to = self._better(lane, view)
        arrow: Arrow = "none"
        if go_to is not None:
            right = self._lanes[go_to].position > self._lanes[lane.lane].position
            arrow = "right" if right else "left"
        return LaneSign(lane.lane, lane.state, lane.waiting, low, high, go_to, arrow)

    def _better(self, lane: LaneView, view: StoreView) -> str | None:
        gains = {
            other: self._gain(lane, view.lanes[other])
            for other, settings in self._lanes.items()
            if other != lane.lane and settings.kind == self._lanes[lane.lane].kind
        }
        shown = self._shown.get(lane.lane)
        if shown is not None and gains.get(shown, 0.0) > 0.0:
            return shown
        best = max(gains, key=lambda other: gains[other], default=None)
        if best is not None and gains[best] >= 1.0:
            self._shown[lane.lane] = best
            return best
        self._shown.pop(lane.lane, None)
        return None

    def _gain(self, lane: LaneView, other: LaneView) -> float:
        """How much better the other lane is; 1 is enough to send people there."""
        if other.blind is not None or other.state is not LaneState.OPEN or other.waiting is None:
            return 0.0
        if lane.state is not LaneState.OPEN:
            return 1.0 + 1.0 / (1.0 + other.waiting)
        if lane.wait_s is not None and other.wait_s is not None:
            return (lane.wait_s - other.wait_s) / max(self._settings.better_by_s, 1.0)
        fewer = ((lane.waiting or 0) + (lane.served or 0)) - (other.waiting + (other.served or 0))
        return fewer / self._settings.better_by_waiting


def band_min(wait_s: float | None, wait_p90_s: float | None) -> tuple[int | None, int | None]:
    """Give the band of a wait in whole minutes, from the median down to the p90 up."""
    if wait_s is None:
        return None, None
    low = math.floor(wait_s / 60)
    high = math.ceil(max(wait_s, wait_p90_s or 0.0) / 60)
    return low, max(high, low + 1)
