"""The line to the broker, over a real mosquitto: nothing is lost, the newest state wins."""

from __future__ import annotations

from typing import Any

import pytest

from configs.settings import MqttSettings
from edge_agent.clock import Clock
from edge_agent.publish.link import Link
from edge_agent.publish.outbox import Outbox
from messages.events import LineCrossing
from messages.fields import LaneState
from messages.payloads import QueueData, StatusData
from tests.unit.publish.conftest import NOON, TOPICS, Gateway

pytestmark = pytest.mark.mosquitto


def open_link(url: str, outbox: Outbox, resend_s: float = 30.0) -> Link:
    return Link(
        MqttSettings(url=url), TOPICS, "d", outbox, boot="b1", clock=Clock(), resend_s=resend_s
    )


def crossings(count: int) -> list[LineCrossing]:
    return [LineCrossing(line="door", direction="in", person=i) for i in range(count)]


def queue_of(waiting: int) -> QueueData:
    return QueueData(lane="1", waiting=waiting, served=0, open=LaneState.OPEN)


def test_events_leave_the_outbox_only_when_the_gateway_says_so(
    broker: Any, gateway: Gateway, outbox: Outbox
) -> None:
    link = open_link(broker.url, outbox).start()
    outbox.append(crossings(1200), NOON)
    link.events_waiting()
    # The window holds the rest back until the gateway has taken some.
    assert gateway.events(500) == list(range(1, 501))
    assert len(outbox) == 1200
    gateway.acknowledge("b1", 500)
    assert gateway.events(500) == list(range(501, 1001))
    gateway.acknowledge("b1", 1000)
    assert gateway.events(200) == list(range(1001, 1201))
    link.stop(StatusData(state="stopped"))
    assert len(outbox) == 200


def test_what_the_gateway_did_not_acknowledge_comes_again(
    broker: Any, gateway: Gateway, outbox: Outbox
) -> None:
    link = open_link(broker.url, outbox, resend_s=0.3).start()
    outbox.append(crossings(3), NOON)
    link.events_waiting()
    assert gateway.events(6) == [1, 2, 3, 1, 2, 3]
    link.stop(StatusData(state="stopped"))


def test_a_broker_that_comes_late_gets_the_newest_state_and_every_event(
    broker: Any, outbox: Outbox
) -> None:
    broker.kill()
    link = open_link(broker.url, outbox).start()
    topic = TOPICS.queue("d", "1")
    for waiting in range(5):
        link.publish_state(topic, queue_of(waiting), 0.0)
        outbox.append(crossings(1), NOON)
    broker.start()
    gateway = Gateway(broker.port)
    assert gateway.state(topic).data["waiting"] == 4
    assert gateway.events(5) == [1, 2, 3, 4, 5]
    link.stop(StatusData(state="stopped"))
    gateway.close()


def test_a_malformed_acknowledgement_is_counted_and_the_rest_goes_on(
    broker: Any, gateway: Gateway, outbox: Outbox
) -> None:
    link = open_link(broker.url, outbox).start()
    outbox.append(crossings(1), NOON)
    link.events_waiting()
    assert gateway.events(1) == [1]
    gateway.say(TOPICS.ack("d"), b"\xff{")
    gateway.acknowledge("b1", 1)
    outbox.append(crossings(600), NOON)
    link.events_waiting()
    assert gateway.events(500)[-1] == 501
    assert link.refused == 1
    link.stop(StatusData(state="stopped"))
