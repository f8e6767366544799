"""Opening hours and quiet hours. Pure: the time is an argument, the time zone a setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.alert_settings import Day, minutes

DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def within(hours: str, now_s: float, zone: ZoneInfo) -> bool:
    """Say whether the moment lies in hours such as ``08:00-22:00`` or ``22:00-07:00``."""
    moment = datetime.fromtimestamp(now_s, zone)
    minute = 60 * moment.hour + moment.minute
    begin, end = minutes(hours)
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def ends_s(hours: str, now_s: float, zone: ZoneInfo) -> float:
    """Give when hours that hold now will end, in seconds since 1970."""
    moment = datetime.fromtimestamp(now_s, zone)
    hour, minute = divmod(minutes(hours)[1] % (24 * 60), 60)
    end = moment.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if end <= moment:
        end += timedelta(days=1)
    return end.timestamp()


class Calendar:
    """When the store is open.

    Args:
        zone: time zone of the store.
        opening: day (mon … sun) → hours; a store without any is always open. Hours over midnight
            belong to the day on which they begin.
    """

    def __init__(self, zone: ZoneInfo, opening: Mapping[Day, Sequence[str]]) -> None:
        self._zone = zone
        self._opening = opening

    def is_open(self, now_s: float) -> bool:
        """Say whether shoppers are in."""
        if not self._opening:
            return True
        moment = datetime.fromtimestamp(now_s, self._zone)
        minute = 60 * moment.hour + moment.minute
        today = self._opening.get(DAYS[moment.weekday()], ())
        yesterday = self._opening.get(DAYS[moment.weekday() - 1], ())
        return any(_begun(hours, minute) for hours in today) or any(
            minutes(hours)[0] >= minutes(hours)[1] and minute < minutes(hours)[1]
            for hours in yesterday
        )


def _begun(hours: str, minute: int) -> bool:
    begin, end = minutes(hours)
    return begin <= minute and (minute < end or begin >= end)
