"""Pictures stay in memory: a whole agent runs, and none of their bytes reach disk or broker."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt
import pytest

from edge_agent.perception.view import Glance
from hardware.cameras.mjpeg import decode_jpeg
from simulators.camera.drawing import Painter, encode
from simulators.camera.views import VIEWS
from simulators.scene.scene import Scene
from tests.conftest import ROOT, Broker

MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"ftypisom", b"data:image")
CONFIG = """\
store: s
device: checkout-1
mqtt: {{url: "{broker}"}}
cameras:
  - id: cam-1
    source: {camera}
    zones:
      - {{id: q, kind: queue, lane: "1", polygon: [[.02,.1],[.98,.1],[.98,.98],[.02,.98]]}}
      - {{id: d, kind: dwell, min_dwell_s: 0, polygon: [[.02,.1],[.98,.1],[.98,.98],[.02,.98]]}}
"""


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    """A second of a drawn shop with a queue in it."""
    scene = Scene(seed=3)
    scene.add_to_queue("1", 4)
    painter = Painter(scene.settings.layout, VIEWS["high"](scene.settings.layout, 640, 360))
    pictures = []
    for tick in range(8):
        scene.advance(5.0 + tick / 8.0)
        pictures.append(encode(painter.draw(scene.snapshot())))
    return pictures


@pytest.fixture
def camera(jpegs: list[bytes]) -> Iterator[str]:
    """Address of a camera that shows that second again and again."""
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=b")
            self.end_headers()
            turn = 0
            while not stopped.wait(0.125):
                jpeg = jpegs[turn % len(jpegs)]
                turn += 1
                self.wfile.write(b"--b\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(jpeg), jpeg))

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    stopped.set()
    server.shutdown()
    server.server_close()


class Listener:
    """Takes every message of a broker."""

    def __init__(self, port: int) -> None:
        self.payloads: list[bytes] = []
        self.enough = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#", 1)
        self._client.loop_start()

    def _take(self, client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
        self.payloads.append(message.topic.encode() + b" " + message.payload)
        if message.topic.endswith("/status"):
            counters = json.loads(message.payload)["data"].get("counters", {})
            if counters.get("frames", 0) >= 40 and counters.get("people", 0) >= 2:
                self.enough.set()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def traces(jpeg: bytes) -> list[bytes]:
    """Pieces by which a picture is known again: compressed, as pixels, small, and as text."""
    image = decode_jpeg(jpeg)
    assert image is not None
    glance = Glance(image)
    pieces = []
    for data in (jpeg[700:], image.tobytes(), glance.pixels.tobytes(), glance.small.tobytes()):
        cuts = [data[at : at + 24] for at in np.linspace(0, len(data) - 24, 400, dtype=int)]
        # A plain wall is everywhere; only pieces with some life in them tell one picture.
        pieces += [cut for cut in cuts if len(set(cut)) >= 10]
    texts = [base64.b64encode(piece[skip:])[:28] for piece in pieces[::10] for skip in range(3)]
    return pieces + texts


def leaks(known: list[bytes], blob: bytes) -> list[bytes]:
    return [piece for piece in (*MAGIC, *known) if piece in blob]


def written_by(pid: int) -> list[Path]:
    """Regular files that a process holds open for writing."""
    paths = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            info = Path(f"/proc/{pid}/fdinfo/{descriptor.name}").read_text()
            target = descriptor.readlink()
        except OSError:
            continue
        flags = re.search(r"flags:\s*([0-7]+)", info)
        if flags and int(flags[1], 8) & (os.O_WRONLY | os.O_RDWR) and target.is_file():
            paths.append(target)
    return paths


def test_the_search_finds_a_picture_in_every_form(jpegs: list[bytes]) -> None:
    known = traces(jpegs[3])
    image = decode_jpeg(jpegs[3])
    assert image is not None
    assert leaks(known, b"x" * 5 + jpegs[3])
    assert leaks(known, b"header" + image.tobytes())
    assert leaks(known, Glance(image).small.tobytes())
    assert leaks(known, b'{"picture": "' + base64.b64encode(image.tobytes()) + b'"}')
    assert not leaks(known, b'{"waiting": 4, "wait_s": 31.5}')


@pytest.mark.mosquitto
def test_no_picture_reaches_disk_or_broker(
    jpegs: list[bytes], camera: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broker = Broker(tmp_path_factory.mktemp("broker"))
    listener = Listener(broker.port)
    (tmp_path / "device.yaml").write_text(CONFIG.format(broker=broker.url, camera=camera))
    home = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    with (tmp_path / "agent.log").open("wb") as log:
        agent = subprocess.Popen(
            [sys.executable, "-m", "edge_agent", "run", "--config", "device.yaml"],
            cwd=tmp_path,
            env={**os.environ, **home, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        assert listener.enough.wait(120.0), (tmp_path / "agent.log").read_text()[-2000:]
        outside = [path for path in written_by(agent.pid) if tmp_path not in path.parents]
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(30.0) == 0
    finally:
        agent.kill()
        agent.wait()
        listener.close()
        broker.kill()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    said = b"\n".join([*listener.payloads, *(path.read_bytes() for path in files)])
    known = [piece for jpeg in jpegs for piece in traces(jpeg)]
    assert len(known) > 1000
    assert outside == []
    assert any(path.name == "outbox.sqlite" for path in files)
    assert leaks(known, said) == []
    assert max(map(len, listener.payloads)) < 4096
