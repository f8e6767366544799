"""The shop's day is cut where nobody is inside."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.calendar import DAYS, Calendar
from gateway.rules.shop_days import ShopDays

ZONE = ZoneInfo("Europe/Berlin")
HOURS = dict.fromkeys(DAYS, ("08:00-22:00",))


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


def day_of(opening: dict, moment: str) -> tuple[str, str]:
    day = ShopDays(ZONE, opening)(at(moment))
    begin, end = (
        datetime.fromtimestamp(t, ZONE).replace(tzinfo=None) for t in (day.begin_s, day.end_s)
    )
    return begin.isoformat(" ", "minutes"), end.isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("opening", "moment", "begin", "end"),
    [
        (HOURS, "2026-01-14T12:00", "2026-01-13 23:00", "2026-01-14 23:00"),
        (HOURS, "2026-01-14T22:59", "2026-01-13 23:00", "2026-01-14 23:00"),
        (HOURS, "2026-01-14T23:00", "2026-01-14 23:00", "2026-01-15 23:00"),
        # A lunch break empties no shop; a Sunday without hours makes a long night.
        (
            dict.fromkeys(DAYS[:6], ("08:00-12:00", "14:00-18:00")),
            "2026-01-17T13:00",
            "2026-01-16 19:00",
            "2026-01-17 19:00",
        ),
        (
            dict.fromkeys(DAYS[:6], ("08:00-12:00", "14:00-18:00")),
            "2026-01-18T13:00",
            "2026-01-17 19:00",
            "2026-01-19 19:00",
        ),
        # A bar's evening belongs to the day on which it began; hours that touch are one.
        (
            dict.fromkeys(DAYS, ("18:00-02:00",)),
            "2026-01-15T01:30",
            "2026-01-14 03:00",
            "2026-01-15 03:00",
        ),
        (
            dict.fromkeys(DAYS, ("07:00-24:00", "00:00-01:00")),
            "2026-01-15T00:30",
            "2026-01-14 02:00",
            "2026-01-15 02:00",
        ),
        # Never closed for long: the night.
        ({}, "2026-01-14T12:00", "2026-01-14 04:00", "2026-01-15 04:00"),
        ({}, "2026-01-14T03:59", "2026-01-13 04:00", "2026-01-14 04:00"),
        (
            dict.fromkeys(DAYS, ("00:00-23:00",)),
            "2026-01-14T12:00",
            "2026-01-14 04:00",
            "2026-01-15 04:00",
        ),
        # Clocks go forward on 29 March.
        (HOURS, "2026-03-29T12:00", "2026-03-28 23:00", "2026-03-29 23:00"),
    ],
)
def test_where_a_day_begins_and_ends(opening: dict, moment: str, begin: str, end: str) -> None:
    assert day_of(opening, moment) == (begin, end)


def test_opening_seconds_of_a_day() -> None:
    day = ShopDays(ZONE, dict.fromkeys(DAYS, ("08:00-12:00", "14:00-18:00")))(
        at("2026-01-14T09:00")
    )
    assert day.open_s(day.begin_s, day.end_s) == 8 * 3600.0
    assert day.open_s(day.begin_s, at("2026-01-14T13:00")) == 4 * 3600.0
    assert day.open_s(at("2026-01-14T11:30"), at("2026-01-14T14:15")) == 45 * 60.0


hours = st.tuples(st.integers(0, 23), st.integers(1, 24)).map(
    lambda h: f"{h[0]:02}:00-{h[1]:02}:00"
)
weeks = st.dictionaries(st.sampled_from(DAYS), st.lists(hours, max_size=2).map(tuple))


@given(weeks, st.integers(0, 400 * 24 * 4))
def test_days_follow_each_other_and_nobody_is_cut_off(opening: dict, quarter: int) -> None:
    t_s = at("2026-01-01T00:00") + quarter * 900.0
    day = ShopDays(ZONE, opening)(t_s)
    assert day.begin_s <= t_s < day.end_s
    assert ShopDays(ZONE, opening)(day.end_s - 1.0) == day
    assert ShopDays(ZONE, opening)(day.end_s).begin_s == day.end_s
    opened = Calendar(ZONE, opening)
    if all(opened.is_open(t_s + k * 900.0) for k in range(7 * 24 * 4)):
        return  # never closed
    longest = timedelta(days=8).total_seconds()
    assert day.end_s - day.begin_s <= longest
