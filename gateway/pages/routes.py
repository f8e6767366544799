"""Screens for shoppers and pages for staff: plain HTML, CSS and script of our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.pages.reports import report_pages
from gateway.pages.texts import TEXTS, choose, texts

_HERE = Path(__file__).parent
_HEADERS = {
    # Everything comes from the gateway: a shop's screens need no internet.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


FACES = (
    (1, "很差", "Very bad"),
    (2, "不好", "Bad"),
    (3, "一般", "So-so"),
    (4, "好", "Good"),
    (5, "很好", "Very good"),
)
TOPICS = (
    ("checkout", "收银", "Checkout"),
    ("goods", "商品", "Goods"),
    ("staff", "员工", "Staff"),
    ("store", "其他", "Something else"),
)


def add_pages(
    app: FastAPI, config: GatewayConfig, database: Callable[[], sqlite3.Connection], clock: Clock
) -> None:
    """Add the pages to the web application.

    Args:
        app: the web application.
        config: the store.
        database: opens a read-only connection; closed after use.
        clock: wall clock in seconds since 1970.
    """
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    pages = _Pages(config)
    app.include_router(_shopper_pages(config, pages))
    app.include_router(_staff_pages(pages))
    app.include_router(report_pages(config, database, clock))


def login_page(config: GatewayConfig) -> Callable[[Request, bool, str], Response]:
    """Give what makes the login page: ``page(request, failed, next)``."""
    pages = _Pages(config)
    return lambda request, failed, there: pages.show(
        request, "login.html", failed=failed, next=there
    )


class _Pages:
    """Fills templates with the store's names and the reader's language."""

    def __init__(self, config: GatewayConfig) -> None:
        self._config = config
        self._templates = Jinja2Templates(directory=_HERE / "templates")
        self._names = _names(config)

    def show(self, request: Request, name: str, **values: Any) -> Response:
        config = self._config
        language = choose(
            request.query_params.get("lang"),
            request.headers.get("accept-language", ""),
            config.languages,
        )
        context = {
            "lang": language,
            "languages": config.languages,
            "t": texts(language),
            "store": getattr(config.name, language) if config.name else config.store,
            "names": self._names,
            "timezone": config.timezone,
            **values,
        }
        return self._templates.TemplateResponse(request, name, context, headers=_HEADERS)


def _shopper_pages(config: GatewayConfig, pages: _Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    lanes = {lane.id: lane for lane in config.lanes}
    screens = {screen.id: screen for screen in config.all_screens}

    def show(request: Request, lane: str, *, screen: str, mirrored: bool) -> Response:
        return pages.show(
            request, "lane.html", lane=lanes[lane], screen=screen, mirrored=mirrored, both=TEXTS
        )

    @router.get("/lane/{lane}")
    def lane(request: Request, lane: str) -> Response:
        if lane not in lanes:
            raise HTTPException(404, f"no lane {lane}")
        return show(request, lane, screen="", mirrored=False)

    @router.get("/screen/{screen}")
    def screen(request: Request, screen: str) -> Response:
        if screen not in screens:
            raise HTTPException(404, f"no screen {screen}")
        found = screens[screen]
        return show(request, found.lane, screen=found.id, mirrored=found.mirrored)

    @router.get("/rate")
    def rate(request: Request, lane: str = "") -> Response:
        if lane and lane not in lanes:
            raise HTTPException(404, f"no lane {lane}")
        return pages.show(request, "rate.html", lane=lane, faces=FACES, topics=TOPICS)

    return router


def _staff_pages(pages: _Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def home() -> Response:
        return RedirectResponse("/overview")

    @router.get("/overview")
    def overview(request: Request) -> Response:
        return pages.show(request, "overview.html")

    @router.get("/alerts")
    def alerts(request: Request) -> Response:
        return pages.show(request, "alerts.html", only="")

    @router.get("/alert/{alert}")
    def alert(request: Request, alert: str) -> Response:
        return pages.show(request, "alerts.html", only=alert)

    @router.get("/tasks")
    def tasks(request: Request) -> Response:
        return pages.show(request, "tasks.html")

    return router


def _names(config: GatewayConfig) -> dict[str, dict[str, dict[str, str]]]:
    """What people call lanes, shelves, products, zones and lines, for the script of a page."""
    return {
        "lanes": {x.id: x.names.model_dump() | {"sign": x.sign} for x in config.lanes},
        "shelves": {x.id: x.name.model_dump() for x in config.shelves},
        "products": {x.gtin: x.name.model_dump() for x in config.products},
        "zones": {x.id: x.name.model_dump() for x in config.zones},
        "lines": {x.id: x.name.model_dump() for x in config.lines},
    }
