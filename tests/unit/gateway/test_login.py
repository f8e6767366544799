"""The staff's login: nobody else gets past the pages for shoppers, and guessing is slow."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.login import LASTS_S, TRIES_A_MINUTE, Guard, Lock, PasswordError, login_routes

HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("open sesame")


class Clock:
    now_s = 1_769_832_000.0

    def __call__(self) -> float:
        return self.now_s


class Client:
    """A browser that keeps cookies."""

    def __init__(self, app: FastAPI) -> None:
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    def get(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._client.get(path, **more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._client.post(path, **more))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> Client:
    app, lock = FastAPI(), Lock(HASH, clock)
    app.include_router(
        login_routes(lock, lambda _request, failed, there: PlainTextResponse(f"{failed} {there}"))
    )
    for path in ("/overview", "/lane/1", "/healthz", "/api/v1/state", "/api/v1/stream/lanes/1"):
        app.get(path)(lambda: "inside")
    app.post("/api/v1/ratings")(lambda: "inside")
    app.post("/api/v1/alerts/1/resolve")(lambda: "inside")
    app.add_middleware(Guard, lock=lock)
    return Client(app)


def enter(client: Client, guess: str = "open sesame") -> int:
    return client.post("/login", data={"password": guess, "next": "/overview"}).status_code


@pytest.mark.parametrize("path", ["/lane/1", "/healthz", "/api/v1/stream/lanes/1"])
def test_shoppers_need_no_login(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_rating_needs_no_login_but_an_alert_does(client: Client) -> None:
    assert client.post("/api/v1/ratings").status_code == 200
    assert client.post("/api/v1/alerts/1/resolve").status_code == 401


def test_staff_log_in_and_come_back_to_where_they_were(client: Client) -> None:
    turned_away = client.get("/overview?lang=zh")
    assert turned_away.status_code == 303
    assert turned_away.headers["location"] == "/login?next=/overview%3Flang%3Dzh"
    assert enter(client, "guess") == 401
    assert client.get("/overview").status_code == 303
    assert enter(client) == 303
    assert client.get("/overview").json() == "inside"
    assert client.get("/api/v1/state").json() == "inside"


def test_a_cookie_ends_after_a_working_day(client: Client, clock: Clock) -> None:
    enter(client)
    clock.now_s += LASTS_S + 1.0
    assert client.get("/api/v1/state").status_code == 401


def test_other_systems_send_the_password(client: Client) -> None:
    for _ in range(2):
        right = client.get("/api/v1/state", headers={"Authorization": "Bearer open sesame"})
        assert right.status_code == 200
    wrong = client.get("/api/v1/state", headers={"Authorization": "Bearer sesame"})
    assert wrong.status_code == 401


def test_guessing_is_slow(client: Client, clock: Clock) -> None:
    for _ in range(TRIES_A_MINUTE):
        assert enter(client, "guess") == 401
    assert enter(client) == 401, "even the right one has to wait now"
    clock.now_s += 61.0
    assert enter(client) == 303


@pytest.mark.parametrize("there", ["https://elsewhere.example", "//elsewhere.example", "/\\x"])
def test_nobody_is_sent_elsewhere(client: Client, there: str) -> None:
    answer = client.post("/login", data={"password": "open sesame", "next": there})
    assert answer.headers["location"] == "/overview"


@given(st.text(max_size=80))
def test_no_other_cookie_opens(cookie: str) -> None:
    lock = Lock(HASH, Clock())
    assert not lock.knows(cookie)
    assert lock.knows(lock.cookie())
    assert not lock.knows(lock.cookie()[:-1])


def test_a_hash_is_expected() -> None:
    with pytest.raises(PasswordError, match="store-gateway password"):
        Lock("open sesame", Clock())
