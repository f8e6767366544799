"""Screens for shoppers and pages for staff: plain HTML, CSS and script of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from gateway.config import GatewayConfig, ScreenSettings
from gateway.pages.texts import TEXTS, choose, texts

_HERE = Path(__file__).parent
_HEADERS = {
    # Everything comes from the gateway: a shop's screens need no internet.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def add_pages(app: FastAPI, config: GatewayConfig) -> None:
    """Add the pages to the web application."""
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.include_router(_make_router(config))


def _make_router(config: GatewayConfig) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(directory=_HERE / "templates")
    lanes = {lane.id: lane for lane in config.lanes}
    screens = {screen.id: screen for screen in config.all_screens}

    def page(request: Request, name: str, **values: Any) -> Response:
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
            **values,
        }
        return templates.TemplateResponse(request, name, context, headers=_HEADERS)

    def lane_page(request: Request, screen: ScreenSettings) -> Response:
        lane = lanes[screen.lane]
        return page(request, "lane.html", lane=lane, mirrored=screen.mirrored, both=TEXTS)

    @router.get("/")
    def home() -> Response:
        return RedirectResponse("/overview")

    @router.get("/lane/{lane}")
    def lane(request: Request, lane: str) -> Response:
        if lane not in lanes:
            raise HTTPException(404, f"no lane {lane}")
        return lane_page(request, ScreenSettings(id=f"lane-{lane}", lane=lane))

    @router.get("/screen/{screen}")
    def screen(request: Request, screen: str) -> Response:
        if screen not in screens:
            raise HTTPException(404, f"no screen {screen}")
        return lane_page(request, screens[screen])

    @router.get("/overview")
    def overview(request: Request) -> Response:
        return page(request, "overview.html", names=_names(config))

    @router.get("/alerts")
    def alerts(request: Request) -> Response:
        return page(request, "alerts.html", names=_names(config))

    return router


def _names(config: GatewayConfig) -> dict[str, dict[str, dict[str, str]]]:
    """What people call lanes, shelves, products and zones, for the script of a page."""
    return {
        "lanes": {x.id: x.names.model_dump() | {"sign": x.sign} for x in config.lanes},
        "shelves": {x.id: x.name.model_dump() for x in config.shelves},
        "products": {x.gtin: x.name.model_dump() for x in config.products},
        "zones": {x.id: x.name.model_dump() for x in config.zones},
    }
