"""Commands to a device: done once, answered always, through a real mosquitto."""

from __future__ import annotations

import queue
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from configs.settings import MqttSettings
from edge_agent.clock import Clock
from edge_agent.publish.commands import CommandError, Commands
from edge_agent.publish.link import Link
from edge_agent.publish.outbox import Outbox
from messages.envelope import Envelope, decode
from messages.payloads import Command, CommandResult, StatusData
from messages.topics import Topics

TOPICS = Topics("s")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def order(
    id_: str = "o1", *, state: Any = "closed", valid_s: float = 60.0, now: datetime = NOON
) -> Envelope:
    command = Command(
        name="lane",
        args={"lane": "1", "state": state},
        expires_at=now + timedelta(seconds=valid_s),
    )
    return Envelope(
        id=id_, type="command", source="gateway", boot="g", time=now,
        data=command.model_dump(mode="json"),
    )  # fmt: skip


class Lane:
    """Notes what it was told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def __call__(self, command: Command) -> None:
        if command.args["state"] == "half open":
            raise CommandError("no such state")
        self.told.append(command.args["state"])


@pytest.fixture
def lane() -> Lane:
    return Lane()


@pytest.fixture
def commands(lane: Lane) -> Commands:
    return Commands({"lane": lane}, lambda: NOON)


def test_a_repetition_is_answered_and_not_done_again(commands: Commands, lane: Lane) -> None:
    first = commands.take("lane", order("o1", state="closed"))
    second = commands.take("lane", order("o2", state="open"))
    late = commands.take("lane", order("o1", state="closed"))
    assert first.ok
    assert second.ok
    assert late == first
    assert lane.told == ["closed", "open"], "the late repetition did not undo the newer word"


def test_what_failed_may_be_tried_again(lane: Lane) -> None:
    moments = iter([NOON + timedelta(hours=1), NOON])
    commands = Commands({"lane": lane}, lambda: next(moments))
    expired = commands.take("lane", order())
    assert not expired.ok
    assert "expired" in (expired.error or "")
    assert lane.told == []
    assert commands.take("lane", order()).ok
    assert lane.told == ["closed"]


@pytest.mark.parametrize(
    ("name", "envelope", "said"),
    [
        ("lane", order(state="half open"), "no such state"),
        ("reboot", order(), "expected one of ['lane']"),
        ("lane", order().model_copy(update={"data": {"name": "lane"}}), "data.expires_at"),
    ],
)
def test_what_cannot_be_done_says_why(
    commands: Commands, lane: Lane, name: str, envelope: Envelope, said: str
) -> None:
    answer = commands.take(name, envelope)
    assert answer.command_id == envelope.id
    assert not answer.ok
    assert said in (answer.error or "")
    assert lane.told == []


@pytest.mark.mosquitto
def test_answers_come_back_over_the_broker(broker: Any, tmp_path: Path, lane: Lane) -> None:
    answers: queue.Queue[Envelope] = queue.Queue()
    online: queue.Queue[bool] = queue.Queue()

    def heard(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic == TOPICS.command_result("d"):
            assert not message.retain
            answers.put(decode(bytes(message.payload)))
        elif message.topic == TOPICS.status("d"):
            online.put(True)

    manager = mqtt.Client(CallbackAPIVersion.VERSION2)
    manager.on_message = heard
    manager.on_connect = lambda c, *_: c.subscribe(TOPICS.from_devices, 1)
    manager.connect("127.0.0.1", broker.port)
    manager.loop_start()

    def say(envelope: Envelope) -> None:
        manager.publish(TOPICS.command("d", "lane"), envelope.encode(), 1)

    clock = Clock()
    commands = Commands({"lane": lane}, lambda: clock.utc(clock.now_s()))
    with Outbox(tmp_path / "o.sqlite", device="d", boot="b1") as outbox:
        link = Link(
            MqttSettings(url=broker.url), TOPICS, "d", outbox, boot="b1", clock=clock,
            on_command=commands.take,
        ).start()  # fmt: skip
        link.publish_state(TOPICS.status("d"), StatusData(state="online"), clock.now_s())
        online.get(timeout=20)
        now = datetime.now(UTC)
        manager.publish(TOPICS.command("d", "lane"), b"{", 1)
        say(order("o1", now=now))
        say(order("o2", now=now, valid_s=-10))
        found = [answers.get(timeout=20) for _ in range(2)]
        link.stop(StatusData(state="stopped"))
    manager.disconnect()
    manager.loop_stop()
    results = [CommandResult.model_validate(one.data) for one in found]
    assert [(one.command_id, one.ok) for one in results] == [("o1", True), ("o2", False)]
    assert {one.boot for one in found} == {"b1"}
    assert lane.told == ["closed"]
