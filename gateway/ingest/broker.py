"""The gateway's line to the broker.

The network thread does nothing but leave messages in the inbox; PUBACK goes out by hand, after
the message was worked on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from configs.settings import MqttSettings
from gateway.clock import Clock
from gateway.ingest.inbox import Arrived, Inbox
from messages.topics import Topics

log = structlog.get_logger(__name__)


class Broker:
    """Receives all that devices say, and publishes what the gateway says.

    Args:
        settings: where the broker is.
        topics: topics of the store.
        inbox: where messages go.
        clock: wall clock in seconds since 1970.
        on_connected: called in the network thread after each connection, once it subscribed.
    """

    def __init__(
        self,
        settings: MqttSettings,
        topics: Topics,
        inbox: Inbox,
        clock: Clock,
        on_connected: Callable[[], None] = lambda: None,
    ) -> None:
        self._topics = topics
        self._inbox = inbox
        self._clock = clock
        self._on_connected = on_connected
        self._connection = 0
        self.received = 0
        client = make_client(settings, f"gateway-{topics.store}", manual_ack=True)
        client.reconnect_delay_set(min_delay=1, max_delay=10)
        client.max_inflight_messages_set(1000)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        client.connect_async(settings.host, settings.port, keepalive=15)
        self._client = client

    @property
    def connected(self) -> bool:
        """True while the broker answers."""
        return self._client.is_connected()

    def start(self) -> None:
        """Begin to connect, in the background and for as long as it takes."""
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect and end the network thread.

        Without a connection the thread sleeps until its next attempt, up to a second: it ends by
        itself then, and nobody waits for it.
        """
        connected = self.connected
        self._client.disconnect()
        if connected:
            self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = True) -> None:
        """Publish with QoS 1; an empty retained payload removes the topic.

        While the broker is away nothing is queued here: everything retained is published anew
        after a connection, and orders are repeated.
        """
        if self.connected:
            self._client.publish(topic, payload, qos=1, retain=retain)

    def _connected(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("the broker refused the connection", reason=str(reason))
            return
        self._connection += 1
        log.info("connected to the broker")
        client.subscribe([(self._topics.from_devices, 1), (f"{self._topics.base}/alert/+", 1)])
        self._on_connected()

    def _disconnected(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("lost the broker", reason=str(reason))

    def _message(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self.received += 1
        mid, qos, connection = message.mid, message.qos, self._connection

        def done() -> None:
            # Message ids start anew with each connection: an old one must not speak for a new one.
            if qos and connection == self._connection:
                client.ack(mid, qos)

        self._inbox.put(
            Arrived(message.topic, bytes(message.payload), message.retain, self._clock(), done)
        )


def make_client(settings: MqttSettings, client_id: str, *, manual_ack: bool = False) -> mqtt.Client:
    """Make a client with the credentials and certificates of the settings."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, manual_ack=manual_ack)
    if settings.username:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls:
        ca, cert, key = (
            str(file) if file else None for file in (settings.ca, settings.cert, settings.key)
        )
        client.tls_set(ca, cert, key)
    return client
