"""Makes a report from the database."""

from __future__ import annotations

import sqlite3

from gateway.config import GatewayConfig
from gateway.reports.effects import AROUND_DAYS, effects
from gateway.reports.figures import by_day, figures, part, products, responses
from gateway.reports.page import Report
from gateway.reports.people import people
from gateway.reports.period import Period
from gateway.reports.record import read

BASELINE_DAYS = 56
"""Days before the period that give the baseline."""


def make(db: sqlite3.Connection, config: GatewayConfig, period: Period) -> Report:
    """Make the report of a period.

    Raises:
        sqlite3.Error: the database cannot be read.
    """
    day_s = 86_400.0
    before = period.before
    from_s = min(period.from_s - BASELINE_DAYS * day_s, before.from_s)
    # A change of settings late in the period is judged by what came after it, if that is there.
    long = read(db, config.alerts, from_s, period.to_s + AROUND_DAYS * day_s, config.entrances)
    limit_s = config.checkouts.wait_s
    zones = {zone.id: zone.shelves for zone in config.zones if zone.shelves}
    now = part(long, period.from_s, period.to_s)
    then = part(long, before.from_s, before.to_s)
    return Report(
        period,
        figures(now, limit_s, zones),
        figures(then, limit_s, zones),
        by_day(now, period, limit_s, zones),
        products(now),
        responses(now.alerts),
        effects(long, period.from_s, period.to_s, period.zone),
        now.ratings,
        people(db, period, now.entered_s),
    )
