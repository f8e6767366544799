"""Events of a store become advice that looks ahead and says why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.config import GatewayConfig
from gateway.forecast.store import ENOUGH, StoreForecast
from gateway.rules.advice import advise
from gateway.state.heard import Heard
from gateway.state.view import LaneView, StoreView
from messages.envelope import Envelope
from messages.events import EventData, Joined, ServiceDone
from messages.fields import LaneState
from messages.payloads import Text

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


MIXED = GatewayConfig.model_validate(
    {
        "store": "s",
        "lanes": [
            {"id": "1", "position": 1},
            {"id": "2", "position": 2},
            {"id": "x", "position": 3, "kind": "express"},
            {"id": "sco", "position": 4, "kind": "self_checkout", "stations": 6},
        ],
    }
)


def mixed_store(served: int = 0) -> StoreView:
    lanes = {
        "1": LaneView("1", LaneState.OPEN, waiting=0, served=0, blind=None),
        "2": LaneView("2", LaneState.CLOSED, waiting=0, served=0, blind=None),
        "x": LaneView("x", LaneState.CLOSED, waiting=0, served=0, blind=None),
        # Nobody is seen to open a self-checkout.
        "sco": LaneView("sco", LaneState.UNKNOWN, waiting=0, served=served, blind=None),
    }
    return StoreView(NOON_S, lanes, {}, {}, {})


def mixed(sco_per_h: int) -> StoreForecast:
    forecast = StoreForecast(MIXED)
    rates = {"1": (40, 120.0), "x": (60, 40.0), "sco": (sco_per_h, 90.0)}
    events = []
    for lane, (per_h, service_s) in rates.items():
        for i in range(2 * per_h):
            t_s = NOON_S - 7200.0 + i * 3600.0 / per_h
            events.append((t_s, Joined(lane=lane, person=i)))
            events.append((t_s, ServiceDone(lane=lane, person=i, service_s=service_s)))
    for t_s, event in sorted(events, key=lambda one: one[0]):
        forecast.note(heard(event, t_s))
    return forecast


def test_each_kind_of_lane_has_its_own_need() -> None:
    need = mixed(60).need(mixed_store())
    assert need is not None
    assert set(need.kinds) == {"staffed", "express", "self_checkout"}
    have, staffed = need.kinds["staffed"]
    assert (have, staffed.service_s) == (1, pytest.approx(120.0, rel=0.2))
    _, express = need.kinds["express"]
    assert express.service_s == pytest.approx(45.0, rel=0.2)
    assert express.per_h == pytest.approx(60.0, rel=0.4)
    # Machines need no cashier: they are told apart, not added.
    assert need.have == 1
    assert need.wanted == staffed.wanted + express.wanted
    advice = advise(mixed_store(), None, None, need, {"1", "2", "x"})
    assert advice.open == 1
    assert advice.kinds is not None
    assert advice.kinds["self_checkout"].open == 6
    assert advice.kinds["express"].needed_now is not None


@pytest.mark.parametrize(("per_h", "assistant"), [(40, False), (230, True)])
def test_a_busy_self_checkout_gets_an_assistant(per_h: int, assistant: bool) -> None:
    need = mixed(per_h).need(mixed_store())
    assert need is not None
    assert need.assistant is assistant


def test_a_store_without_self_checkout_has_no_assistant() -> None:
    need = learned(150).need(store(1))
    assert need is not None
    assert need.assistant is None
