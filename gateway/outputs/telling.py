"""What the gateway says over MQTT.

All but commands is retained, so that whoever connects later knows it too.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from gateway.config import ScreenSettings
from gateway.outputs.alerts import Alert
from gateway.outputs.orders import VALID_S
from gateway.rules.signage import Arrow, LaneSign
from gateway.state.lane_words import LaneWord
from gateway.state.view import StoreView
from messages.envelope import Envelope
from messages.fields import Payload
from messages.payloads import AckData, Command, LaneAdvice, SignageData
from messages.places import FootfallData, LineCount
from messages.topics import Topics

Publish = Callable[[str, bytes], None]
BEAT_S = 60.0
"""What does not change is said again at least so often, with its new time."""
_SWAPPED: dict[Arrow, Arrow] = {"left": "right", "right": "left", "none": "none"}


class Teller:
    """Publishes acknowledgements, alerts and signs; says everything again after a connection.

    Args:
        topics: topics of the store.
        screens: which screen stands at which lane.
        publish: publishes (topic, payload) retained; an empty payload removes the topic.
        valid_s: how long a screen may believe a sign.
        publish_once: publishes (topic, payload) that nobody keeps.
    """

    def __init__(
        self,
        topics: Topics,
        screens: Iterable[ScreenSettings],
        publish: Publish,
        *,
        valid_s: float,
        publish_once: Publish = lambda _topic, _payload: None,
    ) -> None:
        self._topics = topics
        self._screens = tuple(screens)
        self._publish = publish
        self._valid_s = valid_s
        self._publish_once = publish_once
        self._boot = uuid.uuid4().hex[:12]
        self._said = 0
        self._open: dict[str, Alert] = {}
        self._acks: dict[str, tuple[str, int]] = {}
        self._signs: dict[str, tuple[int, LaneSign | None, float]] = {}
        self._advised: LaneAdvice | None = None
        self._counted: tuple[FootfallData | None, float] = None, 0.0
        self._again = threading.Event()

    def start(self, alerts: Iterable[Alert]) -> None:
        """Learn which alerts are open from an earlier run."""
        self._open = {alert.id: alert for alert in alerts}

    def say_again(self) -> None:
        """Ask for everything to be published anew; safe from any thread."""
        self._again.set()

    def is_own(self, topic: str) -> bool:
        """True for the topics of alerts, which the gateway reads back to tidy them."""
        return topic.startswith(f"{self._topics.base}/alert/")

    def kept(self, topic: str, payload: bytes) -> None:
        """Remove an alert that the broker still keeps though it was closed meanwhile."""
        alert_id = topic.rsplit("/", 1)[-1]
        if payload and alert_id not in self._open:
            self._publish(topic, b"")

    def ack(self, device: str, boot: str, upto_seq: int, now_s: float) -> None:
        """Tell a device up to where its events are committed."""
        self._acks[device] = boot, upto_seq
        self._send(self._topics.ack(device), AckData(boot=boot, upto_seq=upto_seq), now_s)

    def alert(self, alert: Alert, now_s: float) -> None:
        """Publish an alert; a closed one is published once more and then removed."""
        topic = self._topics.alert(alert.id)
        self._send(topic, alert.message(), now_s)
        if alert.is_open:
            self._open[alert.id] = alert
        else:
            self._open.pop(alert.id, None)
            self._publish(topic, b"")

    def signs(self, signs: Mapping[str, LaneSign], now_s: float) -> None:
        """Publish what changed, and every sign again before it stops being valid."""
        if self._again.is_set():
            self._again.clear()
            self._repeat(now_s)
        for screen in self._screens:
            sign = signs[screen.lane]
            # Starting from the time, revisions go on rising after a restart.
            rev, shown, said_s = self._signs.get(screen.id, (int(now_s), None, now_s))
            if sign == shown and 0 <= now_s - said_s < self._valid_s / 3:
                continue
            rev += sign != shown
            self._signs[screen.id] = rev, sign, now_s
            self._send(
                self._topics.signage(screen.id), self._content(screen, sign, rev, now_s), now_s
            )

    def advice(self, advice: LaneAdvice, now_s: float) -> None:
        """Publish the advice on lanes when it changed."""
        if advice != self._advised:
            self._advised = advice
            self._send(self._topics.advice, advice, now_s)

    def footfall(self, view: StoreView, now_s: float) -> None:
        """Publish who is in the shop, where an entrance is known: changes, and at a beat."""
        data = _footfall(view)
        if data is None or (data == self._counted[0] and 0.0 <= now_s - self._counted[1] < BEAT_S):
            return
        self._counted = data, now_s
        self._send(self._topics.footfall, data, now_s)

    def order(self, device: str, word: LaneWord, now_s: float) -> None:
        """Tell one device the manager's word on a lane; it answers under the word's id."""
        moment = datetime.fromtimestamp(now_s, UTC)
        command = Command(
            name="lane",
            args={"lane": word.lane, "state": word.state},
            expires_at=moment + timedelta(seconds=VALID_S),
        )
        envelope = self._envelope(word.id, command, moment)
        self._publish_once(self._topics.command(device, command.name), envelope.encode())

    def _repeat(self, now_s: float) -> None:
        self._signs = {name: (rev, sign, 0.0) for name, (rev, sign, _) in self._signs.items()}
        self._advised = None
        self._counted = None, 0.0
        for alert in self._open.values():
            self._send(self._topics.alert(alert.id), alert.message(), now_s)
        for device, (boot, upto_seq) in self._acks.items():
            self._send(self._topics.ack(device), AckData(boot=boot, upto_seq=upto_seq), now_s)

    def _content(
        self, screen: ScreenSettings, sign: LaneSign, rev: int, now_s: float
    ) -> SignageData:
        return SignageData(
            rev=rev,
            lane=sign.lane,
            state=sign.state,
            waiting=sign.waiting,
            wait_low_min=sign.wait_low_min,
            wait_high_min=sign.wait_high_min,
            go_to=sign.go_to,
            arrow=_SWAPPED[sign.arrow] if screen.mirrored else sign.arrow,
            valid_until=datetime.fromtimestamp(now_s + self._valid_s, UTC),
        )

    def _send(self, topic: str, data: Payload, now_s: float) -> None:
        self._said += 1
        name = f"gateway-{self._boot}-{self._said}"
        envelope = self._envelope(name, data, datetime.fromtimestamp(now_s, UTC))
        self._publish(topic, envelope.encode())

    def _envelope(self, name: str, data: Payload, moment: datetime) -> Envelope:
        return Envelope(
            id=name,
            type=data.type,
            source="gateway",
            time=moment,
            boot=self._boot,
            data=data.model_dump(mode="json", exclude_none=True),
        )


def _footfall(view: StoreView) -> FootfallData | None:
    shop = view.footfall
    if shop.since_s is None:
        return None
    return FootfallData(
        entered=shop.entered,
        left=shop.left,
        inside=shop.inside,
        inside_low=shop.inside_low,
        inside_high=shop.inside_high,
        since=datetime.fromtimestamp(shop.since_s, UTC),
        # Two digits, so that it does not change with every second.
        confidence=round(shop.confidence, 2),
        leftover=shop.leftover,
        lines={
            name: LineCount(entered=line.entered, left=line.left)
            for name, line in view.lines.items()
        },
    )
