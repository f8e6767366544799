"""Limits and times of the rules."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from configs.loading import CrossCheckError
from configs.settings import Settings

Seconds = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=0)]


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


class OpenLaneSettings(Timing):
    """Ask for one more lane.

    Attributes:
        waiting: raise when so many wait at a lane and no open lane has room.
        wait_s: or when the wait there is so long.
        clear_waiting, clear_wait_s: resolve when every lane is at or under both.
    """

    waiting: Annotated[int, Field(ge=1)] = 4
    wait_s: Annotated[float, Field(gt=0.0)] = 300.0
    clear_waiting: Count = 2
    clear_wait_s: Seconds = 180.0
    for_s: Seconds = 5.0
    clear_for_s: Seconds = 30.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        pairs = (("clear_waiting", "waiting"), ("clear_wait_s", "wait_s"))
        problems = [
            ((low,), f"less than {high} ({getattr(self, high):g})", f"{getattr(self, low):g}")
            for low, high in pairs
            if getattr(self, low) >= getattr(self, high)
        ]
        if problems:
            raise CrossCheckError(problems)
        return self


class RestockSettings(Timing):
    """Ask for goods.

    Attributes:
        clear_above: resolve when the stock is more than this above the minimum (or full).
    """

    clear_above: Count = 0
    for_s: Seconds = 2.0
    clear_for_s: Seconds = 2.0


class HealthSettings(Timing):
    """Tell that a device, camera, reader or screen does not work."""

    for_s: Seconds = 5.0
    clear_for_s: Seconds = 5.0


class SignageSettings(Settings):
    """What shoppers are told.

    Attributes:
        better_by_s: the arrow points to another lane when its wait is shorter by at least this.
        better_by_waiting: the same in people, where a wait is unknown.
    """

    better_by_s: Seconds = 60.0
    better_by_waiting: Annotated[int, Field(ge=1)] = 2


class RuleSettings(Settings):
    """All rules; one set to null is off."""

    open_lane: OpenLaneSettings | None = OpenLaneSettings()
    restock: RestockSettings | None = RestockSettings()
    health: HealthSettings | None = HealthSettings()
    signage: SignageSettings = SignageSettings()
