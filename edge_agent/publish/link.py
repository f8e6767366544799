"""The agent's line to the broker: events through the outbox, state as its newest value.

One thread does all the sending. While the broker is away, events wait on disk and of each state
topic only the newest value is kept.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from configs.settings import MqttSettings
from edge_agent.clock import Clock
from edge_agent.publish.outbox import Outbox
from messages.envelope import Envelope, MalformedMessageError, decode
from messages.fields import Payload
from messages.payloads import AckData, CommandResult, StatusData
from messages.topics import Topics

WINDOW = 500
"""Events sent and not yet acknowledged by the gateway, at most."""

log = structlog.get_logger(__name__)


class Link:
    """Publishes for one device.

    Args:
        settings: where the broker is.
        topics: topics of the store.
        device: id of the device.
        outbox: the durable queue.
        boot: id of this run.
        clock: the agent's clock.
        on_command: called in the network thread with (name, envelope) of each command; gives
            the answer.
        resend_s: an event that the gateway has not acknowledged for so long is sent again.
    """

    def __init__(
        self,
        settings: MqttSettings,
        topics: Topics,
        device: str,
        outbox: Outbox,
        *,
        boot: str,
        clock: Clock,
        on_command: Callable[[str, Envelope], CommandResult] | None = None,
        resend_s: float = 10.0,
    ) -> None:
        self._topics = topics
        self._device = device
        self._outbox = outbox
        self._boot = boot
        self._clock = clock
        self._on_command = on_command
        self._resend_s = resend_s
        # Callbacks of the network thread only append here and wake the sender: paho holds its
        # own locks while it calls them.
        self._wake = threading.Event()
        self._done_mids: deque[int] = deque()
        self._acks: deque[AckData] = deque()
        # An answer that is lost is asked for again, so a flood may push out the oldest.
        self._results: deque[CommandResult] = deque(maxlen=100)
        self._stopping = False
        self._lock = threading.Lock()
        self._newest: dict[str, bytes] = {}
        self._states = 0
        self._sending = _Sending()
        self.refused = 0
        self._client = self._make_client(settings)
        self._sender = threading.Thread(target=self._send_loop, name="mqtt-sender", daemon=True)

    @property
    def connected(self) -> bool:
        """True while the broker answers."""
        return self._client.is_connected()

    def start(self) -> Self:
        """Begin to connect, in the background and for as long as it takes."""
        self._client.loop_start()
        self._sender.start()
        return self

    def publish_state(self, topic: str, data: Payload, t_s: float) -> None:
        """Publish what was true at ``t_s``, retained; a newer state replaces one that waits."""
        with self._lock:
            self._newest[topic] = self._state(data, t_s).encode()
        self._wake.set()

    def events_waiting(self) -> None:
        """Say that the outbox has new events."""
        self._wake.set()

    def stop(self, last: StatusData, timeout_s: float = 3.0) -> None:
        """Publish the last status, then disconnect."""
        if self.connected:
            payload = self._state(last, self._clock.now_s()).encode()
            info = self._client.publish(self._topics.status(self._device), payload, 1, retain=True)
            info.wait_for_publish(timeout_s)
        self._stopping = True
        self._wake.set()
        self._sender.join(timeout_s)
        self._client.disconnect()
        self._client.loop_stop()

    def _make_client(self, settings: MqttSettings) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._device)
        if settings.username:
            client.username_pw_set(settings.username, settings.password)
        if settings.tls:
            files = [str(p) if p else None for p in (settings.ca, settings.cert, settings.key)]
            client.tls_set(ca_certs=files[0], certfile=files[1], keyfile=files[2])
        will = self._state(StatusData(state="lost"), self._clock.now_s()).encode()
        client.will_set(self._topics.status(self._device), will, qos=1, retain=True)
        # The first delay differs between devices, so that a store does not knock all at once.
        client.reconnect_delay_set(min_delay=random.choice((1, 2)), max_delay=30)  # noqa: S311 (no secret)
        client.max_inflight_messages_set(WINDOW)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._received
        client.on_publish = self._published
        client.connect_async(settings.host, settings.port, keepalive=15)
        return client

    def _state(self, data: Payload, t_s: float) -> Envelope:
        self._states += 1
        return Envelope(
            id=f"{self._device}-{self._boot}-s{self._states}",
            type=data.type,
            source=self._device,
            time=self._clock.utc(t_s),
            boot=self._boot,
            data=data.model_dump(mode="json", exclude_none=True),
        )

    # Callbacks of the network thread: they note what happened and wake the sender.

    def _connected(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _props: Any
    ) -> None:
        if reason.is_failure:
            log.warning("broker refused the connection", reason=str(reason))
            return
        log.info("connected to the broker")
        client.subscribe(
            [(self._topics.ack(self._device), 1), (self._topics.commands_for(self._device), 1)]
        )
        self.events_waiting()

    def _disconnected(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _props: Any
    ) -> None:
        if reason.is_failure:
            log.warning("lost the broker", reason=str(reason))

    def _published(
        self, _client: mqtt.Client, _data: Any, mid: int, _reason: Any, _props: Any
    ) -> None:
        self._done_mids.append(mid)
        self._wake.set()

    def _received(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            envelope = decode(bytes(message.payload))
            if message.topic == self._topics.ack(self._device):
                self._acks.append(AckData.model_validate(envelope.data))
                self._wake.set()
            elif self._on_command is not None:
                name = message.topic.rsplit("/", 1)[-1]
                self._results.append(self._on_command(name, envelope))
                self._wake.set()
        except (MalformedMessageError, ValueError) as error:
            if not self.refused:
                log.warning("refused a message", topic=message.topic, reason=str(error))
            self.refused += 1

    # The sender thread.

    def _send_loop(self) -> None:
        tick_s = min(1.0, self._resend_s)
        progress_s = self._clock.now_s()
        while not self._stopping:
            self._wake.wait(tick_s)
            self._wake.clear()
            now_s = self._clock.now_s()
            if self._take_answers() or not self._sending.unacked or not self.connected:
                progress_s = now_s
            if now_s - progress_s >= self._resend_s:
                progress_s = now_s
                self._sending.again()
            if self.connected:
                self._send_results()
                self._send_states()
                self._send_events()

    def _take_answers(self) -> bool:
        """Take in what broker and gateway acknowledged; True when the outbox got smaller."""
        while self._done_mids:
            self._sending.done(self._done_mids.popleft())
        removed = 0
        while self._acks:
            ack = self._acks.popleft()
            removed += self._outbox.acknowledge(ack.boot, ack.upto_seq)
        self._sending.unacked = max(0, self._sending.unacked - removed)
        return removed > 0

    def _send_results(self) -> None:
        topic = self._topics.command_result(self._device)
        while self._results:
            answer = self._state(self._results.popleft(), self._clock.now_s())
            self._client.publish(topic, answer.encode(), qos=1)

    def _send_states(self) -> None:
        with self._lock:
            ready = [t for t in self._newest if t not in self._sending.states]
            payloads = [self._newest.pop(topic) for topic in ready]
        for topic, payload in zip(ready, payloads, strict=True):
            info = self._client.publish(topic, payload, qos=1, retain=True)
            self._sending.state(info.mid, topic)

    def _send_events(self) -> None:
        topic = self._topics.event(self._device)
        sending = self._sending
        while sending.unacked < WINDOW:
            rows = self._outbox.after(sending.upto_n, min(100, WINDOW - sending.unacked))
            if not rows:
                return
            for row in rows:
                if row.n not in sending.events:
                    sending.event(self._client.publish(topic, row.payload, qos=1).mid, row.n)
            sending.upto_n = rows[-1].n
            sending.unacked += len(rows)


class _Sending:
    """What is under way; touched by the sender thread alone.

    Attributes:
        upto_n: place in the outbox up to which everything was sent.
        unacked: events sent that the gateway has not acknowledged.
        events: places in the outbox that the broker has not acknowledged; paho repeats these.
        states: state topics that the broker has not acknowledged.
    """

    def __init__(self) -> None:
        self.upto_n = 0
        self.unacked = 0
        self.events: set[int] = set()
        self.states: set[str] = set()
        self._mids: dict[int, int | str] = {}

    def event(self, mid: int, n: int) -> None:
        """Note an event that was given to the broker."""
        self._mids[mid] = n
        self.events.add(n)

    def state(self, mid: int, topic: str) -> None:
        """Note a state that was given to the broker."""
        self._mids[mid] = topic
        self.states.add(topic)

    def done(self, mid: int) -> None:
        """Note that the broker has it."""
        what = self._mids.pop(mid, None)
        if isinstance(what, int):
            self.events.discard(what)
        elif what is not None:
            self.states.discard(what)

    def again(self) -> None:
        """Start over from the first event that the gateway has not acknowledged."""
        self.upto_n = 0
        self.unacked = 0
