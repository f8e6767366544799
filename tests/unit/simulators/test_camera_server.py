"""The simulated camera over its real socket."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import yaml

from configs.loading import loads
from edge_agent.config import DeviceConfig
from simulators.camera.server import CameraServer
from simulators.camera.views import VIEWS
from simulators.camera.zones import device_config
from simulators.scene.layout import shop
from simulators.scene.live import LiveScene
from simulators.scene.scene import Scene
from simulators.scene.settings import quiet


@pytest.fixture
def server() -> Iterator[CameraServer]:
    live = LiveScene(Scene(quiet()))
    server = CameraServer(live, {"lanes": VIEWS["along"](live.layout, 640, 360)}, fps=20.0)
    yield server
    server.close()


def post(server: CameraServer, path: str, **body: object) -> dict[str, object]:
    request = urllib.request.Request(server.url + path, json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.loads(response.read())


def get(server: CameraServer, path: str) -> dict[str, object]:
    with urllib.request.urlopen(server.url + path, timeout=10) as response:
        return json.loads(response.read())


def read_part(stream) -> tuple[float, np.ndarray]:
    assert stream.readline() == b"--picture\r\n"
    headers = {}
    while (line := stream.readline().strip()) != b"":
        name, value = line.decode().split(": ")
        headers[name] = value
    data = stream.read(int(headers["Content-Length"]))
    stream.readline()
    return float(headers["X-Scene-Time"]), cv2.imdecode(np.frombuffer(data, np.uint8), 1)


def test_two_clients_get_moving_pictures(server: CameraServer) -> None:
    with (
        urllib.request.urlopen(server.source("lanes"), timeout=10) as first,
        urllib.request.urlopen(server.source("lanes"), timeout=10) as second,
    ):
        assert first.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=picture"
        for stream in (first, second):
            t0, picture = read_part(stream)
            t1, _ = read_part(stream)
            assert picture.shape == (360, 640, 3)
            assert t1 > t0


def test_opencv_reads_the_stream(server: CameraServer) -> None:
    capture = cv2.VideoCapture(server.source("lanes"))
    try:
        good, picture = capture.read()
        assert good
        assert picture.shape == (360, 640, 3)
    finally:
        capture.release()


def test_people_put_into_a_queue_are_in_truth_events_and_picture(server: CameraServer) -> None:
    def picture() -> np.ndarray:
        with urllib.request.urlopen(f"{server.url}/lanes.jpg", timeout=10) as response:
            return cv2.imdecode(np.frombuffer(response.read(), np.uint8), 1).astype(int)

    before = picture()
    post(server, "/lanes/1/pause")
    post(server, "/people", lane="1", count=5)
    assert get(server, "/truth")["lanes"]["1"]["waiting"] == 5
    joined = [e for e in get(server, "/events")["events"] if e["event"] == "joined"]
    assert len(joined) == 5
    assert get(server, f"/events?after={joined[-1]['number']}")["events"] == []
    while np.mean(np.abs(picture() - before) > 40) < 0.01:
        pass
    post(server, "/lanes/1/clear")
    assert get(server, "/truth")["lanes"]["1"]["waiting"] == 0


def test_items_are_picked_and_put_back(server: CameraServer) -> None:
    picked = post(server, "/shelves/S1/pick", count=3)["picked"]
    assert len(picked) == 3
    post(server, f"/items/{picked[0]}/put")
    kinds = [e["event"] for e in get(server, "/events")["events"]]
    assert kinds.count("picked") == 3
    assert kinds.count("placed") == 1


def jpeg(server: CameraServer) -> bytes:
    with urllib.request.urlopen(f"{server.url}/lanes.jpg", timeout=10) as response:
        return response.read()


def brightness(server: CameraServer) -> float:
    return float(np.mean(cv2.imdecode(np.frombuffer(jpeg(server), np.uint8), 1)))


def test_a_camera_can_freeze_go_dark_and_come_back(server: CameraServer) -> None:
    assert brightness(server) > 80.0
    post(server, "/cameras/lanes/fault", kind="dark")
    while brightness(server) > 20.0:
        pass
    post(server, "/cameras/lanes/fault", kind="frozen")
    jpeg(server)
    frozen = jpeg(server)
    assert jpeg(server) == frozen
    post(server, "/cameras/lanes/fault", kind="none")
    while brightness(server) < 80.0:
        pass


def test_streams_end_when_the_camera_is_closed() -> None:
    live = LiveScene(Scene(quiet()))
    server = CameraServer(live, {"lanes": VIEWS["along"](live.layout, 320, 180)}, fps=20.0)
    with urllib.request.urlopen(server.source("lanes"), timeout=10) as stream:
        read_part(stream)
        server.close()
        while stream.read(65536):
            pass


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/people", {"lane": "9", "count": 5}, 404, "not found: 9"),
        ("/people", {"lane": "1", "count": "x"}, 400, "count: expected a whole number, found 'x'"),
        ("/lanes/1/dance", {}, 404, "not found: dance"),
        ("/nothing", {}, 404, "not found: nothing"),
        ("/cameras/lanes/fault", {"kind": "odd"}, 400, "'odd' is not a valid Fault"),
        ("/arrivals", {"per_hour": -3}, 400, "per_hour: expected 0 to 5000, found -3"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    server: CameraServer, path: str, body: dict[str, object], status: int, message: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(server, path, **body)
    with caught.value as error:
        assert error.code == status
        assert json.loads(error.read())["error"] == message


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_the_zones_of_every_view_make_a_valid_device_config(name: str) -> None:
    layout = shop(3)
    cameras = {"cam-1": (VIEWS[name](layout), "http://127.0.0.1:1/lanes.mjpg")}
    text = yaml.safe_dump(device_config(layout, cameras))
    config = loads(text, DeviceConfig)
    assert config.cameras[0].id == "cam-1"
