"""Limits and times of the rules."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from configs.loading import CrossChecked, Key
from configs.settings import Id, Settings

Seconds = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=0)]
Severity = Literal["info", "warning", "critical"]
RuleName = Literal[
    "open_lane",
    "close_lane",
    "wait",
    "unattended",
    "assistant",
    "help",
    "restock",
    "runs_out",
    "size_gap",
    "misplaced",
    "sweep",
    "complaint",
    "kpi",
    "device",
    "sensor",
    "screen",
]


def not_under(data: Any, low: str, high: str) -> list[tuple[Key, str, str]]:
    """List the mistake when ``data[low]`` is not less than ``data[high]``."""
    try:
        wrong = float(data[low]) >= float(data[high])
    except (KeyError, TypeError, ValueError):
        return []
    return [((low,), f"less than {high} ({data[high]})", str(data[low]))] if wrong else []


class Timing(Settings):
    """When a rule speaks and when it is quiet again.

    Attributes:
        for_s: the trouble has to last so long before an alert is raised.
        clear_for_s: it has to be over for so long before the alert is resolved.
        cooldown_s: after an alert was resolved, none is raised for the same subject for so long.
    """

    for_s: Seconds = 0.0
    clear_for_s: Seconds = 0.0
    cooldown_s: Seconds = 0.0


class OpenLaneSettings(Timing, CrossChecked):
    """Ask for one more lane.

    Attributes:
        waiting: raise when so many wait at a lane and no open lane has room.
        wait_s: or when the wait there is so long.
        clear_waiting, clear_wait_s: resolve when every lane is at or under both.
        ahead: also ask when the forecast needs one more lane by the time it could be open, so
            that it is open before the queue is there.
    """

    waiting: Annotated[int, Field(ge=1)] = 4
    wait_s: Annotated[float, Field(gt=0.0)] = 300.0
    clear_waiting: Count = 2
    clear_wait_s: Seconds = 180.0
    ahead: bool = False
    for_s: Seconds = 5.0
    clear_for_s: Seconds = 30.0

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """The limits to resolve lie under those to raise."""
        return [
            *not_under(data, "clear_waiting", "waiting"),
            *not_under(data, "clear_wait_s", "wait_s"),
        ]


class CloseLaneSettings(Timing):
    """Say that a lane can close.

    Attributes:
        waiting: raise when no more than so many wait in the whole store.
        keep_open: never ask for fewer open lanes than this.
        ahead: only while the forecast needs fewer lanes than are open.
    """

    waiting: Count = 0
    keep_open: Annotated[int, Field(ge=1)] = 1
    ahead: bool = False
    for_s: Seconds = 600.0
    clear_for_s: Seconds = 10.0
    cooldown_s: Seconds = 900.0


class WaitSettings(Timing, CrossChecked):
    """Tell that shoppers wait too long at a lane.

    Attributes:
        wait_s: raise at a wait of so much.
        clear_wait_s: resolve under it.
    """

    wait_s: Annotated[float, Field(gt=0.0)] = 480.0
    clear_wait_s: Seconds = 300.0
    for_s: Seconds = 20.0
    clear_for_s: Seconds = 30.0

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """The limit to resolve lies under the one to raise."""
        return not_under(data, "clear_wait_s", "wait_s")


class UnattendedSettings(Timing):
    """Tell that people wait where nobody serves.

    Attributes:
        waiting: so many people at a lane without a cashier.
    """

    waiting: Annotated[int, Field(ge=1)] = 1
    for_s: Seconds = 45.0
    clear_for_s: Seconds = 5.0


class AssistantSettings(Timing):
    """Ask for an assistant at self-checkout; ``checkouts.assistant_from`` says when."""

    for_s: Seconds = 60.0
    clear_for_s: Seconds = 300.0


class HelpSettings(Timing):
    """Tell that a shopper seems to want help in a zone with service.

    Attributes:
        dwell_s: somebody stands there for so long.
    """

    dwell_s: Annotated[float, Field(gt=0.0)] = 120.0
    clear_for_s: Seconds = 10.0
    cooldown_s: Seconds = 60.0


class RestockSettings(Timing):
    """Ask for goods.

    Attributes:
        clear_above: resolve when the stock is more than this above the minimum, or full. With 1,
            one item to and fro neither resolves nor raises.
    """

    clear_above: Count = 0
    for_s: Seconds = 2.0
    clear_for_s: Seconds = 2.0


def _clock(text: str) -> str:
    if not re.match(r"^([01]\d|2[0-3]):[0-5]\d$", text):
        raise ValueError("a time of day such as 14:30")
    return text


class RunsOutSettings(Timing, CrossChecked):
    """Ask for goods that will run out before somebody would come round anyway.

    Attributes:
        rounds: times of day at which shelves are filled anyway; where there are none, the next
            round is taken as ``ahead_s`` away.
        ahead_s: look no further ahead than this.
        chance: raise when it is so likely that nothing is left at the next round.
        clear_chance: resolve under it.
    """

    rounds: tuple[Annotated[str, AfterValidator(_clock)], ...] = ()
    ahead_s: Annotated[float, Field(gt=0.0, le=86400.0)] = 7200.0
    chance: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.7
    clear_chance: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.4
    for_s: Seconds = 60.0
    clear_for_s: Seconds = 60.0
    cooldown_s: Seconds = 1800.0

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """The chance to resolve lies under the one to raise."""
        return not_under(data, "clear_chance", "chance")


class SizeGapSettings(Timing):
    """Tell that a size is missing on the floor while the back room has it."""

    for_s: Seconds = 60.0
    clear_for_s: Seconds = 5.0


class MisplacedSettings(Timing):
    """Tell that goods lie on the wrong shelf.

    Attributes:
        items: so many of one product.
    """

    items: Annotated[int, Field(ge=1)] = 1
    for_s: Seconds = 120.0
    clear_for_s: Seconds = 5.0


class SweepSettings(Timing):
    """Tell that many items of one product left a shelf within seconds.

    Attributes:
        shown_s: a suspicion counts for so long after it was seen.
    """

    shown_s: Annotated[float, Field(gt=0.0)] = 60.0


class ComplaintSettings(Timing):
    """Make a case of a bad rating, which a person answers and closes.

    Attributes:
        score: at or under this score, 1 (bad) to 5 (good).
    """

    score: Annotated[int, Field(ge=1, le=4)] = 2


class HealthSettings(Timing):
    """Tell that a device, camera, reader or screen does not work."""

    for_s: Seconds = 5.0
    clear_for_s: Seconds = 5.0


Measure = Literal[
    "lane_wait_s",
    "lane_waiting",
    "zone_occupancy",
    "shelf_availability",
    "store_waiting",
    "store_inside",
]


class KpiSettings(Timing, CrossChecked):
    """Tell that a measure is beyond its limit for a time.

    Attributes:
        measure: lane_wait_s, lane_waiting, zone_occupancy, store_waiting (people at all lanes),
            store_inside (people in the shop), or shelf_availability (share of planned products
            that are there, 0..1).
        of: id of one lane, zone or shelf; all of them when left out.
        above, below: the limit; exactly one of them.
        clear: resolve at this value; the limit itself when left out.
    """

    id: Id
    measure: Measure
    of: Id | None = None
    above: float | None = None
    below: float | None = None
    clear: float | None = None
    severity: Severity = "warning"
    for_s: Seconds = 300.0
    clear_for_s: Seconds = 60.0

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """One limit, and ``clear`` on its good side."""
        above, below, clear = (data.get(k) for k in ("above", "below", "clear"))
        if (above is None) == (below is None):
            return [((), "either above or below", "both" if above is not None else "neither")]
        if isinstance(above, (int, float)) and clear is not None and clear > above:
            return [(("clear",), f"at most above ({above})", str(clear))]
        if isinstance(below, (int, float)) and clear is not None and clear < below:
            return [(("clear",), f"at least below ({below})", str(clear))]
        return []


class SignageSettings(Settings):
    """What shoppers are told.

    Attributes:
        better_by_s: the arrow points to another lane when its wait is shorter by at least this.
        better_by_waiting: the same in people, where a wait is unknown.
    """

    better_by_s: Seconds = 60.0
    better_by_waiting: Annotated[int, Field(ge=1)] = 2


class RuleSettings(Settings, CrossChecked):
    """All rules; one set to null is off. Lanes, shelves and zones may have their own settings."""

    open_lane: OpenLaneSettings | None = OpenLaneSettings()
    close_lane: CloseLaneSettings | None = None
    wait: WaitSettings | None = WaitSettings()
    unattended: UnattendedSettings | None = UnattendedSettings()
    assistant: AssistantSettings | None = AssistantSettings()
    help: HelpSettings | None = HelpSettings()
    restock: RestockSettings | None = RestockSettings()
    runs_out: RunsOutSettings | None = RunsOutSettings()
    size_gap: SizeGapSettings | None = SizeGapSettings()
    misplaced: MisplacedSettings | None = MisplacedSettings()
    sweep: SweepSettings | None = SweepSettings()
    complaint: ComplaintSettings | None = ComplaintSettings()
    health: HealthSettings | None = HealthSettings()
    kpis: tuple[KpiSettings, ...] = ()
    signage: SignageSettings = SignageSettings()

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """A lane must not be asked to close at a queue that asks for another one."""
        both = [data.get(key) if isinstance(data, dict) else None for key in _LANES]
        if not all(isinstance(one, dict) for one in both):
            return []
        limits = {key: one.get("waiting") for key, one in zip(_LANES, both, strict=True) if one}
        wrong = not_under(limits, "close_lane", "open_lane")
        return [
            (("close_lane", "waiting"), "less than open_lane.waiting", str(limits["close_lane"]))
            for _ in wrong
        ]


_LANES = ("close_lane", "open_lane")
