"""The life of alerts over time: reopening, resting, escalation, expiry, confirmation, routes."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alert_settings import AlertSettings, EscalationSettings, RouteSettings
from gateway.outputs.alerts import CLOSED, Alert, AlertBook, Change
from gateway.outputs.routing import Router
from gateway.rule_settings import Timing
from gateway.rules.calendar import Calendar, ends_s, within
from gateway.rules.findings import Finding, Verdict
from messages.payloads import AlertState, Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON_S = 1769832000.0  # Saturday 2026-01-31 12:00 in Shanghai
FINDING = Finding(
    "restock", "shelf:S1/1", Verdict.BAD, "warning", Text(zh="坏", en="bad"), Timing()
)
SETTINGS = AlertSettings(
    reopen_within_s=600,
    by_hand_quiet_s=300,
    expire_after_s=3600,
    confirm_within_s=120,
    escalation=(EscalationSettings(after_s=60), EscalationSettings(after_s=180)),
)


@pytest.fixture
def book() -> AlertBook:
    return AlertBook(SETTINGS)


def raised(book: AlertBook, now_s: float, finding: Finding = FINDING) -> Alert:
    change = book.raise_(finding, now_s)
    assert change is not None
    return change.alert


def test_a_cause_that_comes_back_soon_reopens_the_same_alert(book: AlertBook) -> None:
    first = raised(book, 0.0)
    book.clear(first.key, 10.0)
    again = book.raise_(FINDING, 300.0)
    assert again is not None
    assert (again.what, again.alert.id, again.alert.raised_s) == ("reopened", first.id, 0.0)
    book.clear(first.key, 310.0)
    assert raised(book, 2000.0).id != first.id


def test_after_a_cool_down_only(book: AlertBook) -> None:
    cool = replace(FINDING, timing=Timing(cooldown_s=100))
    first = raised(book, 0.0, cool)
    book.clear(first.key, 10.0)
    assert book.raise_(cool, 109.0) is None
    assert book.raise_(cool, 110.0) is not None


def test_closed_by_hand_rests_and_then_comes_back_if_its_cause_stayed(book: AlertBook) -> None:
    first = raised(book, 0.0)
    book.step(first.id, AlertState.RESOLVED, 10.0, "Li")
    assert book.raise_(FINDING, 200.0) is None
    again = book.raise_(FINDING, 5000.0)
    assert again is not None
    assert (again.what, again.alert.id) == ("reopened", first.id)


def test_closed_by_hand_and_gone_is_a_new_alert_later(book: AlertBook) -> None:
    first = raised(book, 0.0)
    book.step(first.id, AlertState.RESOLVED, 10.0, "Li")
    book.cause_gone(first.key)
    assert raised(book, 5000.0).id != first.id


def test_the_rest_survives_a_restart(book: AlertBook) -> None:
    first = raised(book, 0.0)
    closed = book.step(first.id, AlertState.RESOLVED, 10.0, "Li").alert
    later = AlertBook(SETTINGS, [closed], 1)
    assert later.raise_(FINDING, 200.0) is None
    assert later.raise_(FINDING, 400.0) is not None


def test_nobody_looking_escalates_level_by_level_once(book: AlertBook) -> None:
    raised(book, 0.0)
    bad = {FINDING.key}
    told = [(c.what, c.alert.level) for t in range(0, 400, 10) for c in book.tick(t, bad)]
    assert told == [("escalated", 1), ("escalated", 2)]


def test_seen_in_time_does_not_escalate(book: AlertBook) -> None:
    alert = raised(book, 0.0)
    book.step(alert.id, AlertState.ACKNOWLEDGED, 30.0, "Li")
    assert not [c for t in range(0, 400, 10) for c in book.tick(t, {FINDING.key})]


def test_untouched_alerts_expire_unless_their_cause_is_there(book: AlertBook) -> None:
    alert = raised(book, 0.0)
    book.step(alert.id, AlertState.ACKNOWLEDGED, 10.0, "Li")
    assert not book.tick(10_000.0, {FINDING.key})
    (change,) = book.tick(10_000.0, set())
    assert (change.what, change.alert.state) == ("expired", AlertState.EXPIRED)


def test_at_closing_time_alerts_of_the_open_store_expire(book: AlertBook) -> None:
    raised(book, 0.0)
    (change,) = book.tick(1.0, {FINDING.key}, {"restock"})
    assert change.what == "expired"


def test_a_refill_that_the_shelf_does_not_confirm_comes_back(book: AlertBook) -> None:
    alert = raised(book, 0.0)
    book.finish(alert.id, 10.0, "Li")
    assert not book.tick(100.0, {FINDING.key})
    (change,) = book.tick(130.0, {FINDING.key})
    assert (change.what, change.alert.owner) == ("reopened", None)
    assert change.note == "not confirmed by the sensor"


def test_a_refill_that_the_shelf_confirms_is_resolved(book: AlertBook) -> None:
    alert = raised(book, 0.0)
    book.finish(alert.id, 10.0, "Li")
    assert book.clear(alert.key, 20.0).alert.owner == "Li"


STEPS = st.lists(
    st.tuples(st.sampled_from(["raise", "clear", "ack", "start", "close", "finish", "tick"]),
              st.floats(0.0, 900.0)),
    max_size=50,
)  # fmt: skip


@given(STEPS)
def test_whatever_happens_steps_are_numbered_without_gaps(steps: list[tuple[str, float]]) -> None:
    book, now_s = AlertBook(SETTINGS), 0.0
    changes: list[Change] = []
    for what, wait_s in steps:
        now_s += wait_s
        alert = book.find(FINDING.key)
        if what == "raise" and alert is None:
            change = book.raise_(FINDING, now_s)
            changes += [change] if change else []
        elif what == "tick":
            changes += book.tick(now_s, {FINDING.key})
        elif alert is not None and what == "clear":
            changes.append(book.clear(alert.key, now_s))
        elif alert is not None and what == "finish":
            changes.append(book.finish(alert.id, now_s, "Li"))
        elif alert is not None and what in {"ack", "start", "close"}:
            to = {"ack": "acknowledged", "start": "in_progress", "close": "resolved"}[what]
            try:
                changes.append(book.step(alert.id, AlertState(to), now_s, "Li"))
            except ValueError:
                assert alert.state not in CLOSED
    for alert_id in {c.alert.id for c in changes}:
        numbers = [c.alert.steps for c in changes if c.alert.id == alert_id]
        assert numbers == list(range(1, len(numbers) + 1))
    # At most one is open, and a book made from what was written goes on the same way.
    assert len(book.open) <= 1
    last = {c.alert.id: c.alert for c in changes}
    again = AlertBook(SETTINGS, last.values(), len(last))
    assert again.open == book.open


def change(what: str, severity: str = "warning", *, level: int = 0, at_s: float = NOON_S) -> Change:
    alert = raised(AlertBook(SETTINGS), at_s)
    return Change(replace(alert, severity=severity, level=level), what, at_s)  # type: ignore[arg-type]  # plain text is handed in


def test_routes_choose_by_rule_severity_level_and_hour() -> None:
    routes = (
        RouteSettings(to="stock", rules=("restock",), resolved=True),
        RouteSettings(to="stock"),
        RouteSettings(to="lead", rules=("open_lane",)),
        RouteSettings(to="urgent", severities=("critical",)),
        RouteSettings(to="manager", level=1),
        RouteSettings(to="night", hours="22:00-06:00"),
    )
    router = Router(AlertSettings(routes=routes), SHANGHAI)

    def to(made: Change) -> list[str]:
        return [notice.to for notice in router.notices(made)]

    assert to(change("raised")) == ["stock"]
    assert to(change("raised", "critical")) == ["stock", "urgent"]
    assert to(change("raised", at_s=NOON_S + 11 * 3600)) == ["stock", "night"]
    assert to(change("escalated", level=1)) == ["manager"]
    assert to(change("resolved")) == ["stock"]
    assert to(change("acknowledged")) == []


def test_quiet_hours_hold_all_but_the_critical_until_they_end() -> None:
    settings = AlertSettings(routes=(RouteSettings(to="a"),), quiet_hours="22:00-07:00")
    router = Router(settings, SHANGHAI)
    night_s = NOON_S + 11.5 * 3600
    (held,) = router.notices(change("raised", at_s=night_s))
    assert held.due_s == NOON_S + 19 * 3600
    (now,) = router.notices(change("raised", "critical", at_s=night_s))
    assert now.due_s == night_s


def test_hours_over_midnight() -> None:
    assert within("22:00-07:00", NOON_S + 11 * 3600, SHANGHAI)
    assert within("22:00-07:00", NOON_S - 6 * 3600, SHANGHAI)
    assert not within("22:00-07:00", NOON_S, SHANGHAI)
    assert ends_s("08:00-24:00", NOON_S, SHANGHAI) == NOON_S + 12 * 3600


def test_the_store_is_open_in_its_hours_and_always_without_any() -> None:
    calendar = Calendar(SHANGHAI, {"sat": ("08:00-12:30", "14:00-02:00")})
    hours = {-5: False, 0: True, 1: False, 3: True, 13: True, 14.5: False}
    assert {h: calendar.is_open(NOON_S + h * 3600) for h in hours} == hours
    assert Calendar(SHANGHAI, {}).is_open(NOON_S)
