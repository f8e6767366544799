"""HTTP API, version 1: the store now, live and at one glance, and how the gateway does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from fastapi import APIRouter, HTTPException, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from gateway.api.board import Board
from gateway.api.feed import Feed
from gateway.api.metrics import metrics_text


def state_routes(board: Board, feed: Feed, lanes: Iterable[str]) -> APIRouter:
    """Make the routes of the store's state.

    Args:
        board: the newest picture.
        feed: live values.
        lanes: lanes that have a sign.
    """
    router = APIRouter(prefix="/api/v1")
    known = frozenset(lanes)

    @router.get("/state")
    def state() -> Response:
        """Give everything known of the store now; null is unknown."""
        return Response(board.state(), media_type="application/json")

    @router.get("/stream/lanes/{lane}", response_class=EventSourceResponse)
    async def stream_lane(lane: str, screen: str | None = None) -> EventSourceResponse:
        """Follow what one lane's screen shows; a screen gives its id, so that it can be missed."""
        if lane not in known:
            raise HTTPException(404, f"no lane {lane}")
        return _stream(feed, f"lane/{lane}", screen)

    @router.get("/stream/store", response_class=EventSourceResponse)
    async def stream_store() -> EventSourceResponse:
        """Follow the whole store."""
        return _stream(feed, "store")

    return router


def health_routes(
    board: Board, feed: Feed, health: Callable[[], tuple[bool, dict[str, Any]]]
) -> APIRouter:
    """Make the routes for those who watch the gateway.

    Args:
        board: the newest picture.
        feed: live values.
        health: whether the gateway works, and details.
    """
    router = APIRouter()

    @router.get("/healthz")
    def healthz(response: Response) -> dict[str, Any]:
        """Say whether the gateway works; 503 when it does not."""
        works, details = health()
        response.status_code = 200 if works else 503
        return {"status": "ok" if works else "failing", **details}

    @router.get("/metrics")
    def metrics() -> Response:
        """Give counters and gauges for Prometheus."""
        return Response(metrics_text(board, feed), media_type="text/plain; version=0.0.4")

    return router


def _stream(feed: Feed, channel: str, name: str | None = None) -> EventSourceResponse:
    # The feed itself speaks often enough, so sse-starlette's own ping is not needed.
    return EventSourceResponse(_events(feed, channel, name), ping=3600)


async def _events(feed: Feed, channel: str, name: str | None) -> AsyncIterator[ServerSentEvent]:
    # A browser that lost the gateway tries again after a second.
    yield ServerSentEvent(comment="hello", retry=1000)
    async for value in feed.follow(channel, name):
        yield ServerSentEvent(data=value)
