"""Cameras on the loopback interface that misbehave on demand."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.unit.rfid.certificates import certificate


class HttpCamera:
    """An HTTP server that hands each connection to ``behaviour(connection, request_head)``."""

    HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cam\r\n\r\n"

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/stream"
        self.behaviour: Callable[[socket.socket, str], None] = lambda connection, head: None
        self.connections = 0
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @staticmethod
    def jpeg(value: int = 90, size: tuple[int, int] = (48, 64)) -> bytes:
        """A plain grey JPEG of size (height, width)."""
        ok, data = cv2.imencode(".jpg", np.full((*size, 3), value, np.uint8))
        assert ok
        return data.tobytes()

    @staticmethod
    def part(body: bytes, *, stamp_s: float | None = None, length: bool = True) -> bytes:
        """One part of a multipart stream, as cameras write it."""
        head = "--cam\r\nContent-Type: image/jpeg\r\n"
        head += f"Content-Length: {len(body)}\r\n" if length else ""
        head += f"X-Timestamp: {stamp_s}\r\n" if stamp_s is not None else ""
        return f"{head}\r\n".encode() + body + b"\r\n"

    @staticmethod
    def hold(connection: socket.socket) -> None:
        """Keep the connection open until the client goes."""
        connection.recv(1)

    def close(self) -> None:
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5.0)

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                with connection:
                    self._answer(connection)
            except OSError:
                continue

    def _answer(self, connection: socket.socket) -> None:
        if self._tls is None:
            self.behaviour(connection, _head(connection))
            return
        with self._tls.wrap_socket(connection, server_side=True) as encrypted:
            self.behaviour(encrypted, _head(encrypted))


def _head(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            break
        data += more
    return data.decode("latin-1")


@pytest.fixture
def http_camera() -> Iterator[HttpCamera]:
    camera = HttpCamera()
    yield camera
    camera.close()


@pytest.fixture
def https_camera(tmp_path: Path) -> Iterator[tuple[HttpCamera, Path]]:
    """A camera that speaks TLS, and the file of the CA that vouches for it."""
    ca, chain, key = certificate(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    camera = HttpCamera(context)
    yield camera, ca
    camera.close()
