"""People who came and went in the shop's day, and how many are inside. Pure.

Everything is worked out from crossings, each of which the gateway has once, so neither a restart
nor an event that comes a day late can spoil it: a late one counts for the day in which it happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from gateway.state.drift import Drift, LineCounts
from gateway.state.heard import Heard
from gateway.state.shop_day import DayOf, ShopDay
from gateway.state.view import FootfallView, LineView
from messages.events import LineCrossing

REMEMBERED = ("crossing",)
"""Types of the events that :meth:`Footfall.note` wants to hear again after a restart."""
KEEP_DAYS = 28
SURE_FROM = 0.95
"""Share of a day's opening hours that has to be seen for its leftover to teach anything."""
LEAST = 20
"""A day with fewer crossings tells nothing of a line."""
_LONGEST_STEP_S = 5.0
"""After a longer pause nobody knows whether a line was seen in between."""


@dataclass(frozen=True, slots=True)
class _Learned:
    """What the days before one day have taught."""

    for_day: ShopDay
    lines: tuple[str, ...]
    drift: Drift
    leftover: int | None


class Footfall:
    """Counts crossings by the shop's day.

    Args:
        day_of: cuts time into days of the shop.
        entrances: lines through which people come into the shop; None takes every line. One that
            no device reports leaves the number of people inside unknown.
    """

    def __init__(self, day_of: DayOf, entrances: Collection[str] | None = None) -> None:
        self._day_of = day_of
        self._entrances = None if entrances is None else frozenset(entrances)
        self._counts: dict[ShopDay, dict[str, tuple[int, int]]] = {}
        self._watched: dict[ShopDay, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._last: tuple[float, tuple[str, ...]] | None = None
        self._learned: _Learned | None = None

    def note(self, event: Heard) -> None:
        """Take in an event that has not come before; others than crossings change nothing."""
        match event.payload:
            case LineCrossing(line=line, direction=direction):
                day = self._day_of(event.true_s)
                counts = self._counts.setdefault(day, {})
                entered, left = counts.get(line, (0, 0))
                came = direction == "in"
                counts[line] = entered + came, left + (not came)
                if self._learned is not None and day != self._learned.for_day:
                    self._learned = None
            case _:
                pass

    def watched(self, t_s: float, line: str, seconds: float) -> None:
        """Take in how long a line was seen in the opening hours around a moment."""
        self._watched[self._day_of(t_s)][line] += seconds
        self._learned = None

    def look(
        self, now_s: float, lines: Mapping[str, LineView]
    ) -> tuple[dict[str, LineView], FootfallView]:
        """Tell of the day so far.

        Args:
            now_s: now.
            lines: which lines can be seen now; counts in them are replaced.

        Returns:
            The lines with their counts, and the shop.
        """
        day = self._day_of(now_s)
        known = tuple(name for name, line in lines.items() if line.blind is None)
        self._watch(day, now_s, known)
        counts = self._counts.get(day, {})
        told = {
            name: line if line.blind is not None else _counted(line, counts.get(name, (0, 0)))
            for name, line in lines.items()
        }
        entrances = tuple(name for name in lines if self._is_entrance(name))
        if not entrances:
            return told, FootfallView()
        return told, self._shop(day, now_s, entrances, {name: told[name] for name in entrances})

    def _shop(
        self,
        day: ShopDay,
        now_s: float,
        entrances: tuple[str, ...],
        lines: Mapping[str, LineView],
    ) -> FootfallView:
        share = self._share(day, now_s, entrances)
        learned = self._learn(day, entrances)
        blind = next((f"line {x.line}: {x.blind}" for x in lines.values() if x.blind), None)
        if blind is not None:
            return FootfallView(
                day.begin_s, confidence=share, leftover=learned.leftover, blind=blind
            )
        counts = {name: (line.entered or 0, line.left or 0) for name, line in lines.items()}
        inside = learned.drift.inside(counts)
        sure = share >= SURE_FROM
        return FootfallView(
            day.begin_s,
            sum(entered for entered, _ in counts.values()),
            sum(left for _, left in counts.values()),
            inside.count,
            inside.low if sure else None,
            inside.high if sure else None,
            share,
            learned.leftover,
            None,
        )

    def _is_entrance(self, line: str) -> bool:
        return self._entrances is None or line in self._entrances

    def _watch(self, day: ShopDay, now_s: float, known: tuple[str, ...]) -> None:
        if self._last is not None:
            last_s, then = self._last
            if 0.0 < now_s - last_s <= _LONGEST_STEP_S:
                passed_s = day.open_s(last_s, now_s)
                for line in then:
                    self._watched[day][line] += passed_s
        self._last = now_s, known

    def _share(self, day: ShopDay, until_s: float, lines: tuple[str, ...]) -> float:
        """Share of the opening hours until a moment in which the worst line was seen."""
        open_s = day.open_s(day.begin_s, until_s)
        if open_s <= 0.0:
            return 1.0
        seen_s = min(self._watched[day][line] for line in lines)
        return min(1.0, seen_s / open_s)

    def _learn(self, today: ShopDay, lines: tuple[str, ...]) -> _Learned:
        """Learn from the days before; anew when there is another one, or more is known of them."""
        learned = self._learned
        if learned is None or (learned.for_day, learned.lines) != (today, lines):
            self._forget(today)
            whole = [
                (day, {line: self._counts[day].get(line, (0, 0)) for line in lines})
                for day in sorted(self._counts, key=lambda day: day.begin_s)
                if day.end_s <= today.begin_s and self._share(day, day.end_s, lines) >= SURE_FROM
            ]
            leftover = None
            if whole and whole[-1][0].end_s == today.begin_s:
                leftover = sum(entered - left for entered, left in whole[-1][1].values())
            drift = Drift(lines, [counts for _, counts in whole if _crossings(counts) >= LEAST])
            learned = self._learned = _Learned(today, lines, drift, leftover)
        return learned

    def _forget(self, today: ShopDay) -> None:
        """Drop days that teach nothing any more."""
        before_s = today.begin_s - KEEP_DAYS * 86_400.0
        for kept in (self._counts, self._watched):
            for day in [day for day in kept if day.end_s < before_s]:
                del kept[day]


def _counted(line: LineView, counts: tuple[int, int]) -> LineView:
    return replace(line, entered=counts[0], left=counts[1])


def _crossings(counts: LineCounts) -> int:
    return sum(entered + left for entered, left in counts.values())
