"""MJPEG over HTTP: what most cameras offer beside RTSP, and what our simulator serves.

Read here rather than by FFmpeg: pictures that nobody takes are never decoded, broken ones are
counted, the camera's timestamps are kept, and a server that drips bytes is noticed.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
import ssl
import time
from collections import deque
from email.message import Message
from functools import partial
from http.client import HTTPException
from typing import Protocol, cast
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import (
    BaseHandler,
    HTTPBasicAuthHandler,
    HTTPDefaultErrorHandler,
    HTTPDigestAuthHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    UnknownHandler,
)

import cv2
import numpy as np

from hardware.cameras.live import Decode, FeedError
from hardware.cameras.multipart import MultipartParser, Part, jpeg_size
from hardware.cameras.source import Source
from hardware.interfaces import Image

_CHUNK = 256 * 1024
_MAX_PIXELS = 64 * 1024 * 1024
_UNTRUSTED = "the camera's certificate is not trusted ({why}): name its authority in SSL_CERT_FILE"


class _Response(Protocol):
    headers: Message

    def read1(self, n: int = ..., /) -> bytes: ...

    def fileno(self) -> int: ...

    def close(self) -> None: ...


class MjpegFeed:
    """One HTTP connection that sends picture after picture.

    Args:
        source: the address; a login in it is used for Basic or Digest authentication.
        timeout_s: for connecting, and between two pictures.

    Raises:
        FeedError: no connection, or something other than MJPEG.
    """

    def __init__(self, source: Source, *, timeout_s: float = 5.0) -> None:
        self._source = source
        self._timeout_s = timeout_s
        self._response = _open(source, timeout_s)
        try:
            self._parser = MultipartParser(_boundary(self._response.headers, source))
        except FeedError:
            self._response.close()
            raise
        # shutdown() on a duplicate wakes a reader of the original, also under TLS.
        self._wake = socket.socket(fileno=os.dup(self._response.fileno()))
        self._parts: deque[Part] = deque()
        self._newest = b""
        self._not_jpeg = 0

    @property
    def broken(self) -> int:
        """Parts thrown away so far."""
        return self._parser.garbage + self._not_jpeg

    def advance(self) -> float | None:
        """Wait for the next picture; see :class:`hardware.cameras.live.Feed`."""
        deadline_s = time.monotonic() + self._timeout_s
        while True:
            while self._parts:
                part = self._parts.popleft()
                if _is_picture(part.body):
                    self._newest = part.body
                    return part.stamp_s
                self._not_jpeg += 1
            if time.monotonic() > deadline_s:
                raise FeedError(f"bytes but no picture for {self._timeout_s:g} s")
            self._parts.extend(self._parser.feed(self._receive()))

    def picture(self) -> Decode:
        """Give the newest JPEG, to be decoded by whoever wants it."""
        return partial(decode_jpeg, self._newest)

    def interrupt(self) -> None:
        """Shut the socket down, so that a waiting ``advance`` returns."""
        with contextlib.suppress(OSError):
            self._wake.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._wake.close()
        self._response.close()

    def _receive(self) -> bytes:
        try:
            data = self._response.read1(_CHUNK)
        except TimeoutError as error:
            raise FeedError(f"nothing received for {self._timeout_s:g} s") from error
        except (OSError, HTTPException, ValueError) as error:
            raise FeedError(self._source.redact(f"connection lost: {error}")) from error
        if not data:
            raise FeedError("the camera closed the connection")
        return data


def decode_jpeg(data: bytes) -> Image | None:
    """Decode a JPEG to (H, W, 3) BGR; None when it is broken."""
    try:
        return cast(
            "Image | None",
            cv2.imdecode(
                np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
            ),
        )
    except cv2.error:
        return None


def _is_picture(data: bytes) -> bool:
    size = jpeg_size(data)
    return size is not None and 0 < math.prod(size) <= _MAX_PIXELS


def _open(source: Source, timeout_s: float) -> _Response:
    parts = urlsplit(source.address)
    login, _, host = parts.netloc.rpartition("@")
    address = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    opener = _opener(address, login, encrypted=parts.scheme == "https")
    try:
        return cast("_Response", opener.open(address, timeout=timeout_s))
    except HTTPError as error:
        with error:
            raise FeedError(_status_text(error.code, has_login=bool(login))) from error
    except URLError as error:
        reason = error.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise FeedError(_UNTRUSTED.format(why=reason.verify_message)) from error
        text = reason.strerror or str(reason) if isinstance(reason, OSError) else str(reason)
        raise FeedError(source.redact(f"no connection: {text}")) from error
    except TimeoutError as error:
        raise FeedError(f"no answer for {timeout_s:g} s") from error
    except (OSError, HTTPException, ValueError) as error:
        raise FeedError(source.redact(f"no connection: {error}")) from error


def _opener(address: str, login: str, *, encrypted: bool) -> OpenerDirector:
    # Put together by hand: build_opener() would also take proxies from the environment, though
    # cameras stand in the shop's own network, and follow redirects to ftp and files.
    opener = OpenerDirector()
    handlers: list[BaseHandler] = [
        HTTPSHandler(context=ssl.create_default_context()) if encrypted else HTTPHandler(),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
        HTTPRedirectHandler(),
        UnknownHandler(),
    ]
    if login:
        user, _, password = login.partition(":")
        passwords = HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, address, unquote(user), unquote(password))
        handlers += [HTTPDigestAuthHandler(passwords), HTTPBasicAuthHandler(passwords)]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _status_text(code: int, *, has_login: bool) -> str:
    match code:
        case 401 if has_login:
            return "HTTP 401: the camera refuses this user and password"
        case 401:
            return "HTTP 401: the camera wants a user and password"
        case 404:
            return "HTTP 404: the camera has no stream at this path"
    return f"HTTP {code}: expected 200"


def _boundary(headers: Message, source: Source) -> str:
    kind = headers.get_content_type()
    boundary = headers.get_param("boundary")
    if kind != "multipart/x-mixed-replace" or not isinstance(boundary, str) or not boundary:
        raise FeedError(
            source.redact(f"expected multipart/x-mixed-replace with a boundary, found {kind}")
        )
    return boundary
