"""Who is told of a step in the life of an alert, and when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gateway.alert_settings import AlertSettings, RouteSettings
from gateway.outputs.alerts import Change
from gateway.rules.calendar import ends_s, within

_TOLD = frozenset({"raised", "reopened", "escalated", "resolved"})


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one notifier about one step of one alert.

    Attributes:
        step: number of the step; (alert, step, to) is told once.
        due_s: not before this.
    """

    alert: str
    step: int
    to: str
    what: str
    due_s: float


class Router:
    """Chooses notifiers by rule, severity, level and hour.

    Args:
        settings: routes and quiet hours.
        zone: time zone of the store.
    """

    def __init__(self, settings: AlertSettings, zone: ZoneInfo) -> None:
        self._settings = settings
        self._zone = zone

    def notices(self, change: Change) -> list[Notice]:
        """Give the notices of one step; at most one for each notifier."""
        if change.what not in _TOLD:
            return []
        alert, due_s = change.alert, self._due_s(change)
        to = dict.fromkeys(r.to for r in self._settings.routes if self._fits(r, change))
        return [Notice(alert.id, alert.steps, one, change.what, due_s) for one in to]

    def _fits(self, route: RouteSettings, change: Change) -> bool:
        alert = change.alert
        if change.what == "resolved":
            level_fits = route.resolved and route.level <= alert.level
        else:
            level_fits = route.level == alert.level
        return (
            level_fits
            and alert.severity in route.severities
            and (not route.rules or alert.rule in route.rules)
            and (route.hours is None or within(route.hours, change.at_s, self._zone))
        )

    def _due_s(self, change: Change) -> float:
        quiet = self._settings.quiet_hours
        if quiet is None or change.alert.severity == "critical":
            return change.at_s
        if not within(quiet, change.at_s, self._zone):
            return change.at_s
        return ends_s(quiet, change.at_s, self._zone)
