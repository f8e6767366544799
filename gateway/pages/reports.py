"""Reports as pages for staff."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query, Request, Response

from gateway.clock import Clock
from gateway.config import GatewayConfig, Language
from gateway.pages.texts import choose
from gateway.reports import page
from gateway.reports.making import make
from gateway.reports.period import Period, PeriodError, last_week
from gateway.reports.period import choose as choose_period
from gateway.reports.words import Words

_HEADERS = {
    "Content-Security-Policy": f"default-src 'self'; style-src 'self' '{page.STYLE_HASH}'; "
    "img-src 'self' data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

Asked = Annotated[str | None, Query(max_length=12)]


def report_pages(
    config: GatewayConfig, database: Callable[[], sqlite3.Connection], clock: Clock
) -> APIRouter:
    """Make the routes.

    Args:
        config: the store.
        database: opens a read-only connection; closed after use.
        clock: wall clock in seconds since 1970.
    """
    router = APIRouter(include_in_schema=False)
    zone = ZoneInfo(config.timezone)

    def made(period: Period) -> page.Report:
        with closing(database()) as db:
            return make(db, config, period)

    def asked(
        week_name: str | None, month: str | None, first: str | None, last: str | None
    ) -> Period:
        try:
            period = choose_period(
                zone, week_name=week_name, month_name=month, first=first, last=last
            )
        except PeriodError as error:
            raise HTTPException(422, str(error)) from error
        return period or last_week(clock(), zone)

    @router.get("/reports")
    def report(
        request: Request,
        week: Asked = None,
        month: Asked = None,
        first: Annotated[str | None, Query(alias="from", max_length=12)] = None,
        to: Asked = None,
        lang: str | None = None,
    ) -> Response:
        language = choose(lang, request.headers.get("accept-language", ""), config.languages)
        period = asked(week, month, first, to)
        text = page.html(made(period), config, language, _links(period, language, config.languages))
        return Response(text, media_type="text/html; charset=utf-8", headers=_HEADERS)

    @router.get("/reports.csv")
    def report_csv(
        week: Asked = None,
        month: Asked = None,
        first: Annotated[str | None, Query(alias="from", max_length=12)] = None,
        to: Asked = None,
        table: Annotated[str, Query(pattern="^(days|effects)$")] = "days",
    ) -> Response:
        period = asked(week, month, first, to)
        text = page.table(made(period)) if table == "days" else page.effects_table(made(period))
        name = f"report-{period.name}{'' if table == 'days' else '-effects'}.csv"
        headers = _HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _links(
    period: Period, language: Language, languages: tuple[Language, ...]
) -> list[tuple[str, str]]:
    words = Words(language)
    middle = period.first + (period.last - period.first) / 2
    span = f"from={period.first}&to={period.last}"
    links = [(f"/overview?lang={language}", {"zh": "← 门店概况", "en": "← Overview"}[language])]
    for days, key in ((-7, "last_week"), (7, "next_week")):
        year, number, _ = (middle + timedelta(days=days)).isocalendar()
        links.append((f"/reports?week={year}-W{number:02}&lang={language}", words(key)))
    links.append((f"/reports?month={middle:%Y-%m}&lang={language}", words("this_month")))
    links.append((f"/reports.csv?{span}", words("table")))
    for other in languages:
        if other != language:
            name = {"zh": "中文", "en": "English"}[other]
            links.append((f"/reports?{span}&lang={other}", name))
    return links
