"""From the store as it stands to what is to be done about it: one step, no input or output.

The running gateway and a replay of recorded messages use the same step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.config import GatewayConfig
from gateway.forecast.sales import Sales
from gateway.forecast.store import LEARNS_FROM, StoreForecast
from gateway.outputs.alerts import AlertBook, Change
from gateway.outputs.routing import Notice, Router
from gateway.rules.advice import advise
from gateway.rules.calendar import Calendar
from gateway.rules.catalogue import make_rules
from gateway.rules.findings import Finding, Subject, Turn, Verdict, Watch
from gateway.rules.lanes import CloseLane, OpenLane
from gateway.rules.shop_days import ShopDays
from gateway.rules.signage import LaneSign, Signage
from gateway.state.footfall import REMEMBERED as CROSSINGS
from gateway.state.footfall import Footfall
from gateway.state.goods import REMEMBERED
from gateway.state.heard import Heard
from gateway.state.live import LiveState
from gateway.state.maintenance import Maintenance
from gateway.state.view import StoreView
from messages.payloads import LaneAdvice, Text

WANTED = tuple(dict.fromkeys((*REMEMBERED, *CROSSINGS, *LEARNS_FROM)))
"""Types of the events that :meth:`Brain.note` wants to hear again after a restart."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What one step decided.

    Attributes:
        view: the store that it was decided for.
        changes: steps in the lives of alerts, to be written before anybody is told.
        signs: what the screen of each lane shows.
        advice: how many lanes should be open.
    """

    view: StoreView
    changes: tuple[Change, ...]
    signs: Mapping[str, LaneSign]
    advice: LaneAdvice


class Brain:
    """Rules, their timers, the open alerts and the signs of one store."""

    def __init__(
        self, config: GatewayConfig, book: AlertBook, maintenance: Maintenance | None = None
    ) -> None:
        self.book = book
        self.maintenance = maintenance or Maintenance()
        self.live = LiveState(
            config.stale_after_s,
            lanes=[lane.id for lane in config.lanes],
            shelves=[shelf.id for shelf in config.shelves],
            zones=[zone.id for zone in config.zones],
            lines=[line.id for line in config.lines],
        )
        self._forecast = StoreForecast(config)
        zone = ZoneInfo(config.timezone)
        self.footfall = Footfall(ShopDays(zone, config.opening_hours), config.entrances)
        self._sales = Sales(lambda t_s: _day(t_s, zone))
        self._rules = make_rules(config, self._forecast.need, self._sales)
        self._cashiers = {lane.id for lane in config.lanes if lane.kind != "self_checkout"} or None
        self._calendar = Calendar(zone, config.opening_hours)
        self._router = Router(config.alerts, zone)
        self._watch = Watch()
        self._signage = Signage(config.rules.signage, {lane.id: lane for lane in config.lanes})

    def note(self, event: Heard) -> None:
        """Take in an event that has not come before."""
        self.live.note(event)
        self.footfall.note(event)
        self._forecast.note(event)
        self._sales.note(event)

    def think(self, now_s: float) -> Decisions:
        """Judge the store as it stands at ``now_s``."""
        view = self._view(now_s)
        is_open = self._calendar.is_open(now_s)
        changes: list[Change] = []
        bad: set[Subject] = set()
        lasting: set[Subject] = set()
        resting: set[Subject] = set()
        for rule in self._rules:
            if rule.opening_hours_only and not is_open:
                continue
            for finding in rule.judge(view):
                if self.maintenance.covers((finding.subject, *finding.hangs_on), now_s):
                    resting.add(finding.key)
                    continue
                if finding.verdict is Verdict.BAD:
                    bad.add(finding.key)
                elif finding.verdict is Verdict.BETWEEN:
                    lasting.add(finding.key)
                changes += self._change(finding, now_s)
        over = set() if is_open else {r.name for r in self._rules if r.opening_hours_only}
        changes += self.book.tick(now_s, bad, over, resting, lasting)
        need = self._forecast.need(view)
        advice = advise(
            view,
            self._reason(OpenLane.name),
            self._reason(CloseLane.name),
            need,
            self._cashiers,
        )
        return Decisions(view, tuple(changes), self._signage.signs(view), advice)

    def _view(self, now_s: float) -> StoreView:
        view = self.live.view(now_s)
        lines, shop = self.footfall.look(now_s, view.lines)
        return replace(view, lines=lines, footfall=shop)

    def notices(self, changes: Iterable[Change]) -> list[Notice]:
        """Say who is to be told of these steps."""
        return [notice for change in changes for notice in self._router.notices(change)]

    def _reason(self, rule: str) -> Text | None:
        alert = self.book.find((rule, "lanes"))
        return alert.text if alert is not None else None

    def _change(self, finding: Finding, now_s: float) -> list[Change]:
        is_open = self.book.find(finding.key) is not None
        turn = self._watch.turn(finding, now_s, is_open=is_open)
        change = None
        if turn is Turn.RAISE:
            change = self.book.raise_(finding, now_s)
        elif turn is Turn.CLEAR:
            change = self.book.clear(finding.key, now_s)
        elif is_open and finding.verdict is Verdict.BAD:
            change = self.book.update(finding)
        elif finding.verdict is Verdict.GOOD:
            self.book.cause_gone(finding.key)
        return [] if change is None else [change]


def _day(t_s: float, zone: ZoneInfo) -> tuple[int, float]:
    moment = datetime.fromtimestamp(t_s, zone)
    return moment.toordinal(), 3600.0 * moment.hour + 60.0 * moment.minute + moment.second
