"""Rules about checkout lanes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gateway.rule_settings import OpenLaneSettings
from gateway.rules.findings import Finding, Labels, Verdict, label
from gateway.state.view import LaneView, StoreView
from messages.payloads import LaneState, Text


class OpenLane:
    """Ask for one more lane when a queue is too long and no open lane has room.

    An uneven queue beside an idle lane is no reason to open a third one: the screens send
    people over.
    """

    name: ClassVar[str] = "open_lane"

    def __init__(self, settings: OpenLaneSettings, labels: Labels) -> None:
        self.timing = settings
        self._labels = labels

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give the one finding about all lanes together."""
        seen = [lane for lane in view.lanes.values() if lane.blind is None]
        busy = [lane for lane in seen if lane.state is not LaneState.CLOSED or lane.waiting]
        if not view.lanes:
            return
        yield Finding(self.name, "lanes", self._verdict(seen, busy), "warning", self._text(seen))

    def _verdict(self, seen: list[LaneView], busy: list[LaneView]) -> Verdict:
        if not seen:
            return Verdict.UNKNOWN
        room = any(lane.state is LaneState.OPEN and self._short(lane) for lane in seen)
        if any(self._long(lane) for lane in busy):
            return Verdict.BETWEEN if room else Verdict.BAD
        return Verdict.GOOD if all(self._short(lane) for lane in busy) else Verdict.BETWEEN

    def _long(self, lane: LaneView) -> bool:
        return (lane.waiting or 0) >= self.timing.waiting or (
            lane.wait_s or 0.0
        ) >= self.timing.wait_s

    def _short(self, lane: LaneView) -> bool:
        return (lane.waiting or 0) <= self.timing.clear_waiting and (
            lane.wait_s or 0.0
        ) <= self.timing.clear_wait_s

    def _text(self, seen: list[LaneView]) -> Text:
        if not seen:
            return Text(zh="收银台情况未知", en="Nothing is known of the lanes")
        worst = max(seen, key=lambda lane: (lane.waiting or 0, lane.wait_s or 0.0))
        at = label(self._labels, worst.lane)
        zh, en = f"{at.zh}有{worst.waiting}人排队", f"{at.en}: {worst.waiting} waiting"
        if worst.wait_s is not None and worst.wait_s >= 60:
            minutes = round(worst.wait_s / 60)
            zh, en = f"{zh}，约等{minutes}分钟", f"{en}, about {minutes} min"
        closed = [lane.lane for lane in seen if lane.state is LaneState.CLOSED]
        if not closed:
            return Text(zh=f"{zh}。请增开收银台", en=f"{en}. Please open one more lane")
        other = label(self._labels, closed[0])
        return Text(zh=f"{zh}。请开启{other.zh}", en=f"{en}. Please open {other.en}")
