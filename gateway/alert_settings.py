"""Who is told of an alert, when, and how long things may take."""

from __future__ import annotations

import os
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from configs.settings import Id, Settings
from gateway.rule_settings import Count, RuleName, Seconds, Severity

_HOURS = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")


def _hours(text: str) -> str:
    match = _HOURS.match(text)
    if match is None or minutes(text)[1] > 24 * 60:
        raise ValueError("hours such as 08:00-22:00")
    return text


def minutes(hours: str) -> tuple[int, int]:
    """Give begin and end of ``08:00-22:00`` in minutes since midnight."""
    begin, _, end = hours.partition("-")
    return _minute(begin), _minute(end)


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return 60 * int(hour) + int(minute)


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hours = Annotated[str, AfterValidator(_hours)]
"""Hours of a day such as ``08:00-22:00``; ``22:00-07:00`` goes over midnight."""


class TargetSettings(Settings):
    """How long an alert may take.

    Attributes:
        respond_s: until somebody has seen it.
        resolve_s: until its cause is gone.
    """

    respond_s: Seconds
    resolve_s: Seconds


class EscalationSettings(Settings):
    """The next level is told when nobody has seen an alert for so long."""

    after_s: Annotated[float, Field(gt=0.0)]
    severities: tuple[Severity, ...] = ("warning", "critical")


class NotifierSettings(Settings):
    """A way to reach people: an Apprise URL (WeCom, DingTalk, Feishu, e-mail, ntfy, webhook).

    Attributes:
        url_env: name of the environment variable that holds the URL, since it holds a secret.
    """

    id: Id
    url_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

    @property
    def url(self) -> str | None:
        """The URL from the environment, None when it is not set."""
        return os.environ.get(self.url_env) or None


class RouteSettings(Settings):
    """Which alerts go to which notifier.

    Attributes:
        to: id of a notifier.
        rules: names of rules; all when left out.
        level: 0 is told at once, 1 after the first escalation, and so on.
        hours: hours of the day in which this route is used; always when left out.
        resolved: also tell that an alert was resolved.
    """

    to: Id
    rules: tuple[RuleName, ...] = ()
    severities: tuple[Severity, ...] = ("info", "warning", "critical")
    level: Count = 0
    hours: Hours | None = None
    resolved: bool = False


def _targets() -> dict[Severity, TargetSettings]:
    return {
        "critical": TargetSettings(respond_s=120, resolve_s=1800),
        "warning": TargetSettings(respond_s=300, resolve_s=3600),
        "info": TargetSettings(respond_s=86400, resolve_s=86400),
    }


class AlertSettings(Settings):
    """The life of alerts.

    Attributes:
        reopen_within_s: an alert whose cause comes back so soon is the same one, reopened.
        by_hand_quiet_s: what a person closed though its cause is still there rests for so long.
        expire_after_s: an alert that nothing has touched for so long expires.
        confirm_within_s: a shelf has so long to confirm a refill that a person reported.
        targets: how long each severity may take.
        escalation: levels of escalation, first to last.
        quiet_hours: nobody is told of anything but critical alerts until these hours end.
        digest_over: more notices than this to one notifier at once become a single one.
        give_up_after_s: a notice that could not be sent for so long is given up.
    """

    reopen_within_s: Seconds = 3600.0
    by_hand_quiet_s: Seconds = 900.0
    expire_after_s: Annotated[float, Field(gt=0.0)] = 86400.0
    confirm_within_s: Annotated[float, Field(gt=0.0)] = 600.0
    targets: dict[Severity, TargetSettings] = Field(default_factory=_targets)
    escalation: tuple[EscalationSettings, ...] = (
        EscalationSettings(after_s=300),
        EscalationSettings(after_s=900),
    )
    notifiers: tuple[NotifierSettings, ...] = ()
    routes: tuple[RouteSettings, ...] = ()
    quiet_hours: Hours | None = None
    digest_over: Annotated[int, Field(ge=1)] = 3
    give_up_after_s: Annotated[float, Field(gt=0.0)] = 86400.0
