"""A login for staff: one password of the store, kept as an Argon2 hash in the environment.

Screens for shoppers stay open. A cookie lasts for a working day and survives a restart: it is an
expiry signed with a key made from the hash, so a new password ends all of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.clock import Clock

COOKIE = "staff"
LASTS_S = 12 * 3600.0
TRIES_A_MINUTE = 10
_OPEN = ("/lane/", "/screen/", "/rate", "/static/", "/healthz", "/login", "/api/v1/stream/lanes/")
_BODY_LIMIT = 4096


class PasswordError(ValueError):
    """The environment holds no Argon2 hash."""


class Lock:
    """Knows the password's hash, and makes and reads cookies.

    Args:
        password_hash: Argon2 hash, as ``store-gateway password`` prints it.
        clock: wall clock in seconds since 1970.

    Raises:
        PasswordError: this is no Argon2 hash.
    """

    def __init__(self, password_hash: str, clock: Clock) -> None:
        self._hash = password_hash
        self._clock = clock
        self._hasher = PasswordHasher()
        self._key = hashlib.sha256(b"cookie" + password_hash.encode()).digest()
        self._right: bytes | None = None
        self._tries: deque[float] = deque(maxlen=TRIES_A_MINUTE)
        try:
            self._hasher.check_needs_rehash(password_hash)
        except InvalidHashError as error:
            raise PasswordError(
                "expected an Argon2 hash, as `store-gateway password` prints it"
            ) from error

    def opens(self, password: str) -> bool:
        """Say whether this is the password; slow on purpose."""
        digest = hashlib.sha256(self._key + password.encode()).digest()
        if self._right is not None and hmac.compare_digest(digest, self._right):
            return True
        try:
            self._hasher.verify(self._hash, password)
        except Argon2Error:
            return False
        self._right = digest  # other systems send it with each request
        return True

    def may_try(self) -> bool:
        """Say whether another guess is allowed now, and count it."""
        now_s = self._clock()
        if len(self._tries) == TRIES_A_MINUTE and 0.0 <= now_s - self._tries[0] < 60.0:
            return False
        self._tries.append(now_s)
        return True

    def cookie(self) -> str:
        """Make the value of a fresh cookie."""
        until = str(int(self._clock() + LASTS_S))
        return f"{until}.{self._sign(until)}"

    def knows(self, cookie: str) -> bool:
        """Say whether a cookie is ours and still holds."""
        until, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(until).encode()):
            return False
        return self._clock() < int(until)

    def _sign(self, until: str) -> str:
        return hmac.new(self._key, until.encode(), hashlib.sha256).hexdigest()


class Guard:
    """ASGI middleware: lets nobody but staff past the pages for shoppers."""

    def __init__(self, app: ASGIApp, lock: Lock) -> None:
        self._app = app
        self._lock = lock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http" or _is_open(scope) or await self._is_staff(scope):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith("/api/") or scope["method"] != "GET" or path == "/metrics":
            answer: Response = JSONResponse(
                {"detail": "expected a login: a staff cookie or Authorization: Bearer PASSWORD"},
                401,
                {"WWW-Authenticate": "Bearer"},
            )
        else:
            query = scope["query_string"].decode("latin-1")
            there = quote(f"{path}?{query}" if query else path, safe="/")
            answer = RedirectResponse(f"/login?next={there}", 303)
        await answer(scope, receive, send)

    async def _is_staff(self, scope: Scope) -> bool:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            cookie = SimpleCookie(headers.get(b"cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        if cookie is not None and self._lock.knows(cookie.value):
            return True
        kind, _, password = headers.get(b"authorization", "").partition(" ")
        if kind.lower() != "bearer" or not password:
            return False
        return await asyncio.to_thread(self._lock.opens, password)


def _is_open(scope: Scope) -> bool:
    path: str = scope["path"]
    rates = path == "/api/v1/ratings" and scope["method"] == "POST"
    return rates or path.startswith(_OPEN)


def login_routes(lock: Lock, page: Any) -> APIRouter:
    """Make the routes.

    Args:
        lock: the password.
        page: ``page(request, failed, next)`` gives the login page.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    def login(request: Request) -> Response:
        answer: Response = page(request, False, _within(request.query_params.get("next")))
        return answer

    @router.post("/login")
    async def enter(request: Request) -> Response:
        body = await request.body()
        fields = parse_qs(body[:_BODY_LIMIT].decode("utf-8", "replace"))
        there = _within(fields.get("next", [""])[0])
        password = fields.get("password", [""])[0]
        if not lock.may_try() or not await asyncio.to_thread(lock.opens, password):
            answer: Response = page(request, True, there)
            answer.status_code = 401
            return answer
        answer = RedirectResponse(there, 303)
        answer.set_cookie(
            COOKIE, lock.cookie(), max_age=int(LASTS_S), httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    return router


def _within(there: str | None) -> str:
    """Give an address of this gateway alone: nobody is sent elsewhere after a login."""
    ours = there is not None and there.startswith("/") and not there.startswith(("//", "/\\"))
    return there if ours and there is not None else "/overview"
