"""The only place where a gateway is wired."""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from gateway.api.alerts import alert_routes, maintenance_routes
from gateway.api.board import Board, Picture
from gateway.api.feed import Feed
from gateway.api.state import health_routes, state_routes
from gateway.clock import Clock, wall_clock
from gateway.config import GatewayConfig
from gateway.engine import Engine, Step
from gateway.ingest.broker import Broker
from gateway.ingest.inbox import Inbox
from gateway.outputs.notifier import Letterhead, Notifier
from gateway.outputs.telling import Teller
from gateway.pages.routes import add_pages
from gateway.state.database import connect, read_only
from messages.topics import Topics

log = structlog.get_logger(__name__)

STUCK_AFTER_S = 5.0
"""An engine that has judged nothing for so long is reported as failing."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the gateway stops in one place."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(
    config: GatewayConfig,
    *,
    clock: Clock = wall_clock,
    on_ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Run a gateway until SIGTERM or SIGINT, which end it within 2 s.

    Args:
        config: the store.
        clock: wall clock in seconds since 1970.
        on_ready: called with the address of the pages once they are served.

    Raises:
        gateway.state.database.DatabaseError: the database cannot be used.
        OSError: the address of the pages is taken or not ours.
    """
    with socket.create_server((config.http.host, config.http.port)) as listener:
        db = connect(config.database)
        asyncio.run(_serve(config, db, listener, clock, on_ready))


async def _serve(
    config: GatewayConfig,
    db: sqlite3.Connection,
    listener: socket.socket,
    clock: Clock,
    on_ready: Callable[[str], None],
) -> None:
    loop = asyncio.get_running_loop()
    topics = Topics(config.store)
    inbox = Inbox()
    # The broker's line and the teller need each other: the line is filled in below.
    teller = Teller(
        topics,
        config.all_screens,
        lambda topic, payload: broker.publish(topic, payload),
        valid_s=config.stale_after_s,
    )
    broker = Broker(config.mqtt, topics, inbox, clock, on_connected=teller.say_again)
    feed = Feed(loop)
    board = Board(config, feed, lambda: broker.connected)
    notifiers: list[Notifier] = []

    def wake_notifiers() -> None:
        for notifier in notifiers:
            notifier.wake()

    engine = Engine(
        config,
        db,
        inbox,
        teller,
        clock,
        on_step=lambda step: board.show(_picture(step)),
        on_notices=wake_notifiers,
        screens=board.screens,
    )

    def health() -> tuple[bool, dict[str, Any]]:
        picture = board.picture
        age_s = None if picture is None else max(0.0, clock() - picture.view.now_s)
        works = age_s is not None and age_s < STUCK_AFTER_S and not engine.broken
        return works, {
            "broker": broker.connected,
            "database": not engine.broken,
            "judged_s_ago": age_s,
            "inbox": len(inbox),
        }

    url = "http://{}:{}".format(*listener.getsockname()[:2])
    notifiers += _notifiers(config, clock, engine)
    app = FastAPI(title="Instore Edge gateway", version="1", docs_url=None, redoc_url=None)
    app.include_router(state_routes(board, feed, (lane.id for lane in config.lanes)))
    app.include_router(alert_routes(board, engine, lambda: read_only(config.database)))
    app.include_router(maintenance_routes(board, engine))
    app.include_router(health_routes(board, feed, health))
    add_pages(app, config)
    server = _Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError):  # only a program's main thread may listen to signals
            loop.add_signal_handler(number, ended.set)
    working = threading.Thread(target=engine.run, name="engine", daemon=True)
    working.start()
    broker.start()
    for notifier in notifiers:
        notifier.start()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    log.info("gateway serves", url=url, store=config.store)
    on_ready(url)
    await ended.wait()
    log.info("gateway stops")
    feed.close()
    server.should_exit = True
    await serving
    broker.stop()
    engine.stop()
    await asyncio.to_thread(working.join, 1.0)
    for notifier in notifiers:
        notifier.stop(0.1)


def _picture(step: Step) -> Picture:
    decisions = step.decisions
    return Picture(
        decisions.view,
        step.alerts,
        decisions.signs,
        decisions.advice,
        step.works,
        asdict(step.counts),
    )


def _notifiers(config: GatewayConfig, clock: Clock, engine: Engine) -> list[Notifier]:
    name = getattr(config.name, config.languages[0]) if config.name else config.store
    head = Letterhead(name, config.languages, config.http.public_url)
    return [
        Notifier(one, config.alerts, config.database, head, clock, engine.told)
        for one in config.alerts.notifiers
    ]
