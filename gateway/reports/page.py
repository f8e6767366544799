"""A report as one HTML page that needs nothing else, and as CSV."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from gateway.config import GatewayConfig, Language, Names
from gateway.reports import plots
from gateway.reports.effects import Effect
from gateway.reports.figures import Figures, Product, Responses
from gateway.reports.people import People
from gateway.reports.period import Period
from gateway.reports.words import Words
from gateway.state.ratings import Rating

_HERE = Path(__file__).parent
_CSS = (_HERE / "report.css").read_text(encoding="utf-8")
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
"""For a Content-Security-Policy that lets this style sheet alone stand in the page."""

_SHOWN_PRODUCTS = 20
_EFFECT_COLUMNS = (
    *("action", "outcome", "actions", "compared"),
    *("without", "change", "low", "high", "helped", "setting"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says.

    Attributes:
        whole, before: figures of the period, and of the same number of days before it.
        days: figures of each day.
        products: what became of each product, the emptiest first.
        cases: how cases went, by rule.
        effects: what followed what was done.
        ratings: what shoppers said.
        people: who was in the shop when, and where people stood.
    """

    period: Period
    whole: Figures
    before: Figures
    days: Sequence[tuple[date, Figures]]
    products: Sequence[Product]
    cases: Sequence[Responses]
    effects: Sequence[Effect]
    ratings: Sequence[Rating]
    people: People


def html(
    report: Report,
    config: GatewayConfig,
    language: Language,
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """Give the page.

    Args:
        report: what it says.
        config: names of the store, its shelves and products.
        language: of the page.
        links: (address, text) at its top.
    """
    words = Words(language)
    environment = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)
    whole = report.whole
    return environment.get_template("report.html").render(
        lang=language,
        w=words,
        css=Markup(_CSS),  # noqa: S704 - our own file
        store=getattr(config.name, language) if config.name else config.store,
        period=report.period,
        links=links,
        empty=not whole.waits and whole.lane_hours is None and whole.out_of_stock is None,
        tiles=_tiles(report, config, words),
        compared=report.before.waits > 0 or report.before.lane_hours is not None,
        partly=words("partly", hours=f"{whole.seen_hours:.0f}") if whole.lane_hours else "",
        effects=[_effect(effect, report, words) for effect in report.effects],
        plots=[*_plots(report, config, words), *_hours(report.people, words)],
        heat=_heat(report.people, config, words),
        products=_products(report.products, config, words),
        unseen_shelves=not report.products,
        cases=[_case(one, words) for one in report.cases],
        rating_plot=_ratings(report.ratings, words),
    )


def table(report: Report) -> str:
    """Give a line for each day and one for the whole period, as CSV; empty is unknown."""
    out = io.StringIO()
    names = [field.name for field in fields(Figures)]
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["day", *names])
    rows = [*((str(day), one) for day, one in report.days), (report.period.name, report.whole)]
    for name, one in rows:
        values = asdict(one)
        lines.writerow([name, *(_cell(values[key]) for key in names)])
    return out.getvalue()


def effects_table(report: Report) -> str:
    """Give a line for each effect, as CSV; empty is "not enough to tell"."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(_EFFECT_COLUMNS)
    for one in report.effects:
        d = one.difference
        figures = (d.actions, d.matched, d.without, d.change, d.low, d.high, one.helped)
        lines.writerow([one.kind, one.outcome, *(_cell(x) for x in figures), one.subject])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else str(value)


def _tiles(report: Report, config: GatewayConfig, words: Words) -> list[dict[str, Any]]:
    now, then = report.whole, report.before
    limit = words.duration(config.checkouts.wait_s)

    def tile(key: str, shown: str, new: float | None, old: float | None, good: int) -> Any:
        change, mood = "", ""
        if new is not None and old:
            part = (new - old) / abs(old)
            change = f"{'▲' if part > 0 else '▼'} {abs(100 * part):.0f} %" if part else ""
            mood = ("better" if part * good > 0 else "worse") if good and abs(part) >= 0.02 else ""
        title = words(key, limit=limit)
        return {
            "title": title,
            "value": shown,
            "unknown": new is None,
            "change": change,
            "mood": mood,
        }

    d, s, n = words.duration, words.share, words.number
    tiles = [
        ("wait_mean", d(now.wait_mean_s), now.wait_mean_s, then.wait_mean_s, -1),
        ("within", s(now.within), now.within, then.within, 1),
        ("wait_p90", d(now.wait_p90_s), now.wait_p90_s, then.wait_p90_s, -1),
        ("waits", n(now.waits), now.waits or None, then.waits, 0),
        ("left", s(now.left), now.left, then.left, -1),
        ("entered", n(now.entered), now.entered, then.entered, 0),
        ("lane_hours", n(now.lane_hours, 1), now.lane_hours, then.lane_hours, 0),
        ("needed_hours", n(now.needed_hours, 1), now.needed_hours, then.needed_hours, 0),
        ("out_of_stock", s(now.out_of_stock), now.out_of_stock, then.out_of_stock, -1),
        ("missed_picks", n(now.missed_picks), now.missed_picks, then.missed_picks, -1),
        (
            "visits_without_stock",
            n(now.visits_without_stock),
            now.visits_without_stock,
            then.visits_without_stock,
            -1,
        ),
        ("rating", n(now.rating, 1), now.rating, then.rating, 1),
    ]
    return [tile(key, shown, new, old, good) for key, shown, new, old, good in tiles]


def _plots(report: Report, config: GatewayConfig, words: Words) -> list[tuple[str, Markup]]:
    labels = [f"{day.month}/{day.day}" for day, _ in report.days]
    limit = words.duration(config.checkouts.wait_s)
    wanted = (
        (words("wait_mean") + words("seconds", n=" "), [f.wait_mean_s for _, f in report.days]),
        (words("within", limit=limit) + " %", [_percent(f.within) for _, f in report.days]),
        (words("lane_hours"), [f.lane_hours for _, f in report.days]),
        (words("out_of_stock") + " %", [_percent(f.out_of_stock) for _, f in report.days]),
    )
    return [
        (title, Markup(plots.bars(labels, values, title)))  # noqa: S704 - escaped where made
        for title, values in wanted
    ]


def _hours(people: People, words: Words) -> list[tuple[str, Markup]]:
    labels = [f"{one.hour}:00" for one in people.hours]
    wanted = (
        (words("entered_hour"), [one.entered for one in people.hours]),
        (words("inside_hour"), [one.inside for one in people.hours]),
    )
    return [
        (title, Markup(plots.bars(labels, values, title)))  # noqa: S704 - escaped where made
        for title, values in wanted
        if any(value is not None for value in values)
    ]


def _heat(people: People, config: GatewayConfig, words: Words) -> list[tuple[str, Markup]]:
    known = {one.id: _name(one.name, one.id, words) for one in config.zones}
    known |= {one.id: _name(one.name, one.id, words) for one in config.lines}
    return [
        (
            f"{one.device} · {one.camera}",
            Markup(plots.heat(one.seconds, one.columns, one.places, known, words("heat"))),  # noqa: S704 - escaped where made
        )
        for one in people.heat
    ]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _effect(effect: Effect, report: Report, words: Words) -> dict[str, Any]:
    d = effect.difference
    shown = {"what": words(effect.kind), "outcome": words(f"outcome_{effect.outcome}")}
    shown |= {"setting": effect.subject, "mood": "", "text": ""}
    if d.change is None or d.low is None or d.high is None or d.without is None:
        verdict = words("too_little", matched=d.matched, actions=d.actions)
        return shown | {"verdict": verdict}
    helped = effect.helped
    verdict = "no_difference" if helped is None else "did_help" if helped else "did_not_help"
    mood = "" if helped is None else "better" if helped else "worse"
    value = _outcome(effect, words)
    text = words(
        "instead_of",
        with_=value(d.without + d.change),
        without=value(d.without),
        change=value(d.change),
        low=value(d.low),
        high=value(d.high),
    )
    note = "before_after" if effect.kind == "setting_changed" else "over_actions"
    return shown | {
        "verdict": words(verdict),
        "mood": mood,
        "text": text,
        "plot": Markup(plots.band(d.low, d.change, d.high, text)),  # noqa: S704 - escaped there
        "note": words(note, matched=d.matched, actions=d.actions),
    }


def _outcome(effect: Effect, words: Words) -> Any:
    if effect.outcome == "wait_s":
        return words.duration
    key = "people" if effect.outcome == "waiting" else "items"
    return lambda value: words(key, n=words.number(value, 1))


def _products(products: Sequence[Product], config: GatewayConfig, words: Words) -> list[list[str]]:
    names = {product.gtin: product.name for product in config.products}
    shelves = {shelf.id: shelf.name for shelf in config.shelves}
    return [
        [
            _name(names.get(one.gtin), one.gtin, words),
            _name(shelves.get(one.shelf), one.shelf, words),
            f"{one.out_h:.1f}",
            words.number(one.picks),
            words.number(one.missed, 1),
        ]
        for one in products
        if one.out_h > 0.0
    ][:_SHOWN_PRODUCTS]


def _name(names: Names | None, other: str, words: Words) -> str:
    return other if names is None else str(getattr(names, words.language))


def _case(one: Responses, words: Words) -> list[str]:
    return [
        words(f"rule_{one.rule}"),
        words.number(one.cases),
        words.duration(one.respond_s),
        words.share(one.responded_in_time),
        words.duration(one.resolve_s),
        words.share(one.resolved_in_time),
    ]


def _ratings(ratings: Sequence[Rating], words: Words) -> Markup | None:
    if not ratings:
        return None
    counts: list[float | None] = [
        sum(one.score == score for one in ratings) for score in range(1, 6)
    ]
    labels = [f"{score} ★" for score in range(1, 6)]
    return Markup(plots.bars(labels, counts, words("ratings")))  # noqa: S704 - escaped where made
