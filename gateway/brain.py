"""From the store as it stands to what is to be done about it: one step, no input or output.

The running gateway and a replay of recorded messages use the same step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.config import GatewayConfig
from gateway.outputs.alerts import AlertBook, Change
from gateway.rules.findings import Finding, Rule, Turn, Watch
from gateway.rules.health import DeviceHealth, SensorHealth
from gateway.rules.lanes import OpenLane
from gateway.rules.shelves import Restock
from gateway.rules.signage import LaneSign, Signage
from gateway.state.live import LiveState
from gateway.state.view import StoreView
from messages.payloads import Text


@dataclass(frozen=True, slots=True)
class Decisions:
    """What one step decided.

    Attributes:
        view: the store that it was decided for.
        changes: steps in the lives of alerts, to be written before anybody is told.
        signs: what the screen of each lane shows.
    """

    view: StoreView
    changes: tuple[Change, ...]
    signs: Mapping[str, LaneSign]


class Brain:
    """Rules, their timers, the open alerts and the signs of one store."""

    def __init__(self, config: GatewayConfig, book: AlertBook) -> None:
        self.book = book
        self.live = LiveState(
            config.stale_after_s,
            lanes=[lane.id for lane in config.lanes],
            shelves=[shelf.id for shelf in config.shelves],
            zones=[zone.id for zone in config.zones],
        )
        self._rules = make_rules(config)
        self._watch = Watch()
        self._signage = Signage(
            config.rules.signage, {lane.id: lane.position for lane in config.lanes}
        )

    def think(self, now_s: float) -> Decisions:
        """Judge the store as it stands at ``now_s``."""
        view = self.live.view(now_s)
        changes = [
            change
            for rule in self._rules
            for finding in rule.judge(view)
            if (change := self._change(rule, finding, now_s)) is not None
        ]
        return Decisions(view, tuple(changes), self._signage.signs(view))

    def _change(self, rule: Rule, finding: Finding, now_s: float) -> Change | None:
        is_open = self.book.find(finding.key) is not None
        turn = self._watch.turn(finding, rule.timing, now_s, is_open=is_open)
        if turn is Turn.RAISE:
            return self.book.raise_(finding, now_s)
        if turn is Turn.CLEAR:
            return self.book.clear(finding.key, now_s)
        return self.book.update(finding, now_s) if is_open and finding.verdict == "bad" else None


def make_rules(config: GatewayConfig) -> list[Rule]:
    """Make the rules that the config does not turn off."""
    settings = config.rules
    lanes = {lane.id: Text(zh=lane.names.zh, en=lane.names.en) for lane in config.lanes}
    shelves = {shelf.id: Text(zh=shelf.name.zh, en=shelf.name.en) for shelf in config.shelves}
    products = {p.gtin: Text(zh=p.name.zh, en=p.name.en) for p in config.products}
    rules: list[Rule] = []
    if settings.open_lane is not None:
        rules.append(OpenLane(settings.open_lane, lanes))
    if settings.restock is not None:
        rules.append(Restock(settings.restock, shelves, products))
    if settings.health is not None:
        rules += [DeviceHealth(settings.health), SensorHealth(settings.health)]
    return rules
