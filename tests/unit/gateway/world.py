"""A working engine with its HTTP API, without broker and browser."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from gateway.api.alerts import alert_routes, maintenance_routes
from gateway.api.board import Board, Picture
from gateway.api.feed import Feed
from gateway.api.heat import heat_routes
from gateway.api.lanes import lane_routes
from gateway.api.ratings import rating_routes
from gateway.api.state import health_routes, state_routes
from gateway.config import GatewayConfig
from gateway.engine import Engine, Step
from gateway.ingest.inbox import Arrived, Inbox
from gateway.outputs.telling import Teller
from gateway.pages.routes import add_pages
from gateway.state.database import connect, read_only
from messages.envelope import Envelope, decode
from messages.fields import Payload
from messages.payloads import StockData, StockItem
from messages.topics import Topics

NOW_S = 1_769_832_000.0
GTIN = "06901234001006"
TOPICS = Topics("demo")
RATING = {
    "id": "rating-0001",
    "score": 1,
    "topic": "staff",
    "lane": "1",
    "comment": " nobody \n came ",
}


class World:
    """An engine in its thread, its API, and messages put in by hand."""

    def __init__(self, config: GatewayConfig) -> None:
        self.now_s = NOW_S
        self.inbox = Inbox()
        self.sent: list[tuple[str, Envelope]] = []
        self.kept: dict[str, Envelope] = {}
        self._steps = threading.Condition()
        self._shown = 0
        self._loop = asyncio.new_event_loop()
        self.feed = Feed(self._loop)
        self.board = Board(config, self.feed, lambda: True)
        self.engine = Engine(
            config,
            connect(config.database),
            self.inbox,
            Teller(
                TOPICS,
                (),
                self._keep,
                valid_s=10,
                publish_once=lambda topic, payload: self.sent.append((topic, decode(payload))),
            ),
            lambda: self.now_s,
            on_step=self._step,
            judge_every_s=0.01,
        )
        app = FastAPI()
        app.include_router(state_routes(self.board, self.feed, ["1", "2"]))
        app.include_router(
            alert_routes(config.alerts, self.board, self.engine, lambda: read_only(config.database))
        )
        app.include_router(maintenance_routes(self.board, self.engine))
        app.include_router(lane_routes(["1", "2"], self.board, self.engine))
        app.include_router(
            health_routes(self.board, self.feed, lambda: (not self.engine.broken, {}))
        )
        app.include_router(rating_routes(self.engine, frozenset({"1", "2"}), lambda: self.now_s))
        zone = ZoneInfo(config.timezone)
        app.include_router(
            heat_routes(lambda: read_only(config.database), zone, lambda: self.now_s)
        )
        add_pages(app, config, lambda: read_only(config.database), lambda: self.now_s)
        self.app = app
        self._thread = threading.Thread(target=self.engine.run)
        self._thread.start()

    def _step(self, step: Step) -> None:
        decisions = step.decisions
        self.board.show(
            Picture(
                decisions.view,
                step.alerts,
                decisions.signs,
                decisions.advice,
                step.works,
                {"a": 1},
                step.words,
            )
        )
        with self._steps:
            self._shown += 1
            self._steps.notify_all()

    def _keep(self, topic: str, payload: bytes) -> None:
        if payload:
            self.kept[topic] = decode(payload)

    def next_pictures(self, count: int = 2) -> None:
        """Let a little time pass until the store was judged so often again."""
        for _ in range(count):
            with self._steps:
                before = self._shown
                self.now_s += 0.02
                assert self._steps.wait_for(lambda: self._shown > before, 10)  # noqa: B023 (waited for here)

    def hear(
        self, topic: str, payload: Payload, *, seq: int | None = None, boot: str = "b"
    ) -> None:
        envelope = Envelope(
            id="x",
            type=payload.type,
            source="d1",
            time=datetime.fromtimestamp(self.now_s, UTC),
            boot=boot,
            seq=seq,
            data=payload.model_dump(mode="json", exclude_none=True),
        )
        self.inbox.put(Arrived(topic, envelope.encode(), False, self.now_s, lambda: None))
        self.next_pictures()

    def close(self) -> None:
        self.engine.stop()
        self._thread.join(10)
        self._loop.close()


class Api:
    """Requests to the application, one at a time."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://gw") as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PUT", path, **more)


def stock(count: int | None) -> StockData:
    return StockData(shelf="S1", items={GTIN: StockItem(count=count, capacity=10, min=3)})


def raise_alert(world: World, api: Api) -> dict[str, Any]:
    world.hear(TOPICS.stock("d1", "S1"), stock(1))
    world.next_pictures()
    (alert,) = api.get("/api/v1/alerts").json()
    return dict(alert)
