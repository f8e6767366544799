"""Cameras over a real RTSP server: GStreamer's, in a process of its own."""

from __future__ import annotations

import json
import random
import signal
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hardware.interfaces import CameraState
from tests.unit.cameras.waiting import anything, opened, until, until_state

pytestmark = pytest.mark.rtsp

SERVER = Path(__file__).with_name("rtsp_server.py")


class RtspServer:
    """A server process; can be stopped for a while, killed and started again on its port."""

    def __init__(self, port: int = 0) -> None:
        self._process = subprocess.Popen(
            ["/usr/bin/python3", str(SERVER), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._answer())
        self.url = f"rtsp://127.0.0.1:{self.port}/lanes"

    def mount(
        self, encoder: str = "h264", size: tuple[int, int] = (320, 240), **login: str
    ) -> None:
        """Serve a moving test picture; clients that are connected are thrown out."""
        width, height = size
        order = {"path": "/lanes", "encoder": encoder, "width": width, "height": height, "fps": 15}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order | login) + "\n")
        self._process.stdin.flush()
        assert self._answer() == "ok"

    def hold(self) -> None:
        """Fall silent with all connections open, as a camera does whose cable is cut."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def rtsp() -> Iterator[RtspServer]:
    server = RtspServer()
    yield server
    server.kill()


@pytest.mark.parametrize("encoder", ["h264", "h265", "jpeg"])
def test_codecs(rtsp: RtspServer, encoder: str) -> None:
    rtsp.mount(encoder)
    with opened(rtsp.url) as camera:
        first = until(camera, anything)
        later = until(camera, lambda frame: frame.index > first.index + 3)
        assert first.image.shape == (240, 320, 3)
        assert later.t_s > first.t_s
        assert camera.state is CameraState.OK


def test_cut_stream_comes_back_with_another_resolution(rtsp: RtspServer) -> None:
    rtsp.mount()
    with opened(rtsp.url) as camera:
        first = until(camera, anything)
        rtsp.mount(size=(640, 480))
        second = until(camera, lambda frame: frame.image.shape == (480, 640, 3))
        assert second.t_s > first.t_s
        assert camera.counters["failures"] >= 1


def test_server_killed_and_started_again(rtsp: RtspServer) -> None:
    rtsp.mount()
    with opened(rtsp.url) as camera:
        until(camera, anything)
        rtsp.kill()
        until_state(camera, CameraState.LOST, "refused")
        again = RtspServer(rtsp.port)
        try:
            again.mount()
            until_state(camera, CameraState.OK)
            until(camera, anything)
        finally:
            again.kill()


def test_half_open_connection_is_given_up_and_found_again(rtsp: RtspServer) -> None:
    rtsp.mount()
    with opened(rtsp.url, timeout_s=1.0) as camera:
        until(camera, anything)
        rtsp.hold()
        until_state(camera, CameraState.LOST, "nothing received|no answer")
        rtsp.go_on()
        until_state(camera, CameraState.OK)
        until(camera, anything)


def test_login(rtsp: RtspServer, capfd: pytest.CaptureFixture[str]) -> None:
    rtsp.mount(user="admin", password="p@ss")  # a login of the test's own server
    url = rtsp.url.replace("rtsp://", "rtsp://{}@")
    with capture_logs() as logs:
        with opened(url.format("admin:p%40ss")) as camera:
            until(camera, anything)
        with opened(url.format("admin:wrongpw")) as camera:
            until_state(camera, CameraState.LOST, "401: the camera refuses")
            assert "wrongpw" not in camera.detail
        with opened(rtsp.url) as camera:
            until_state(camera, CameraState.LOST, "401: the camera wants")
    shown = str(logs) + "".join(capfd.readouterr())
    assert not any(secret in shown for secret in ("p%40ss", "p@ss", "wrongpw"))


def test_unknown_path(rtsp: RtspServer) -> None:
    rtsp.mount()
    with opened(rtsp.url + "/nowhere") as camera:
        until_state(camera, CameraState.LOST, "404: the camera has no stream at this path")


def test_a_port_that_speaks_something_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"rtsp://127.0.0.1:{listener.getsockname()[1]}/x"
        with opened(url, timeout_s=0.5) as camera:
            until_state(camera, CameraState.LOST, "no answer")


def test_a_port_that_answers_garbage() -> None:
    garbage = random.Random(1).randbytes(4096)

    class Garbage(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(garbage)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Garbage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with opened(f"rtsp://127.0.0.1:{server.server_address[1]}/x", timeout_s=1.0) as camera:
            until_state(camera, CameraState.LOST, "something other than an RTSP server answers")
        server.shutdown()
