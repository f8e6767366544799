"""The life of alerts. Pure: it says what changed, others write and tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.rules.findings import Finding, Severity, Subject
from messages.payloads import AlertData, AlertState, Text

CLOSED = frozenset({AlertState.RESOLVED, AlertState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands.

    Attributes:
        n: running number of the store's alerts.
        id: the same with the day it was raised, as people and topics name it.
        raised_s, changed_s: seconds since 1970.
        owner: who took it.
    """

    n: int
    id: str
    rule: str
    subject: str
    severity: Severity
    state: AlertState
    text: Text
    raised_s: float
    changed_s: float
    owner: str | None = None

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
        what: raised, updated, acknowledged, in_progress, resolved, …
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


_STEPS: dict[AlertState, frozenset[AlertState]] = {
    AlertState.ACKNOWLEDGED: frozenset({AlertState.RAISED, AlertState.NOTIFIED}),
    AlertState.IN_PROGRESS: frozenset(
        {AlertState.RAISED, AlertState.NOTIFIED, AlertState.ACKNOWLEDGED}
    ),
    AlertState.RESOLVED: frozenset(AlertState) - CLOSED,
}
"""State → from which states a person can bring an alert there."""


class AlertBook:
    """All open alerts.

    Args:
        alerts: those open when the gateway was last seen.
        last_n: highest number ever given.
    """

    def __init__(self, alerts: Iterable[Alert] = (), last_n: int = 0) -> None:
        self._open = {alert.key: alert for alert in alerts}
        self._last_n = last_n

    @property
    def open(self) -> list[Alert]:
        """Open alerts, oldest first."""
        return sorted(self._open.values(), key=lambda alert: alert.n)

    def find(self, key: Subject) -> Alert | None:
        """Give the open alert about this subject."""
        return self._open.get(key)

    def raise_(self, finding: Finding, now_s: float) -> Change:
        """Open an alert."""
        self._last_n += 1
        day = datetime.fromtimestamp(now_s, UTC).strftime("%Y%m%d")
        return self._step(
            Alert(
                self._last_n,
                f"{day}-{self._last_n}",
                finding.rule,
                finding.subject,
                finding.severity,
                AlertState.RAISED,
                finding.text,
                now_s,
                now_s,
            ),
            "raised",
            now_s,
        )

    def update(self, finding: Finding, now_s: float) -> Change | None:
        """Keep text and severity of an open alert true."""
        alert = self._open[finding.key]
        if (alert.text, alert.severity) == (finding.text, finding.severity):
            return None
        changed = replace(alert, text=finding.text, severity=finding.severity)
        return self._step(changed, "updated", now_s)

    def clear(self, key: Subject, now_s: float) -> Change:
        """Resolve an alert because its cause is gone."""
        return self._step(replace(self._open[key], state=AlertState.RESOLVED), "resolved", now_s)

    def step(
        self, alert_id: str, to: AlertState, now_s: float, who: str, note: str | None = None
    ) -> Change:
        """Take a step that a person asked for.

        Raises:
            NoSuchAlertError: no open alert has this id.
            StepNotAllowedError: the alert stands where this step cannot be taken.
        """
        alert = next((one for one in self._open.values() if one.id == alert_id), None)
        if alert is None:
            raise NoSuchAlertError(f"alert: expected the id of an open alert, found {alert_id!r}")
        if alert.state not in _STEPS.get(to, ()):
            raise StepNotAllowedError(f"state: {alert.state} alerts cannot become {to}")
        owner = who if to is AlertState.IN_PROGRESS else alert.owner
        return self._step(replace(alert, state=to, owner=owner), to.value, now_s, who, note)

    def _step(
        self, alert: Alert, what: str, now_s: float, who: str | None = None, note: str | None = None
    ) -> Change:
        alert = replace(alert, changed_s=now_s)
        if alert.is_open:
            self._open[alert.key] = alert
        else:
            self._open.pop(alert.key, None)
        return Change(alert, what, now_s, who, note)
