"""The simulated camera on RTSP, watched by OpenCV's own client."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from simulators.camera.drawing import encode
from simulators.camera.feed import Feed
from simulators.camera.rtp_jpeg import packets, take_apart
from simulators.camera.rtsp import RtspServer
from simulators.camera.views import VIEWS
from simulators.scene.live import LiveScene
from simulators.scene.scene import Scene
from simulators.scene.settings import quiet


@pytest.fixture
def server() -> Iterator[RtspServer]:
    live = LiveScene(Scene(quiet()))
    feed = Feed(live, VIEWS["along"](live.layout, 640, 360), fps=20.0)
    server = RtspServer({"lanes": feed})
    yield server
    server.close()
    feed.close()


def test_opencv_watches_the_stream_and_sees_the_shop(server: RtspServer) -> None:
    layout = quiet().layout
    capture = cv2.VideoCapture(server.source("lanes"))
    try:
        assert capture.isOpened()
        pictures = [capture.read() for _ in range(5)]
    finally:
        capture.release()
    assert all(good for good, _ in pictures)
    picture = pictures[-1][1]
    assert picture.shape == (360, 640, 3)
    live = LiveScene(Scene(quiet()))
    feed = Feed(live, VIEWS["along"](layout, 640, 360), fps=20.0)
    stream = feed.pictures()
    expected = cv2.imdecode(np.frombuffer(next(stream).jpeg, np.uint8), 1)
    stream.close()
    feed.close()
    assert np.mean(np.abs(picture.astype(int) - expected)) < 6.0


def ask(server: RtspServer, *requests: str) -> list[str]:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        answers = []
        with connection.makefile("rb") as stream:
            for request in requests:
                connection.sendall(request.encode("latin-1"))
                answers.append(stream.readline().decode().strip())
                while stream.readline() not in (b"\r\n", b""):
                    pass
        return answers


def test_what_is_not_there_or_not_supported_is_refused(server: RtspServer) -> None:
    base = server.source("lanes")
    udp = "RTP/AVP;unicast;client_port=5000-5001"
    assert ask(
        server,
        f"OPTIONS {base} RTSP/1.0\nCSeq: 1\n\n",
        f"DESCRIBE {server.url}/nothing RTSP/1.0\nCSeq: 2\n\n",
        f"$\x01\x00\x04\n\n\n\nPLAY {base} RTSP/1.0\nCSeq: 3\n\n",
        f"SETUP {base}/track1 RTSP/1.0\nCSeq: 4\nTransport: {udp}\n\n",
    ) == [
        "RTSP/1.0 200 OK",
        "RTSP/1.0 404 Not Found",
        "RTSP/1.0 405 Method Not Allowed",
        "RTSP/1.0 461 Unsupported Transport",
    ]


def test_who_speaks_another_language_is_hung_up_on(server: RtspServer) -> None:
    assert ask(server, "GET / HTTP/1.1\n\n") == [""]


def test_packets_carry_the_whole_scan_in_order() -> None:
    rng = np.random.default_rng(1)
    parts = take_apart(encode(rng.integers(0, 255, (64, 96, 3), np.uint8)))
    sent = list(packets(parts, 65535, 9000, 7))
    assert (parts.kind, parts.width, parts.height, len(parts.tables)) == (1, 96, 64, 128)
    assert [int.from_bytes(p[2:4], "big") for p in sent[:2]] == [65535, 0]
    assert [bool(p[1] & 0x80) for p in sent] == [False] * (len(sent) - 1) + [True]
    bodies = [sent[0][12 + 8 + 4 + 128 :], *(p[12 + 8 :] for p in sent[1:])]
    assert b"".join(bodies) == parts.scan
    offsets = [int.from_bytes(p[13:16], "big") for p in sent]
    assert offsets == [sum(map(len, bodies[:i])) for i in range(len(bodies))]


@pytest.mark.parametrize("junk", [b"", b"GIF89a", b"\xff\xd8\xff\xd9"])
def test_what_is_no_jpeg_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError, match="jpeg: expected"):
        take_apart(junk)
