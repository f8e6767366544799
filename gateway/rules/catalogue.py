"""All rules of a store, made from its settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from gateway.config import GatewayConfig, Names
from gateway.forecast.sales import Sales
from gateway.rules.complaints import Complaint
from gateway.rules.findings import Labels, Rule
from gateway.rules.health import DeviceHealth, ScreenHealth, SensorHealth
from gateway.rules.kpi import Kpi
from gateway.rules.lanes import (
    Assistant,
    CloseLane,
    HelpWanted,
    Needs,
    OpenLane,
    Unattended,
    WaitTooLong,
    unknown,
)
from gateway.rules.runs_out import RunsOut
from gateway.rules.shelves import Goods, Misplaced, Restock, SizeGap, Sweep
from messages.payloads import Text

Value = TypeVar("Value")


def make_rules(
    config: GatewayConfig, needs: Needs = unknown, sales: Sales | None = None
) -> list[Rule]:
    """Make the rules that the config does not turn off.

    Args:
        config: the store.
        needs: gives the lanes that the forecast needs.
        sales: how fast goods leave; without it no rule looks ahead at shelves.
    """
    return [*_lane_rules(config, needs), *_shelf_rules(config, sales), *_other_rules(config)]


def _lane_rules(config: GatewayConfig, needs: Needs) -> Iterable[Rule]:
    rules, names = config.rules, lane_names(config)
    if rules.open_lane is not None:
        yield OpenLane(rules.open_lane, names, needs, {x.id: x.kind for x in config.lanes})
    if rules.close_lane is not None:
        yield CloseLane(rules.close_lane, names, needs)
    yield WaitTooLong({x.id: _own(x, "wait", x.wait, rules.wait) for x in config.lanes}, names)
    yield Unattended(
        {x.id: _own(x, "unattended", x.unattended, rules.unattended) for x in config.lanes}, names
    )
    if rules.assistant is not None and any(x.kind == "self_checkout" for x in config.lanes):
        yield Assistant(rules.assistant, needs)
    yield HelpWanted(
        {x.id: _own(x, "help", x.help, rules.help) for x in config.zones if x.service},
        {x.id: _text(x.name) for x in config.zones},
    )


def _shelf_rules(config: GatewayConfig, sales: Sales | None) -> Iterable[Rule]:
    rules = config.rules
    goods = Goods(
        {shelf.id: _text(shelf.name) for shelf in config.shelves},
        {product.gtin: _text(product.name) for product in config.products},
    )
    own = {x.id: _own(x, "restock", x.restock, rules.restock) for x in config.shelves}
    yield Restock(rules.restock, own, goods)
    if rules.runs_out is not None and sales is not None:
        yield RunsOut(rules.runs_out, sales, goods, ZoneInfo(config.timezone))
    styles: dict[str, dict[str, str]] = {}
    for product in config.products:
        if product.style is not None and product.size is not None:
            styles.setdefault(product.style, {})[product.gtin] = product.size
    if rules.size_gap is not None:
        yield SizeGap(rules.size_gap, styles, goods)
    if rules.misplaced is not None:
        yield Misplaced(rules.misplaced, goods)
    if rules.sweep is not None:
        yield Sweep(rules.sweep, goods)


def _other_rules(config: GatewayConfig) -> Iterable[Rule]:
    lanes = lane_names(config)
    labels: dict[str, Labels] = {
        "lane": lanes,
        "shelf": {shelf.id: _text(shelf.name) for shelf in config.shelves},
        "zone": {zone.id: _text(zone.name) for zone in config.zones},
        "store": {"store": _text(config.name) if config.name else Text(zh="门店", en="Store")},
    }
    for kpi in config.rules.kpis:
        yield Kpi(kpi, labels)
    if config.rules.complaint is not None:
        yield Complaint(config.rules.complaint, lanes)
    health = config.rules.health
    if health is not None:
        yield DeviceHealth(health)
        yield SensorHealth(health)
        yield ScreenHealth(health, {x.id: lanes[x.lane] for x in config.all_screens})


def lane_names(config: GatewayConfig) -> Labels:
    """Give what people call the lanes."""
    return {lane.id: _text(lane.names) for lane in config.lanes}


def _text(names: Names) -> Text:
    return Text(zh=names.zh, en=names.en)


def _own(subject: BaseModel, field: str, own: Value, default: Value) -> Value:
    """Give a subject's own settings; null is off, left out is the store's."""
    return own if field in subject.model_fields_set else default
