"""What a rule says of one subject at one moment, and when that becomes an alert."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from gateway.rule_settings import Severity, Timing
from gateway.state.view import StoreView
from messages.payloads import Text

Subject = tuple[str, str]
"""(rule, subject): at most one alert is open for each."""


class Verdict(StrEnum):
    """How a subject stands. ``BETWEEN`` lies between the two limits of a hysteresis."""

    BAD = "bad"
    BETWEEN = "between"
    GOOD = "good"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found.

    Attributes:
        rule: name of the rule.
        subject: what it is about, for example ``lane:1`` or ``shelf:S1/06901234001006``.
        verdict: how it stands.
        severity: how urgent it is when bad.
        text: one sentence for staff.
        timing: how long it has to hold.
        hangs_on: what it was measured with and where, for example ``device:d1`` and ``lane:1``;
            maintenance of any of these keeps it quiet.
    """

    rule: str
    subject: str
    verdict: Verdict
    severity: Severity
    text: Text
    timing: Timing
    hangs_on: tuple[str, ...] = ()

    @property
    def key(self) -> Subject:
        """What makes two findings the same alert."""
        return self.rule, self.subject


class Rule(Protocol):
    """One rule; it keeps no state of its own.

    Attributes:
        opening_hours_only: outside the opening hours it says nothing, and its alerts expire.
    """

    name: ClassVar[str]
    opening_hours_only: ClassVar[bool]

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Say how each subject stands now."""


class Turn(StrEnum):
    """What a finding, held long enough, does to its alert."""

    RAISE = "raise"
    CLEAR = "clear"


class Watch:
    """Waits until a finding has held long enough. Keeps only timers: a restart starts them anew.

    Unknown holds still: it raises nothing and resolves nothing.
    """

    def __init__(self) -> None:
        self._since: dict[Subject, tuple[Verdict, float]] = {}

    def turn(self, finding: Finding, now_s: float, *, is_open: bool) -> Turn | None:
        """Say whether the alert of this finding is to be raised or resolved now."""
        verdict, since_s = self._since.get(finding.key, (None, now_s))
        if verdict is not finding.verdict or since_s > now_s:  # a clock that went back starts anew
            self._since[finding.key] = finding.verdict, now_s
            since_s = now_s
        held_s = now_s - since_s
        if finding.verdict is Verdict.BAD and not is_open and held_s >= finding.timing.for_s:
            return Turn.RAISE
        if finding.verdict is Verdict.GOOD and is_open and held_s >= finding.timing.clear_for_s:
            return Turn.CLEAR
        return None


Labels = Mapping[str, Text]
"""Id → what people call it."""


def label(labels: Labels, name: str) -> Text:
    """Give what people call a thing; its id where nobody named it."""
    return labels.get(name) or Text(zh=name, en=name)


def measured_with(kind: str, device: str | None, sensor: str | None) -> tuple[str, ...]:
    """Give what a measure hangs on, as :attr:`Finding.hangs_on` names it."""
    if device is None:
        return ()
    return (
        (f"device:{device}",)
        if sensor is None
        else (
            f"device:{device}",
            f"{kind}:{device}/{sensor}",
        )
    )
