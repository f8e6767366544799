"""What the API shows: the newest picture of the store, encoded once for everybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from pydantic import TypeAdapter

from gateway.api.feed import Feed
from gateway.config import GatewayConfig, LaneSettings
from gateway.outputs.alerts import UNSEEN, Alert, Change
from gateway.outputs.orders import Standing
from gateway.outputs.tasks import pick_list
from gateway.rules.signage import LaneSign
from gateway.state.maintenance import Work
from gateway.state.ratings import Rating
from gateway.state.view import StoreView
from messages.fields import LaneState
from messages.payloads import AlertState, LaneAdvice

BEAT_S = 2.0
"""A page hears at least this often; after three beats of silence it shows "no data"."""

_STORE_EVERY_S = 0.5
_VIEW = TypeAdapter(StoreView)
_PRIVATE = {"ratings"}
"""What shoppers wrote is for the people who answer it, not for every follower of the store."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The store at one moment, as it is shown."""

    view: StoreView
    alerts: tuple[Alert, ...]
    signs: Mapping[str, LaneSign]
    advice: LaneAdvice
    works: tuple[Work, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    words: tuple[Standing, ...] = ()


class Desk(Protocol):
    """What a request may ask of the gateway; each future ends when the answer is on disk."""

    def step_alert(
        self, alert_id: str, to: AlertState, who: str, note: str | None = None
    ) -> Future[list[Change]]:
        """Take an alert one step on."""

    def finish_alert(self, alert_id: str, who: str) -> Future[list[Change]]:
        """Note that a person did the work of an alert; the sensor has to confirm it."""

    def rate(self, rating: Rating) -> Future[list[Change]]:
        """Take in what a shopper thinks."""

    def maintain(self, subject: str, for_s: float, who: str) -> Future[list[Change]]:
        """Begin maintenance of a subject; 0 s ends it."""

    def order_lane(self, lane: str, state: LaneState | None, who: str) -> Future[list[Change]]:
        """Take the manager's word on a lane; None lets its cameras speak again."""


class Board:
    """Keeps the newest picture and feeds the pages.

    Args:
        config: names of lanes.
        feed: where live values go.
        is_connected: whether the broker answers.
    """

    def __init__(self, config: GatewayConfig, feed: Feed, is_connected: Callable[[], bool]) -> None:
        self._config = config
        self._lanes = {lane.id: lane for lane in config.lanes}
        self._feed = feed
        self._is_connected = is_connected
        self._shown: dict[str, tuple[LaneSign, float]] = {}
        self._store_said_s = 0.0
        self._walk = {shelf.id: shelf.walk for shelf in config.shelves}
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

    def screens(self) -> dict[str, bool]:
        """Give which watched screens follow the gateway."""
        return {
            screen.id: self._feed.follows(screen.id)
            for screen in self._config.all_screens
            if screen.watched
        }

    def state(self) -> str:
        """Give everything known as JSON text; an empty store before the first picture."""
        picture = self.picture
        if picture is None:
            return json.dumps({"store": self._config.store, "now_s": None, "alerts": []})
        text = _VIEW.dump_json(picture.view, exclude=_PRIVATE).decode()
        more = {
            "store": self._config.store,
            "broker": self._is_connected(),
            "alerts": self.alerts(picture.alerts),
            "tasks": [asdict(task) for task in pick_list(picture.view, picture.alerts, self._walk)],
            "advice": picture.advice.model_dump(mode="json"),
            "lane_words": self.words(),
            "maintenance": [asdict(work) for work in picture.works],
        }
        return text[:-1] + "," + json.dumps(more, ensure_ascii=False)[1:]

    def words(self) -> list[dict[str, Any]]:
        """Give the manager's words on lanes, and which devices do not follow them yet."""
        return [
            {
                **asdict(one.word),
                "confirmed": one.confirmed,
                "waiting": [asdict(device) for device in one.waiting],
            }
            for one in (self.picture.words if self.picture else ())
        ]

    def alerts(self, alerts: Iterable[Alert]) -> list[dict[str, Any]]:
        """Give alerts as the API shows them, the most urgent first."""
        order = {"critical": 0, "warning": 1, "info": 2}
        ranked = sorted(alerts, key=lambda a: (not a.is_open, order[a.severity], -a.n))
        now_s = self.picture.view.now_s if self.picture else 0.0
        return [self._alert(alert, now_s) for alert in ranked]

    def _alert(self, alert: Alert, now_s: float) -> dict[str, Any]:
        target = self._config.alerts.targets.get(alert.severity)
        overdue = False
        if target is not None and alert.is_open:
            open_s = now_s - alert.opened_s
            unseen = alert.state in UNSEEN and open_s > target.respond_s
            overdue = unseen or open_s > target.resolve_s
        more = {"level": alert.level, "overdue": overdue, "finished": alert.finished_s is not None}
        return alert.message().model_dump(mode="json", exclude={"type"}) | more

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
