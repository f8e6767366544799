"""An agent that starts before everything else says so, keeps trying, and works once they come."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from paho.mqtt import publish

from messages.envelope import Envelope
from messages.fields import LaneState
from messages.payloads import Command
from messages.topics import Topics
from simulators.camera.server import CameraServer
from simulators.camera.views import high
from simulators.llrp_reader import LlrpServer
from simulators.scene.live import LiveScene
from simulators.scene.scene import Scene
from simulators.scene.settings import quiet
from simulators.store import configs
from simulators.store.field import SceneField
from simulators.store.observer import Observer
from simulators.store.ports import free_port
from tests.conftest import Broker, wait_for_line, wait_until

pytestmark = [pytest.mark.mosquitto, pytest.mark.slow]
SEEN_S = 60.0
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def live() -> LiveScene:
    return LiveScene(Scene(quiet(), seed=3))


@pytest.fixture
def device(live: LiveScene, tmp_path: Path) -> dict[str, Any]:
    """One agent with a camera and a reader; nothing listens on their ports yet."""
    ports = configs.Ports(free_port(), 0, free_port(), free_port())
    source = f"http://127.0.0.1:{ports.camera}/lanes.mjpg"
    gtins = {shelf.shelf: "06901234001006" for shelf in live.layout.shelves}
    config = {
        **configs.shelf_device(ports, live.layout, gtins),
        **configs.checkout_device(ports, live.layout, high(live.layout), source),
    }
    configs.write(tmp_path, "device", config)
    return {"config": config, "ports": ports, "file": str(tmp_path / "device.yaml")}


@pytest.fixture
def reader(live: LiveScene, device: dict[str, Any]) -> Iterator[Callable[[], None]]:
    """Start the simulated reader when called."""
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve(ready: threading.Event) -> None:
        async with LlrpServer(SceneField(live, 1), port=device["ports"].reader):
            ready.set()
            await ended.wait()

    threads: list[threading.Thread] = []

    def start() -> None:
        ready = threading.Event()
        threads.append(threading.Thread(target=lambda: loop.run_until_complete(serve(ready))))
        threads[0].start()
        assert ready.wait(SEEN_S)

    yield start
    loop.call_soon_threadsafe(ended.set)
    for thread in threads:
        thread.join()
    loop.close()


def test_an_agent_works_once_broker_camera_and_reader_come(
    live: LiveScene,
    device: dict[str, Any],
    reader: Callable[[], None],
    start: Start,
    tmp_path: Path,
) -> None:
    ports = device["ports"]
    start("edge_agent", "run", "--config", device["file"])
    broker = Broker(tmp_path, port=ports.broker)
    observer = Observer("127.0.0.1", ports.broker, Topics(configs.STORE))
    camera = None
    try:
        assert observer.wait_for(lambda: "checkout-1" in observer.devices, SEEN_S)
        assert observer.wait_for(
            lambda: (
                observer.devices["checkout-1"].cameras["cam-1"].state == "lost"
                and observer.devices["checkout-1"].readers["reader-1"].state != "ok"
            ),
            SEEN_S,
        )
        assert observer.wait_for(lambda: "1" in observer.lanes, SEEN_S)
        assert observer.lanes["1"].waiting is None
        assert observer.lanes["1"].open is LaneState.UNKNOWN
        assert observer.wait_for(lambda: "S1" in observer.shelves, SEEN_S)
        assert all(item.count is None for item in observer.shelves["S1"].items.values())
        camera = CameraServer(live, {"lanes": high(live.layout)}, port=ports.camera)
        reader()
        assert observer.wait_for(
            lambda: (
                observer.devices["checkout-1"].cameras["cam-1"].state == "ok"
                and observer.devices["checkout-1"].readers["reader-1"].state == "ok"
            ),
            SEEN_S,
        )
        assert observer.wait_for(lambda: observer.lanes["1"].waiting == 0, SEEN_S)
    finally:
        observer.close()
        broker.kill()
        if camera is not None:
            camera.close()


def order(port: int, lane: str, state: str | None) -> None:
    """Say the manager's word on a lane to the device."""
    word = Command(
        name="lane",
        args={"lane": lane, "state": state},
        expires_at=datetime.now(UTC) + timedelta(minutes=5),
    )
    envelope = Envelope(
        id=f"order-{lane}-{state}", type="command", source="gateway", boot="test",
        time=datetime.now(UTC), data=word.model_dump(mode="json"),
    )  # fmt: skip
    topic = Topics(configs.STORE).command("checkout-1", "lane")
    publish.single(topic, envelope.encode(), qos=1, hostname="127.0.0.1", port=port)


def test_the_managers_word_on_a_lane_reaches_what_is_published(
    live: LiveScene, device: dict[str, Any], start: Start, tmp_path: Path
) -> None:
    ports = device["ports"]
    broker = Broker(tmp_path, port=ports.broker)
    camera = CameraServer(live, {"lanes": high(live.layout)}, port=ports.camera)
    observer = Observer("127.0.0.1", ports.broker, Topics(configs.STORE))
    start("edge_agent", "run", "--config", device["file"])

    def is_said(state: LaneState) -> bool:
        return observer.wait_for(
            lambda: "1" in observer.lanes and observer.lanes["1"].open is state, SEEN_S
        )

    try:
        assert is_said(LaneState.OPEN), "a cashier is there"
        order(ports.broker, "1", "closing")
        assert is_said(LaneState.CLOSING)
        order(ports.broker, "no-such-lane", "closed")
        order(ports.broker, "1", "half open")
        order(ports.broker, "1", None)
        assert is_said(LaneState.OPEN), "the camera speaks again; mistakes changed nothing"
    finally:
        observer.close()
        camera.close()
        broker.kill()


def test_a_standing_word_finds_a_restarted_agent_and_survives_the_gateway(
    live: LiveScene, device: dict[str, Any], start: Start, tmp_path: Path
) -> None:
    ports = device["ports"]
    pages = f"http://127.0.0.1:{free_port()}"
    store = {
        "store": configs.STORE,
        "mqtt": {"url": f"mqtt://127.0.0.1:{ports.broker}"},
        "http": {"port": int(pages.rsplit(":", 1)[1])},
        "lanes": [{"id": "1", "position": 1}],
    }
    configs.write(tmp_path, "gateway", store)
    broker = Broker(tmp_path, port=ports.broker)
    camera = CameraServer(live, {"lanes": high(live.layout)}, port=ports.camera)
    observer = Observer("127.0.0.1", ports.broker, Topics(configs.STORE))

    def begin_gateway() -> subprocess.Popen[str]:
        process = start("gateway", "run", "--config", str(tmp_path / "gateway.yaml"))
        wait_for_line(process, "pages: ")
        return process

    def is_said(state: LaneState) -> bool:
        return observer.wait_for(
            lambda: "1" in observer.lanes and observer.lanes["1"].open is state, SEEN_S
        )

    def say(state: str | None) -> None:
        answer = httpx.post(f"{pages}/api/v1/lanes/1/state", json={"state": state, "who": "Li"})
        assert answer.status_code == 200, answer.text

    def is_confirmed() -> bool:
        word = httpx.get(f"{pages}/api/v1/lanes/1/state").json()["word"]
        return word is None or word["confirmed"]

    try:
        gateway = begin_gateway()
        agent = start("edge_agent", "run", "--config", device["file"])
        assert is_said(LaneState.OPEN), "a cashier is there"
        say("closed")
        assert is_said(LaneState.CLOSED)
        wait_until(is_confirmed)
        agent.kill()
        agent.wait()
        observer.lanes.clear()
        agent = start("edge_agent", "run", "--config", device["file"])
        assert is_said(LaneState.CLOSED), "the new run was told what stands"
        wait_until(is_confirmed)
        gateway.kill()
        gateway.wait()
        begin_gateway()
        wait_until(is_confirmed)
        say(None)
        assert is_said(LaneState.OPEN), "the camera speaks again"
        wait_until(is_confirmed)
    finally:
        observer.close()
        camera.close()
        broker.kill()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": "ftp://127.0.0.1/x"}, "source"),
        ({"source": "rtsp://${NO_SUCH_SECRET}@127.0.0.1/x"}, "NO_SUCH_SECRET"),
        ({"detector": {"model": "no-such-network"}}, "no-such-network"),
    ],
)
def test_a_config_that_cannot_work_ends_the_agent_with_2(
    device: dict[str, Any], start: Start, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    config = device["config"]
    config["cameras"][0].update(change)
    bad = tmp_path / "bad.yaml"
    bad.write_text(yaml.safe_dump(config))
    process = start("edge_agent", "run", "--config", str(bad))
    text, _ = process.communicate(timeout=SEEN_S)
    assert process.returncode == 2, text
    assert said in text
    assert "Traceback" not in text
