"""Events of a store become advice that looks ahead and says why."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.config import GatewayConfig
from gateway.forecast.store import ENOUGH, StoreForecast
from gateway.rules.advice import advise
from gateway.state.heard import Heard
from gateway.state.view import LaneView, StoreView
from messages.envelope import Envelope
from messages.payloads import EventData, Joined, LaneState, ServiceDone, Text

NOON_S = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()
CONFIG = GatewayConfig.model_validate(
    {"store": "s", "lanes": [{"id": str(i), "position": i} for i in range(1, 6)]}
)


def heard(event: EventData, t_s: float) -> Heard:
    envelope = Envelope(
        id="e", type=event.type, source="d", boot="b", seq=1, data={},
        time=datetime.fromtimestamp(t_s, UTC),
    )  # fmt: skip
    return Heard("d", envelope, event, t_s)


def store(waiting: int | None, opened: int = 1) -> StoreView:
    lanes = {
        str(i): LaneView(
            str(i),
            LaneState.OPEN if i <= opened else LaneState.CLOSED,
            waiting=waiting if i == 1 else 0,
            blind=None,
        )
        for i in range(1, 6)
    }
    return StoreView(NOON_S, lanes, {}, {}, {})


def learned(per_h: int) -> StoreForecast:
    forecast = StoreForecast(CONFIG)
    for i in range(per_h * 2):
        t_s = NOON_S - 7200.0 + i * 3600.0 / per_h
        forecast.note(heard(Joined(lane="1", person=i), t_s))
        forecast.note(heard(ServiceDone(lane="1", person=i, service_s=60.0), t_s))
    return forecast


def test_a_busy_store_needs_more_lanes_and_the_advice_says_why() -> None:
    need = learned(150).need(store(1))
    assert need is not None
    advice = advise(store(1), None, None, need)
    assert (advice.open, advice.needed_now) == (1, need.wanted)
    assert need.wanted >= 3, "two and a half services go on at any time"
    assert advice.needed_15min is not None
    assert "shoppers an hour" in advice.why.en
    assert "需要" in advice.why.zh


def test_a_queue_that_is_there_outvotes_the_forecast() -> None:
    need = learned(30).need(store(5))
    why = Text(zh="五人排队", en="Five wait")
    advice = advise(store(5, opened=2), why, None, need)
    assert advice.needed_now is not None
    assert advice.needed_now >= 3


def test_without_enough_seen_or_with_a_blind_lane_there_is_no_need() -> None:
    young = StoreForecast(CONFIG)
    for i in range(ENOUGH - 1):
        young.note(heard(Joined(lane="1", person=i), NOON_S - 100.0 + i))
    assert young.need(store(1)) is None
    assert learned(150).need(store(None)) is None
