"""Days of the store that a report is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEK = re.compile(r"^(\d{4})-W(\d{2})$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
LONGEST_DAYS = 400


class PeriodError(ValueError):
    """No such period; the text says what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the store's time zone.

    Attributes:
        name: for titles and file names, such as ``2026-W05`` or ``2026-01``.
        first, last: first and last day.
        zone: of the store.
    """

    name: str
    first: date
    last: date
    zone: ZoneInfo

    @property
    def from_s(self) -> float:
        """Begin of the first day, seconds since 1970."""
        return _midnight_s(self.first, self.zone)

    @property
    def to_s(self) -> float:
        """End of the last day, seconds since 1970."""
        return _midnight_s(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> list[date]:
        """All days, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> Period:
        """The period of the same length just before this one."""
        length = timedelta(days=len(self.days))
        first, last = self.first - length, self.last - length
        return Period(f"{first}_{last}", first, last, self.zone)


def week(name: str, zone: ZoneInfo) -> Period:
    """Give an ISO week such as ``2026-W05``.

    Raises:
        PeriodError: no such week.
    """
    match = _WEEK.match(name)
    try:
        if match is None:
            raise ValueError  # noqa: TRY301 - told below, like a week 60
        first = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise PeriodError(f"week: expected an ISO week such as 2026-W05, found {name!r}") from error
    return Period(name, first, first + timedelta(days=6), zone)


def month(name: str, zone: ZoneInfo) -> Period:
    """Give a month such as ``2026-01``.

    Raises:
        PeriodError: no such month.
    """
    match = _MONTH.match(name)
    try:
        if match is None:
            raise ValueError  # noqa: TRY301 - told below, like a month 13
        first = date(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise PeriodError(f"month: expected a month such as 2026-01, found {name!r}") from error
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(name, first, following - timedelta(days=1), zone)


def days(first: str, last: str, zone: ZoneInfo) -> Period:
    """Give all days from one to another, both with it.

    Raises:
        PeriodError: no dates, the wrong way round, or too many.
    """
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise PeriodError(
            f"from, to: expected days such as 2026-01-31, found {first!r} and {last!r}"
        ) from error
    if not 0 <= (end - begin).days < LONGEST_DAYS:
        raise PeriodError(
            f"from, to: expected 1 to {LONGEST_DAYS} days, the first one first,"
            f" found {first} to {last}"
        )
    return Period(f"{first}_{last}", begin, end, zone)


def last_week(now_s: float, zone: ZoneInfo) -> Period:
    """Give the newest week that is over."""
    day = datetime.fromtimestamp(now_s, zone).date() - timedelta(days=7)
    year, number, _ = day.isocalendar()
    return week(f"{year}-W{number:02}", zone)


def choose(
    zone: ZoneInfo,
    *,
    week_name: str | None,
    month_name: str | None,
    first: str | None,
    last: str | None,
) -> Period | None:
    """Give the period that was asked for; None when none was.

    Raises:
        PeriodError: more than one was asked for, or there is no such period.
    """
    ranged = first is not None or last is not None
    if sum((week_name is not None, month_name is not None, ranged)) > 1:
        raise PeriodError("expected one of week, month, or from and to; found more than one")
    if week_name is not None:
        return week(week_name, zone)
    if month_name is not None:
        return month(month_name, zone)
    if ranged:
        return days(first or "", last or first or "", zone)
    return None


def _midnight_s(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(), zone).astimezone(UTC).timestamp()
