"""MJPEG over real sockets: newest picture, bad input, and always coming back."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hardware.backoff import Backoff
from hardware.interfaces import Camera, CameraState, Frame
from tests.unit.cameras.waiting import (
    WAIT_S,
    anything,
    opened,
    until,
    until_counter,
    until_state,
)


def grey(frame: Frame) -> int:
    return int(frame.image.mean().round())


def test_it_is_a_camera_and_gives_pictures(http_camera: Any) -> None:
    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD + http_camera.part(http_camera.jpeg(120)))
        http_camera.hold(connection)

    http_camera.behaviour = serve
    with opened(http_camera.url) as camera:
        assert isinstance(camera, Camera)
        frame = until(camera, anything)
        assert frame.image.shape == (48, 64, 3)
        assert abs(grey(frame) - 120) <= 1
        assert camera.state is CameraState.OK
        assert camera.read(0.0) is None


def test_an_encrypted_camera_is_believed_by_its_authority_alone(
    https_camera: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, authority = https_camera

    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(server.HEAD + server.part(server.jpeg(120)))
        server.hold(connection)

    server.behaviour = serve
    with opened(server.url) as camera:
        until_state(camera, CameraState.LOST, "SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with opened(server.url) as camera:
        assert until(camera, anything).image.shape == (48, 64, 3)


def test_slow_reader_gets_the_newest_picture_and_a_gap_in_the_index(http_camera: Any) -> None:
    sent = threading.Event()

    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD)
        for value in range(10, 201, 10):
            connection.sendall(http_camera.part(http_camera.jpeg(value), length=value % 20 == 0))
        # Without a length a part ends with the next boundary.
        connection.sendall(b"--cam\r\n")
        sent.set()
        http_camera.hold(connection)

    http_camera.behaviour = serve
    with opened(http_camera.url) as camera:
        assert sent.wait(WAIT_S)
        until_counter(camera, "frames", 20)
        frame = camera.read(1.0)
        assert frame is not None
        assert abs(grey(frame) - 200) <= 1
        assert frame.index == 19


def test_a_picture_that_waited_too_long_is_not_given(http_camera: Any) -> None:
    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD + http_camera.part(http_camera.jpeg()))
        http_camera.hold(connection)

    now = [100.0]
    http_camera.behaviour = serve
    with opened(http_camera.url, clock=lambda: now[0]) as camera:
        until_counter(camera, "frames", 1)
        now[0] += 1.5
        assert camera.read(0.0) is None


def test_broken_pictures_are_counted_and_the_rest_goes_on(http_camera: Any) -> None:
    good = http_camera.jpeg(50, (480, 640))
    bomb = bytearray(good)
    frame_header = good.index(b"\xff\xc0")
    bomb[frame_header + 5 : frame_header + 9] = b"\xff\xff\xff\xff"

    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD)
        for bad in (b"no picture", good[: len(good) // 2], bytes(bomb), b"\xff\xd8\xff\xd9"):
            connection.sendall(http_camera.part(bad))
        connection.sendall(b"\r\n\r\n" + bytes(range(256)) * 40)
        connection.sendall(http_camera.part(good))
        http_camera.hold(connection)

    http_camera.behaviour = serve
    with opened(http_camera.url) as camera:
        assert until(camera, anything).image.shape == (480, 640, 3)
        assert camera.counters["broken"] == 4
        assert camera.counters["connections"] == 1


def test_garbage_for_ever_is_lost_with_a_reason_and_recovers(http_camera: Any) -> None:
    def garbage(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD)
        noise = hashlib.sha256(b"seed").digest() * 512
        while not http_camera.stopping.is_set():
            connection.sendall(noise)

    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD + http_camera.part(http_camera.jpeg()))
        http_camera.hold(connection)

    http_camera.behaviour = garbage
    with opened(http_camera.url, timeout_s=0.2) as camera:
        until_state(camera, CameraState.LOST, "bytes but no picture")
        http_camera.behaviour = serve
        until(camera, anything)


def test_silent_connection_is_given_up(http_camera: Any) -> None:
    """A half-open connection: the peer is gone without a word."""

    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD + http_camera.part(http_camera.jpeg()))
        silent.wait(WAIT_S)

    silent = threading.Event()
    http_camera.behaviour = serve
    with opened(http_camera.url, timeout_s=0.2) as camera:
        until(camera, anything)
        until_state(camera, CameraState.LOST, "nothing received")
        silent.set()
        until(camera, lambda frame: frame.index >= 1)
        assert http_camera.connections >= 2


def test_cut_stream_reconnects_and_time_goes_on(http_camera: Any) -> None:
    sizes = iter([(48, 64), (96, 128)])

    def serve(connection: socket.socket, head: str) -> None:
        picture = http_camera.jpeg(size=next(sizes))
        connection.sendall(http_camera.HEAD + http_camera.part(picture, stamp_s=5.0))
        if picture == http_camera.jpeg(size=(96, 128)):
            http_camera.hold(connection)

    http_camera.behaviour = serve
    with opened(http_camera.url) as camera:
        first = until(camera, anything)
        second = until(camera, lambda frame: frame.image.shape == (96, 128, 3))
        assert second.t_s > first.t_s
        assert second.index > first.index


def test_not_there_at_start_is_lost_with_a_reason_then_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with opened(f"http://u:hunter2@127.0.0.1:{port}/x") as camera:
        until_state(camera, CameraState.LOST, "Connection refused")
        assert "hunter2" not in camera.detail


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_login_of_the_source_is_used(http_camera: Any, scheme: str) -> None:
    def serve(connection: socket.socket, head: str) -> None:
        check = _basic_ok if scheme == "basic" else _digest_ok
        if not check(head):
            challenge = 'Basic realm="cam"' if scheme == "basic" else _DIGEST_CHALLENGE
            connection.sendall(
                b"HTTP/1.0 401 Unauthorized\r\nContent-Length: 0\r\n"
                b"WWW-Authenticate: " + challenge.encode() + b"\r\n\r\n"
            )
            return
        connection.sendall(http_camera.HEAD + http_camera.part(http_camera.jpeg()))
        http_camera.hold(connection)

    http_camera.behaviour = serve
    url = f"http://admin:{{}}@127.0.0.1:{http_camera.port}/stream"
    with capture_logs() as logs:
        with opened(url.format("p%40ss")) as camera:
            until(camera, anything)
        with opened(url.format("wrongpw")) as camera:
            until_state(camera, CameraState.LOST, "401: the camera refuses")
        with opened(http_camera.url) as camera:
            until_state(camera, CameraState.LOST, "401: the camera wants")
    assert not re.search("p%40ss|p@ss|wrongpw", str(logs))


_DIGEST_CHALLENGE = 'Digest realm="cam", nonce="0123", qop="auth", algorithm=MD5'


def _basic_ok(head: str) -> bool:
    return base64.b64encode(b"admin:p@ss").decode() in head


def _digest_ok(head: str) -> bool:
    """RFC 2617 section 3.2.2, computed independently of the client."""
    fields = dict(re.findall(r'(\w+)="?([^",\s]*)"?', head.partition("Authorization: Digest")[2]))
    if "response" not in fields:
        return False
    a1 = hashlib.md5(b"admin:cam:p@ss").hexdigest()  # noqa: S324  the scheme's own hash
    a2 = hashlib.md5(b"GET:/stream").hexdigest()  # noqa: S324  the scheme's own hash
    text = ":".join([a1, "0123", fields["nc"], fields["cnonce"], "auth", a2])
    return fields["response"] == hashlib.md5(text.encode()).hexdigest()  # noqa: S324  the scheme's own hash


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (b"HTTP/1.0 404 Not Found\r\n\r\n", "404: the camera has no stream"),
        (b"HTTP/1.0 503 Busy\r\n\r\n", "HTTP 503: expected 200"),
        (
            b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
            "expected multipart/x-mixed-replace.*found text/html",
        ),
        (b"220 ftp.example ready\r\n", "no connection"),
        (b"", "no connection"),
    ],
)
def test_wrong_answer_is_named(http_camera: Any, answer: bytes, detail: str) -> None:
    http_camera.behaviour = lambda connection, head: connection.sendall(answer)
    with opened(http_camera.url) as camera:
        until_state(camera, CameraState.LOST, detail)


def test_close_ends_a_waiting_reader(http_camera: Any) -> None:
    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(http_camera.HEAD)
        http_camera.hold(connection)

    http_camera.behaviour = serve
    with opened(http_camera.url, timeout_s=60.0) as camera:
        got: list[Frame | None] = []
        reader = threading.Thread(target=lambda: got.append(camera.read(60.0)))
        reader.start()
        until_counter(camera, "connections", 1)
        camera.close()
        reader.join(WAIT_S)
        assert got == [None]


@pytest.mark.slow
def test_ten_thousand_reconnects_leave_no_descriptor_and_no_memory(http_camera: Any) -> None:
    turn = count()
    picture = http_camera.part(http_camera.jpeg())
    answers = (
        http_camera.HEAD + picture,
        http_camera.HEAD + picture[: len(picture) // 2],
        http_camera.HEAD + b"\x00\xff" * 500,
        b"HTTP/1.0 404 Not Found\r\n\r\n",
        b"\x00" * 100,
    )

    def serve(connection: socket.socket, head: str) -> None:
        connection.sendall(answers[next(turn) % len(answers)])

    http_camera.behaviour = serve
    with capture_logs(), opened(http_camera.url, backoff=Backoff(0.0, 0.0)) as camera:
        until_counter(camera, "failures", 1_000)
        descriptors, kilobytes = _descriptors(), _resident_kb()
        until_counter(camera, "failures", 10_000, limit_s=4 * WAIT_S)
        assert _descriptors() <= descriptors + 3
        assert _resident_kb() <= kilobytes + 8_000


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _resident_kb() -> int:
    text = Path("/proc/self/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", text)
    assert match
    return int(match[1])
