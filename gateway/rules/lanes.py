"""Rules about checkout lanes and zones with service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from gateway.config import LaneKind
from gateway.forecast.store import StoreNeed
from gateway.rule_settings import (
    AssistantSettings,
    CloseLaneSettings,
    HelpSettings,
    OpenLaneSettings,
    UnattendedSettings,
    WaitSettings,
)
from gateway.rules.advice import reason
from gateway.rules.findings import Finding, Labels, Verdict, label, measured_with
from gateway.state.view import LaneView, StoreView
from messages.fields import LaneState
from messages.payloads import Text

Needs = Callable[[StoreView], StoreNeed | None]
"""Gives the lanes that the forecast needs, None while it does not know."""


def unknown(_view: StoreView) -> StoreNeed | None:
    """Give no forecast."""
    return None


class OpenLane:
    """Ask for one more lane when a queue is too long and no open lane has room.

    An uneven queue beside an idle lane is no reason to open a third one: the screens send
    people over.
    """

    name: ClassVar[str] = "open_lane"
    opening_hours_only: ClassVar[bool] = True

    def __init__(
        self,
        settings: OpenLaneSettings,
        labels: Labels,
        needs: Needs = unknown,
        kinds: Mapping[str, LaneKind] | None = None,
    ) -> None:
        self._settings = settings
        self._kinds = kinds or {}
        self._labels = labels
        self._needs = needs if settings.ahead else unknown

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give the one finding about all lanes together."""
        if not view.lanes:
            return
        seen = [lane for lane in view.lanes.values() if lane.blind is None]
        verdict, text = self._verdict(seen), self._text(seen)
        need = self._needs(view)
        if need is not None and verdict is not Verdict.BAD:
            verdict, text = self._look_ahead(need, seen, verdict, text)
        yield Finding(
            self.name,
            "lanes",
            verdict,
            "warning",
            text,
            self._settings,
            ("lanes", *_hangs_on(seen)),
        )

    def _verdict(self, seen: Sequence[LaneView]) -> Verdict:
        if not seen:
            return Verdict.UNKNOWN
        busy = [lane for lane in seen if lane.state is not LaneState.CLOSED or lane.waiting]
        room = any(lane.state is LaneState.OPEN and self._short(lane) for lane in seen)
        if any(self._long(lane) for lane in busy):
            return Verdict.BETWEEN if room else Verdict.BAD
        return Verdict.GOOD if all(self._short(lane) for lane in busy) else Verdict.BETWEEN

    def _look_ahead(
        self, need: StoreNeed, seen: Sequence[LaneView], verdict: Verdict, text: Text
    ) -> tuple[Verdict, Text]:
        short = {kind for kind, (have, one) in need.kinds.items() if one.wanted > have}
        closed = [
            lane.lane
            for lane in seen
            if lane.state is LaneState.CLOSED and self._kinds.get(lane.lane, "staffed") in short
        ]
        if closed:
            why, other = reason(need), label(self._labels, closed[0])
            return Verdict.BAD, Text(
                zh=f"{why.zh}。请开启{other.zh}", en=f"{why.en}. Please open {other.en}"
            )
        # Needed in a quarter of an hour: not asked for yet, and no reason to take it back either.
        return (Verdict.BETWEEN if need.in_15min > need.have else verdict), text

    def _long(self, lane: LaneView) -> bool:
        limit = self._settings
        waits = (lane.wait_s or 0.0) >= limit.wait_s
        # One queue before many machines moves on quickly: there only the wait tells.
        return waits or ((lane.waiting or 0) >= limit.waiting and not self._machines(lane))

    def _machines(self, lane: LaneView) -> bool:
        return self._kinds.get(lane.lane) == "self_checkout"

    def _short(self, lane: LaneView) -> bool:
        limit = self._settings
        waits = (lane.wait_s or 0.0) > limit.clear_wait_s
        few = (lane.waiting or 0) <= limit.clear_waiting or self._machines(lane)
        return few and not waits

    def _text(self, seen: Sequence[LaneView]) -> Text:
        if not seen:
            return Text(zh="收银台情况未知", en="Nothing is known of the lanes")
        worst = max(seen, key=lambda lane: (lane.waiting or 0, lane.wait_s or 0.0))
        queue = _queue(worst, self._labels)
        closed = [lane.lane for lane in seen if lane.state is LaneState.CLOSED]
        if not closed:
            return Text(zh=f"{queue.zh}。请增开收银台", en=f"{queue.en}. Please open one more lane")
        other = label(self._labels, closed[0])
        return Text(zh=f"{queue.zh}。请开启{other.zh}", en=f"{queue.en}. Please open {other.en}")


class CloseLane:
    """Say that a lane can close when hardly anybody waits in the whole store."""

    name: ClassVar[str] = "close_lane"
    opening_hours_only: ClassVar[bool] = True

    def __init__(self, settings: CloseLaneSettings, labels: Labels, needs: Needs = unknown) -> None:
        self._settings = settings
        self._labels = labels
        self._needs = needs if settings.ahead else unknown

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give the one finding about all lanes together."""
        lanes = list(view.lanes.values())
        if not lanes:
            return
        hangs_on = ("lanes", *_hangs_on(lanes))
        verdict, need = self._verdict(lanes), self._needs(view)
        if verdict is Verdict.BAD and need is not None and need.wanted >= need.have:
            verdict = Verdict.GOOD
        yield Finding(
            self.name, "lanes", verdict, "info", self._text(lanes), self._settings,
            hangs_on,
        )  # fmt: skip

    def _verdict(self, lanes: Sequence[LaneView]) -> Verdict:
        # A lane that nobody sees may be full: then none is closed.
        if any(lane.blind is not None for lane in lanes):
            return Verdict.UNKNOWN
        opened = sum(lane.state is LaneState.OPEN for lane in lanes)
        waiting = sum(lane.waiting or 0 for lane in lanes)
        spare = opened > self._settings.keep_open and waiting <= self._settings.waiting
        return Verdict.BAD if spare else Verdict.GOOD

    def _text(self, lanes: Sequence[LaneView]) -> Text:
        opened = [lane for lane in lanes if lane.state is LaneState.OPEN]
        idle = min(opened, key=lambda lane: (lane.waiting or 0) + (lane.served or 0), default=None)
        if idle is None:
            return Text(zh="没有开放的收银台", en="No lane is open")
        name = label(self._labels, idle.lane)
        return Text(zh=f"无人排队，可以关闭{name.zh}", en=f"Nobody is waiting. {name.en} can close")


class WaitTooLong:
    """Tell that shoppers at one lane wait too long."""

    name: ClassVar[str] = "wait"
    opening_hours_only: ClassVar[bool] = True

    def __init__(self, settings: Mapping[str, WaitSettings | None], labels: Labels) -> None:
        self._settings = settings
        self._labels = labels

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each lane that has settings."""
        for lane, settings in self._settings.items():
            if settings is not None and lane in view.lanes:
                yield self._finding(view.lanes[lane], settings)

    def _finding(self, lane: LaneView, settings: WaitSettings) -> Finding:
        wait_s = lane.wait_s
        verdict = Verdict.BETWEEN
        if wait_s is None:
            # A lane where nobody waits may give no wait.
            verdict = Verdict.GOOD if lane.waiting == 0 else Verdict.UNKNOWN
        elif wait_s >= settings.wait_s:
            verdict = Verdict.BAD
        elif wait_s < settings.clear_wait_s:
            verdict = Verdict.GOOD
        text = _queue(lane, self._labels)
        return Finding(
            self.name,
            f"lane:{lane.lane}",
            verdict,
            "warning",
            Text(zh=f"{text.zh}，等候过长", en=f"{text.en}: the wait is too long"),
            settings,
            _hangs_on([lane]),
        )


class Unattended:
    """Tell that people wait at a lane where nobody serves."""

    name: ClassVar[str] = "unattended"
    opening_hours_only: ClassVar[bool] = True

    def __init__(self, settings: Mapping[str, UnattendedSettings | None], labels: Labels) -> None:
        self._settings = settings
        self._labels = labels

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each lane that has settings."""
        for lane, settings in self._settings.items():
            if settings is not None and lane in view.lanes:
                yield self._finding(view.lanes[lane], settings)

    def _finding(self, lane: LaneView, settings: UnattendedSettings) -> Finding:
        name = label(self._labels, lane.lane)
        verdict = Verdict.GOOD
        if lane.waiting is None or lane.state is LaneState.UNKNOWN:
            verdict = Verdict.UNKNOWN
        elif lane.state is LaneState.CLOSED and lane.waiting >= settings.waiting:
            verdict = Verdict.BAD
        return Finding(
            self.name,
            f"lane:{lane.lane}",
            verdict,
            "warning",
            Text(
                zh=f"{name.zh}无人值守，有{lane.waiting}人在等",
                en=f"{name.en} has no cashier and {lane.waiting} waiting",
            ),
            settings,
            _hangs_on([lane]),
        )


class Assistant:
    """Ask for somebody at the self-checkout while it is at its busiest.

    A customer who is stuck blocks a station; with somebody there each goes on sooner.
    """

    name: ClassVar[str] = "assistant"
    opening_hours_only: ClassVar[bool] = True

    def __init__(self, settings: AssistantSettings, needs: Needs) -> None:
        self._settings = settings
        self._needs = needs

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give the one finding about self-checkout."""
        need = self._needs(view)
        verdict, stations, used = Verdict.UNKNOWN, 0, 0
        if need is not None and need.assistant is not None:
            stations, one = need.kinds["self_checkout"]
            used = max(one.now, one.in_15min)
            verdict = Verdict.BAD if need.assistant else Verdict.GOOD
        text = Text(
            zh=f"自助收银{stations}台中预计使用{used}台，请安排一名员工协助",
            en=f"{used} of {stations} self-checkout stations will be in use. "
            "Please send an assistant",
        )
        yield Finding(self.name, "lanes", verdict, "warning", text, self._settings, ("lanes",))


class HelpWanted:
    """Tell that a shopper stays long in a zone with service."""

    name: ClassVar[str] = "help"
    opening_hours_only: ClassVar[bool] = True

    def __init__(self, settings: Mapping[str, HelpSettings | None], labels: Labels) -> None:
        self._settings = settings
        self._labels = labels

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each zone with service."""
        for name, settings in self._settings.items():
            zone = view.zones.get(name)
            if settings is None or zone is None:
                continue
            verdict = Verdict.GOOD
            if zone.blind is not None:
                verdict = Verdict.UNKNOWN
            elif zone.occupancy and (zone.dwell_max_s or 0.0) >= settings.dwell_s:
                verdict = Verdict.BAD
            place = label(self._labels, name)
            text = Text(
                zh=f"{place.zh}有顾客可能需要帮助", en=f"A shopper at {place.en} may want help"
            )
            hangs_on = (f"zone:{name}", *measured_with("camera", zone.device, zone.camera))
            yield Finding(self.name, f"zone:{name}", verdict, "warning", text, settings, hangs_on)


def _queue(lane: LaneView, labels: Labels) -> Text:
    at = label(labels, lane.lane)
    waiting = "?" if lane.waiting is None else lane.waiting
    zh, en = f"{at.zh}有{waiting}人排队", f"{at.en}: {waiting} waiting"
    if lane.wait_s is not None and lane.wait_s >= 60:
        minutes = round(lane.wait_s / 60)
        zh, en = f"{zh}，约等{minutes}分钟", f"{en}, about {minutes} min"
    return Text(zh=zh, en=en)


def _hangs_on(lanes: Iterable[LaneView]) -> tuple[str, ...]:
    names: list[str] = []
    for lane in lanes:
        names += (f"lane:{lane.lane}", *measured_with("camera", lane.device, lane.camera))
    return tuple(dict.fromkeys(names))
