"""The only place where a gateway is wired."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import structlog
import uvicorn
from fastapi import FastAPI

from gateway.api.alerts import alert_routes, maintenance_routes
from gateway.api.board import Board, Picture
from gateway.api.feed import Feed
from gateway.api.heat import heat_routes
from gateway.api.lanes import lane_routes
from gateway.api.login import Guard, Lock, login_routes
from gateway.api.ratings import rating_routes
from gateway.api.state import health_routes, state_routes
from gateway.clock import Clock, wall_clock
from gateway.config import GatewayConfig
from gateway.engine import Engine, Step
from gateway.ingest.broker import Broker
from gateway.ingest.inbox import Inbox
from gateway.outputs.notifier import Letterhead, Notifier
from gateway.outputs.telling import Teller
from gateway.pages.routes import add_pages, login_page
from gateway.state.database import connect, read_only
from messages.topics import Topics

log = structlog.get_logger(__name__)

STUCK_AFTER_S = 5.0
"""An engine that has judged nothing for so long is reported as failing."""


class EngineFailedError(RuntimeError):
    """The thread that works has died."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the gateway stops in one place."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Gateway:
    """One gateway, wired; :meth:`start` lets it work.

    Args:
        config: the store.
        clock: wall clock in seconds since 1970.
        loop: the event loop that serves the pages.
        on_end: called in the engine's thread when it ended, also by an error.

    Raises:
        gateway.state.database.DatabaseError: the database cannot be used.
    """

    def __init__(
        self,
        config: GatewayConfig,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        on_end: Callable[[], object] = lambda: None,
    ) -> None:
        self._clock = clock
        self._on_end = on_end
        self.failed = False
        self._inbox = Inbox()
        topics = Topics(config.store)
        teller = Teller(
            topics,
            config.all_screens,
            self._publish,
            valid_s=config.stale_after_s,
            publish_once=self._publish_once,
        )
        self._broker = Broker(
            config.mqtt, topics, self._inbox, clock, on_connected=teller.say_again
        )
        self._feed = Feed(loop)
        self._board = Board(config, self._feed, lambda: self._broker.connected)
        self._engine = Engine(
            config,
            connect(config.database),
            self._inbox,
            teller,
            clock,
            on_step=lambda step: self._board.show(_picture(step)),
            on_notices=self._wake_notifiers,
            screens=self._board.screens,
        )
        self._notifiers = _notifiers(config, clock, self._engine)
        self._working = threading.Thread(target=self._work, name="engine", daemon=True)
        self.app = self._make_app(config)

    def start(self) -> None:
        """Connect to the broker and work, in threads of its own."""
        self._working.start()
        self._broker.start()
        for notifier in self._notifiers:
            notifier.start()

    def end_streams(self) -> None:
        """Let all pages go, so that the web server can end; call it in the event loop."""
        self._feed.close()

    def stop(self) -> None:
        """Finish the round under way and let everything go."""
        self._broker.stop()
        self._engine.stop()
        self._working.join(1.0)
        for notifier in self._notifiers:
            notifier.stop(0.1)

    def health(self) -> tuple[bool, dict[str, Any]]:
        """Say whether the gateway works, with details."""
        picture = self._board.picture
        age_s = None if picture is None else max(0.0, self._clock() - picture.view.now_s)
        broken = self._engine.broken
        works = age_s is not None and age_s < STUCK_AFTER_S and not broken
        return works, {
            "broker": self._broker.connected,
            "database": not broken,
            "judged_s_ago": age_s,
            "inbox": len(self._inbox),
        }

    def _work(self) -> None:
        try:
            self._engine.run()
        except Exception:
            self.failed = True
            log.exception("the engine failed")
        self._on_end()

    def _make_app(self, config: GatewayConfig) -> FastAPI:
        app = FastAPI(title="Instore Edge gateway", version="1", docs_url=None, redoc_url=None)
        board, feed, engine = self._board, self._feed, self._engine
        app.include_router(state_routes(board, feed, (lane.id for lane in config.lanes)))
        app.include_router(
            alert_routes(config.alerts, board, engine, lambda: read_only(config.database))
        )
        app.include_router(maintenance_routes(board, engine))
        app.include_router(health_routes(board, feed, self.health))
        lanes = frozenset(lane.id for lane in config.lanes)
        app.include_router(lane_routes(lanes, board, engine))
        app.include_router(rating_routes(engine, lanes, self._clock))
        zone = ZoneInfo(config.timezone)
        app.include_router(heat_routes(lambda: read_only(config.database), zone, self._clock))
        self._lock_up(app, config)
        add_pages(app, config, lambda: read_only(config.database), self._clock)
        return app

    def _lock_up(self, app: FastAPI, config: GatewayConfig) -> None:
        name = config.http.password_env
        if name is None:
            if config.http.open_to_all is not None:
                log.warning(config.http.open_to_all)
            return
        lock = Lock(os.environ.get(name, ""), self._clock)
        app.include_router(login_routes(lock, login_page(config)))
        app.add_middleware(Guard, lock=lock)

    def _publish(self, topic: str, payload: bytes) -> None:
        self._broker.publish(topic, payload)

    def _publish_once(self, topic: str, payload: bytes) -> None:
        self._broker.publish(topic, payload, retain=False)

    def _wake_notifiers(self) -> None:
        for notifier in self._notifiers:
            notifier.wake()


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
        gateway.api.login.PasswordError: the environment holds no hash of a password.
        OSError: the address of the pages is taken or not ours.
        EngineFailedError: the engine's thread died; whoever started the gateway starts it again.
    """
    with socket.create_server((config.http.host, config.http.port)) as listener:
        asyncio.run(_serve(config, listener, clock, on_ready))


async def _serve(
    config: GatewayConfig,
    listener: socket.socket,
    clock: Clock,
    on_ready: Callable[[str], None],
) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError):  # only a program's main thread may listen to signals
            loop.add_signal_handler(number, ended.set)
    gateway = Gateway(config, clock, loop, lambda: loop.call_soon_threadsafe(ended.set))
    server = _Server(
        uvicorn.Config(gateway.app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )
    gateway.start()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    url = "http://{}:{}".format(*listener.getsockname()[:2])
    log.info("gateway serves", url=url, store=config.store)
    on_ready(url)
    await ended.wait()
    log.info("gateway stops")
    gateway.end_streams()
    server.should_exit = True
    await serving
    await asyncio.to_thread(gateway.stop)
    if gateway.failed:
        raise EngineFailedError("the engine failed; the log says why")


def _picture(step: Step) -> Picture:
    decisions = step.decisions
    return Picture(
        decisions.view,
        step.alerts,
        decisions.signs,
        decisions.advice,
        step.works,
        asdict(step.counts),
        step.words,
    )


def _notifiers(config: GatewayConfig, clock: Clock, engine: Engine) -> list[Notifier]:
    name = getattr(config.name, config.languages[0]) if config.name else config.store
    head = Letterhead(name, config.languages, config.http.public_url)
    return [
        Notifier(one, config.alerts, config.database, head, clock, engine.told)
        for one in config.alerts.notifiers
    ]
