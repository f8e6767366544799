"""When the shop is empty: what cuts one day of its customers from the next. Pure.

The counts of a line drift, so people inside have to begin at zero again when the shop is known to
be empty. That is an hour after closing, when staff have left too; or, where it opens again sooner,
the middle of the time in between. A lunch break is too short to empty a shop for sure. A shop that
never closes for long is taken as empty at four in the morning, when it nearly is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from gateway.alert_settings import Day, minutes
from gateway.rules.calendar import DAYS
from gateway.state.shop_day import ShopDay

EMPTY_AFTER_S = 3600.0
"""Time that staff need to leave after closing."""
SHORTEST_NIGHT_S = 4 * 3600.0
"""A shorter closing is a break."""
NIGHT_HOUR = 4
"""When a shop that is always open is taken as empty, by its own clock."""
_AROUND_DAYS = 16
"""Days to look at before and after a moment: two openings, of a shop that opens once a week."""


class ShopDays:
    """Finds the day of the shop in which a moment lies.

    Args:
        zone: time zone of the store.
        opening: day (mon … sun) → hours; a store without any is always open.
    """

    def __init__(self, zone: ZoneInfo, opening: Mapping[Day, Sequence[str]]) -> None:
        self._zone = zone
        self._opening = opening
        self._last: ShopDay | None = None

    def __call__(self, t_s: float) -> ShopDay:
        """Give the day of a moment, in seconds since 1970."""
        if self._last is None or not self._last.begin_s <= t_s < self._last.end_s:
            self._last = self._find(t_s)
        return self._last

    def _find(self, t_s: float) -> ShopDay:
        today = datetime.fromtimestamp(t_s, self._zone).date()
        days = [today + timedelta(days=k) for k in range(-_AROUND_DAYS, _AROUND_DAYS + 1)]
        openings = _joined(sorted(opening for day in days for opening in self._openings(day)))
        cuts = [
            end_s + min(EMPTY_AFTER_S, (begin_s - end_s) / 2.0)
            for (_, end_s), (begin_s, _) in pairwise(openings)
            if begin_s - end_s >= SHORTEST_NIGHT_S
        ]
        begin_s = max((cut for cut in cuts if cut <= t_s), default=None)
        end_s = min((cut for cut in cuts if cut > t_s), default=None)
        if begin_s is None or end_s is None:
            return self._night_to_night(today, t_s)
        within = tuple(one for one in openings if begin_s <= one[0] < end_s)
        return ShopDay(begin_s, end_s, within)

    def _night_to_night(self, today: date, t_s: float) -> ShopDay:
        nights = [self._at(today + timedelta(days=k), NIGHT_HOUR * 60) for k in (-1, 0, 1)]
        begin_s, end_s = nights[:2] if t_s < nights[1] else nights[1:]
        return ShopDay(begin_s, end_s, ((begin_s, end_s),))

    def _openings(self, day: date) -> Iterator[tuple[float, float]]:
        for hours in self._opening.get(DAYS[day.weekday()], ()):
            begin, end = minutes(hours)
            yield self._at(day, begin), self._at(day, end + (24 * 60 if end <= begin else 0))

    def _at(self, day: date, minute: int) -> float:
        """Moment by the clock on the wall, also on days when clocks are changed."""
        naive = datetime.combine(day, time()) + timedelta(minutes=minute)
        return naive.replace(tzinfo=self._zone).timestamp()


def _joined(openings: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Put together what touches, such as 07:00-24:00 and 00:00-02:00."""
    joined: list[tuple[float, float]] = []
    for begin_s, end_s in openings:
        if joined and begin_s <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end_s)
        else:
            joined.append((begin_s, end_s))
    return joined
