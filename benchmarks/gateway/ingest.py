"""Events a second from a device over mosquitto to the disk and back as an acknowledgement."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.gateway.parts import STORE, TOPICS, broker, client, cpu_s, envelope, gateway
from configs.settings import MqttSettings
from gateway.ingest.broker import make_client
from gateway.ingest.decoding import Decoder
from messages.envelope import decode
from messages.events import Picked
from messages.payloads import AckData


@dataclass(frozen=True, slots=True)
class Speed:
    """What one way of taking events in gives.

    Attributes:
        events_per_s: from the first publish to the acknowledgement of the last.
        cpu_s: CPU seconds of the taking process.
    """

    name: str
    events_per_s: float
    cpu_s: float


def measure(events: int, rounds: int) -> list[Speed]:
    """Measure the gateway and its peer in turns; give the fastest round of each."""
    ours, peers = zip(
        *((_ours(events), _row_at_a_time(events)) for _ in range(rounds)), strict=True
    )
    return [max(speeds, key=lambda speed: speed.events_per_s) for speeds in (ours, peers)]


def _payloads(events: int) -> list[bytes]:
    picked = Picked(epc="30340789000C0E42DFDC1C35", shelf="S1", confidence=0.97)
    return [envelope("d1", picked, seq) for seq in range(1, events + 1)]


def _send(port: int, payloads: list[bytes]) -> float:
    """Publish and wait until the last is acknowledged; give the seconds."""
    done = threading.Event()

    def heard(_client: Any, _data: Any, message: Any) -> None:
        if AckData.model_validate(decode(bytes(message.payload)).data).upto_seq == len(payloads):
            done.set()

    with ExitStack() as stack:
        device = client(stack, port)
        device.on_message = heard
        device.subscribe(TOPICS.ack("d1"), 1)
        topic, begin_s = TOPICS.event("d1"), time.perf_counter()
        for payload in payloads:
            device.publish(topic, payload, qos=1)
        if not done.wait(300):
            raise RuntimeError("the events were not acknowledged")
        return time.perf_counter() - begin_s


def _ours(events: int) -> Speed:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        port = stack.enter_context(broker(folder))
        pid = stack.enter_context(gateway(folder, port, {}))
        before_s = cpu_s(pid)
        took_s = _send(port, _payloads(events))
        return Speed("store-gateway", events / took_s, cpu_s(pid) - before_s)


def _row_at_a_time(events: int) -> Speed:
    """The straightforward way: validate, insert, commit and acknowledge each event by itself."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        port = stack.enter_context(broker(folder))
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.gateway.ingest", str(port), str(folder / "peer.db")],
            stdout=subprocess.PIPE,
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        assert process.stdout is not None
        process.stdout.readline()
        before_s = cpu_s(process.pid)
        took_s = _send(port, _payloads(events))
        return Speed("a row at a time", events / took_s, cpu_s(process.pid) - before_s)


def peer(port: int, path: str) -> None:
    """Run the peer until it is ended."""
    db = sqlite3.connect(path, check_same_thread=False)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute(
        "CREATE TABLE event (device, boot, seq, type, time_s, data, PRIMARY KEY(device, boot, seq))"
    )
    decoder = Decoder(STORE)
    taking = make_client(MqttSettings(url=f"mqtt://127.0.0.1:{port}"), "peer", manual_ack=True)

    def message(_client: Any, _data: Any, arrived: Any) -> None:
        heard = decoder.decode(arrived.topic, bytes(arrived.payload), time.time())
        assert heard is not None
        assert heard.envelope.seq is not None
        with db:
            db.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    heard.device,
                    heard.envelope.boot,
                    heard.envelope.seq,
                    heard.envelope.type,
                    heard.envelope.time.timestamp(),
                    heard.raw,
                ),
            )
        taking.ack(arrived.mid, arrived.qos)
        ack = AckData(boot=heard.envelope.boot, upto_seq=heard.envelope.seq)
        taking.publish(TOPICS.ack("d1"), envelope("gateway", ack), qos=1, retain=True)

    taking.on_message = message
    taking.on_connect = lambda connected, *_: connected.subscribe(TOPICS.from_devices, 1)
    taking.on_subscribe = lambda *_: print("ready", flush=True)
    taking.connect("127.0.0.1", port)
    taking.loop_forever()


if __name__ == "__main__":
    peer(int(sys.argv[1]), sys.argv[2])
