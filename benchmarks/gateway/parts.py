"""The processes that a measurement stands on: broker, gateway, and devices played by one client."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import yaml

from messages.envelope import Envelope
from messages.fields import Payload
from messages.topics import Topics
from simulators.store.ports import free_port

STORE = "bench"
TOPICS = Topics(STORE)


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Run mosquitto with windows and queues without limits; give its port."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        raise RuntimeError("needs mosquitto (Debian package mosquitto)")
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\n"
        "max_inflight_messages 0\nmax_queued_messages 0\n"
    )
    process = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if b"running" in line:
                break
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def gateway(
    folder: Path, port: int, settings: dict[str, object], **environment: str
) -> Iterator[int]:
    """Run a gateway as its own process; give its process id."""
    config = folder / "gateway.yaml"
    base = {"store": STORE, "mqtt": {"url": f"mqtt://127.0.0.1:{port}"}, "http": {"port": 0}}
    config.write_text(yaml.safe_dump(base | settings))
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "run", "--config", str(config)],
        stdout=subprocess.PIPE,
        env=os.environ | environment,
        text=True,
    )
    try:
        assert process.stdout is not None
        if not any("connected to the broker" in line for line in process.stdout):
            raise RuntimeError("the gateway did not start")
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def client(stack: ExitStack, port: int) -> mqtt.Client:
    """Connect a client that goes when ``stack`` does."""
    connected = threading.Event()
    made = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    made.max_inflight_messages_set(1000)
    made.on_connect = lambda *_: connected.set()
    made.connect("127.0.0.1", port)
    made.loop_start()
    stack.callback(made.loop_stop)
    stack.callback(made.disconnect)
    if not connected.wait(10):
        raise RuntimeError("the broker does not answer")
    return made


def envelope(device: str, data: Payload, seq: int | None = None) -> bytes:
    """Encode a message of a device, true now."""
    return Envelope(
        id=f"{device}-b-{seq}",
        type=data.type,
        source=device,
        time=datetime.now(UTC),
        boot="b",
        seq=seq,
        data=data.model_dump(mode="json", exclude_none=True),
    ).encode()


def cpu_s(pid: int) -> float:
    """Give the CPU seconds that a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
