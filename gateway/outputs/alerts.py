"""The life of alerts. Pure: it says what changed, others write and tell it.

raised → notified → acknowledged → in_progress → resolved, with ways past each; expired when
nothing touches it any more; reopened when its cause comes back soon.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.alert_settings import AlertSettings
from gateway.rule_settings import Severity
from gateway.rules.findings import Finding, Subject
from messages.payloads import AlertData, AlertState, Text

CLOSED = frozenset({AlertState.RESOLVED, AlertState.EXPIRED})
UNSEEN = frozenset({AlertState.RAISED, AlertState.NOTIFIED})


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands.

    Attributes:
        n: running number of the store's alerts.
        id: the same with the day it was raised, as people and topics name it.
        raised_s: when it was raised first, seconds since 1970.
        opened_s: when it was raised or reopened last; escalation counts from here.
        changed_s: when it last took a step.
        steps: how many steps it has taken; numbers them.
        owner: who took it.
        level: how often it was escalated since it was opened.
        finished_s: when a person said that it was done, while the sensor has not confirmed it.
        by_hand: a person closed it; its cause may still be there.
    """

    n: int
    id: str
    rule: str
    subject: str
    severity: Severity
    state: AlertState
    text: Text
    raised_s: float
    opened_s: float
    changed_s: float
    steps: int = 0
    owner: str | None = None
    level: int = 0
    finished_s: float | None = None
    by_hand: bool = False

    @property
    def key(self) -> Subject:
        """At most one alert is open for this."""
        return self.rule, self.subject

    @property
    def is_open(self) -> bool:
        """True until it is resolved or expired."""
        return self.state not in CLOSED

    def message(self) -> AlertData:
        """Give it as it goes over the wire."""
        return AlertData(
            alert=self.id,
            rule=self.rule,
            severity=self.severity,
            state=self.state,
            subject=self.subject,
            text=self.text,
            raised=datetime.fromtimestamp(self.raised_s, UTC),
            changed=datetime.fromtimestamp(self.changed_s, UTC),
            owner=self.owner,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of an alert.

    Attributes:
        alert: how it stands after the step.
        what: raised, reopened, updated (text alone), notified, acknowledged, in_progress,
            finished, escalated, resolved or expired.
        who: the person; None when the system did it.
    """

    alert: Alert
    what: str
    at_s: float
    who: str | None = None
    note: str | None = None


class NoSuchAlertError(LookupError):
    """No open alert has this id."""


class StepNotAllowedError(ValueError):
    """The alert cannot take this step from where it stands."""


_FROM: dict[AlertState, frozenset[AlertState]] = {
    AlertState.ACKNOWLEDGED: UNSEEN,
    AlertState.IN_PROGRESS: UNSEEN | {AlertState.ACKNOWLEDGED},
    AlertState.RESOLVED: frozenset(AlertState) - CLOSED,
}
"""State → from which states a person can bring an alert there."""


class AlertBook:
    """All open alerts, and those closed so lately that they may be reopened.

    Args:
        settings: times of the life of alerts.
        alerts: open and lately closed ones as they were when the gateway was last seen.
        last_n: highest number ever given.
    """

    def __init__(
        self, settings: AlertSettings, alerts: Iterable[Alert] = (), last_n: int = 0
    ) -> None:
        self._settings = settings
        self._open: dict[Subject, Alert] = {}
        self._closed: dict[Subject, Alert] = {}
        for alert in sorted(alerts, key=lambda one: one.n):
            (self._open if alert.is_open else self._closed)[alert.key] = alert
        self._last_n = last_n

    @property
    def open(self) -> list[Alert]:
        """Open alerts, oldest first."""
        return sorted(self._open.values(), key=lambda alert: alert.n)

    def find(self, key: Subject) -> Alert | None:
        """Give the open alert about this subject."""
        return self._open.get(key)

    def raise_(self, finding: Finding, now_s: float) -> Change | None:
        """Open an alert, or reopen the one that was closed lately; None while that one rests."""
        closed = self._closed.get(finding.key)
        if closed is not None:
            ago_s = now_s - closed.changed_s
            rest_s = finding.timing.cooldown_s
            if closed.by_hand:
                rest_s = max(rest_s, self._settings.by_hand_quiet_s)
            if 0 <= ago_s < rest_s:
                return None
            # Closed by hand and still there is the same trouble, however long it rested.
            if closed.by_hand or 0 <= ago_s < self._settings.reopen_within_s:
                return self._reopen(closed, finding, now_s)
        self._last_n += 1
        day = datetime.fromtimestamp(now_s, UTC).strftime("%Y%m%d")
        alert = Alert(
            self._last_n,
            f"{day}-{self._last_n}",
            finding.rule,
            finding.subject,
            finding.severity,
            AlertState.RAISED,
            finding.text,
            raised_s=now_s,
            opened_s=now_s,
            changed_s=now_s,
        )
        return self._step(alert, "raised", now_s)

    def update(self, finding: Finding) -> Change | None:
        """Keep text and severity of an open alert true."""
        alert = self._open[finding.key]
        if (alert.text, alert.severity) == (finding.text, finding.severity):
            return None
        changed = replace(alert, text=finding.text, severity=finding.severity)
        self._open[finding.key] = changed
        return Change(changed, "updated", alert.changed_s)

    def clear(self, key: Subject, now_s: float) -> Change:
        """Resolve an alert because its cause is gone."""
        return self._step(replace(self._open[key], state=AlertState.RESOLVED), "resolved", now_s)

    def cause_gone(self, key: Subject) -> None:
        """Forget that a person closed it: if the cause comes back, that is news."""
        closed = self._closed.get(key)
        if closed is not None and closed.by_hand:
            self._closed[key] = replace(closed, by_hand=False)

    def step(
        self, alert_id: str, to: AlertState, now_s: float, who: str, note: str | None = None
    ) -> Change:
        """Take a step that a person asked for.

        Raises:
            NoSuchAlertError: no open alert has this id.
            StepNotAllowedError: the alert stands where this step cannot be taken.
        """
        alert = self._by_id(alert_id)
        if alert.state not in _FROM.get(to, ()):
            raise StepNotAllowedError(f"state: {alert.state} alerts cannot become {to}")
        owner = who if to is AlertState.IN_PROGRESS else alert.owner
        by_hand = to is AlertState.RESOLVED
        return self._step(
            replace(alert, state=to, owner=owner, by_hand=by_hand), to.value, now_s, who, note
        )

    def finish(self, alert_id: str, now_s: float, who: str) -> Change:
        """Note that a person did the work; the sensor has to confirm it.

        Raises:
            NoSuchAlertError: no open alert has this id.
        """
        alert = replace(
            self._by_id(alert_id), state=AlertState.IN_PROGRESS, owner=who, finished_s=now_s
        )
        return self._step(alert, "finished", now_s, who)

    def notified(self, alert_id: str, now_s: float) -> Change | None:
        """Note that somebody was told; None when the alert is further on by now."""
        alert = next((one for one in self._open.values() if one.id == alert_id), None)
        if alert is None or alert.state is not AlertState.RAISED:
            return None
        return self._step(replace(alert, state=AlertState.NOTIFIED), "notified", now_s)

    def tick(
        self,
        now_s: float,
        bad: Set[Subject],
        over: Set[str] = frozenset(),
        resting: Set[Subject] = frozenset(),
        lasting: Set[Subject] = frozenset(),
    ) -> list[Change]:
        """Take the steps that time alone brings.

        Args:
            now_s: the time.
            bad: subjects that are bad right now.
            over: rules that say nothing now, since the store is closed.
            resting: subjects in maintenance, whose alerts take no step.
            lasting: subjects that are not good either, whose alerts do not expire.
        """
        changes = []
        for alert in self.open:
            if alert.key in resting:
                continue
            stays = alert.key in bad or alert.key in lasting
            change = self._expired(alert, now_s, stays=stays, is_over=alert.rule in over)
            change = change or self._aged(alert, now_s, alert.key in bad)
            if change is not None:
                changes.append(change)
        return changes

    def _expired(self, alert: Alert, now_s: float, *, stays: bool, is_over: bool) -> Change | None:
        untouched_s = now_s - alert.changed_s
        if is_over or (not stays and untouched_s >= self._settings.expire_after_s):
            return self._step(replace(alert, state=AlertState.EXPIRED), "expired", now_s)
        return None

    def _aged(self, alert: Alert, now_s: float, is_bad: bool) -> Change | None:
        settings = self._settings
        if (
            alert.finished_s is not None
            and is_bad
            and now_s - alert.finished_s >= settings.confirm_within_s
        ):
            back = replace(
                alert, state=AlertState.RAISED, finished_s=None, owner=None, opened_s=now_s, level=0
            )
            return self._step(back, "reopened", now_s, note="not confirmed by the sensor")
        if alert.state in UNSEEN and alert.level < len(settings.escalation):
            level = settings.escalation[alert.level]
            if alert.severity in level.severities and now_s - alert.opened_s >= level.after_s:
                return self._step(replace(alert, level=alert.level + 1), "escalated", now_s)
        return None

    def _reopen(self, closed: Alert, finding: Finding, now_s: float) -> Change:
        alert = replace(
            closed,
            state=AlertState.RAISED,
            severity=finding.severity,
            text=finding.text,
            opened_s=now_s,
            owner=None,
            level=0,
            finished_s=None,
            by_hand=False,
        )
        return self._step(alert, "reopened", now_s)

    def _by_id(self, alert_id: str) -> Alert:
        alert = next((one for one in self._open.values() if one.id == alert_id), None)
        if alert is None:
            raise NoSuchAlertError(f"alert: expected the id of an open alert, found {alert_id!r}")
        return alert

    def _step(
        self, alert: Alert, what: str, now_s: float, who: str | None = None, note: str | None = None
    ) -> Change:
        alert = replace(alert, changed_s=now_s, steps=alert.steps + 1)
        if alert.is_open:
            self._open[alert.key] = alert
            self._closed.pop(alert.key, None)
        else:
            self._open.pop(alert.key, None)
            self._closed[alert.key] = alert
        return Change(alert, what, now_s, who, note)
