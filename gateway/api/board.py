"""What the API shows: the newest picture of the store, encoded once for everybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import TypeAdapter

from gateway.api.feed import Feed
from gateway.config import GatewayConfig, LaneSettings
from gateway.outputs.alerts import Alert
from gateway.rules.signage import LaneSign
from gateway.state.view import StoreView
from messages.payloads import AlertState

BEAT_S = 2.0
"""A page hears at least this often; after three beats of silence it shows "no data"."""

_STORE_EVERY_S = 0.5
_VIEW = TypeAdapter(StoreView)


@dataclass(frozen=True, slots=True)
class Picture:
    """The store at one moment, as it is shown."""

    view: StoreView
    alerts: tuple[Alert, ...]
    signs: Mapping[str, LaneSign]
    counts: Mapping[str, int] = field(default_factory=dict)


class Desk(Protocol):
    """What a request may ask of the gateway."""

    def step_alert(
        self, alert_id: str, to: AlertState, who: str, note: str | None = None
    ) -> Future[Alert]:
        """Take an alert one step on."""


class Board:
    """Keeps the newest picture and feeds the pages.

    Args:
        config: names of lanes.
        feed: where live values go.
        is_connected: whether the broker answers.
    """

    def __init__(self, config: GatewayConfig, feed: Feed, is_connected: Callable[[], bool]) -> None:
        self._store = config.store
        self._lanes = {lane.id: lane for lane in config.lanes}
        self._feed = feed
        self._is_connected = is_connected
        self._shown: dict[str, tuple[LaneSign, float]] = {}
        self._store_said_s = 0.0
        self.picture: Picture | None = None

    def show(self, picture: Picture) -> None:
        """Take the newest picture; called in the engine's thread."""
        self.picture = picture
        now_s = picture.view.now_s
        values = {}
        for lane, sign in picture.signs.items():
            shown, said_s = self._shown.get(lane, (None, 0.0))
            if sign != shown or not 0 <= now_s - said_s < BEAT_S:
                self._shown[lane] = sign, now_s
                values[f"lane/{lane}"] = self._lane(sign)
        if not 0 <= now_s - self._store_said_s < _STORE_EVERY_S:
            self._store_said_s = now_s
            values["store"] = self.state()
        if values:
            self._feed.put(values)

    def state(self) -> str:
        """Give everything known as JSON text; an empty store before the first picture."""
        picture = self.picture
        if picture is None:
            return json.dumps({"store": self._store, "now_s": None, "alerts": []})
        text = _VIEW.dump_json(picture.view).decode()
        more = {
            "store": self._store,
            "broker": self._is_connected(),
            "alerts": alerts_json(picture.alerts),
        }
        return text[:-1] + "," + json.dumps(more, ensure_ascii=False)[1:]

    def _lane(self, sign: LaneSign) -> str:
        other = self._lanes.get(sign.go_to) if sign.go_to else None
        value = {
            "lane": sign.lane,
            "state": sign.state,
            "waiting": sign.waiting,
            "wait_low_min": sign.wait_low_min,
            "wait_high_min": sign.wait_high_min,
            "go_to": _sign(other) if other is not None else None,
            "arrow": sign.arrow,
        }
        return json.dumps(value, ensure_ascii=False)


def _sign(lane: LaneSettings) -> dict[str, str]:
    return {"lane": lane.id, "sign": lane.sign, "zh": lane.names.zh, "en": lane.names.en}


def alerts_json(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """Give alerts as the API shows them, the most urgent first."""
    order = {"critical": 0, "warning": 1, "info": 2}
    ranked = sorted(alerts, key=lambda a: (not a.is_open, order[a.severity], -a.n))
    return [alert.message().model_dump(mode="json", exclude={"type"}) for alert in ranked]
