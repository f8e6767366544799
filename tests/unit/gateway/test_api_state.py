"""The state of the store, metrics and bad requests over the HTTP API."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest

from gateway.config import GatewayConfig
from gateway.state.database import connect
from messages.events import LineCrossing
from messages.payloads import QueueData, WaitScore
from messages.places import FootfallData, LineData
from tests.unit.gateway.world import GTIN, NOW_S, TOPICS, Api, World, stock


def test_state_gives_null_for_what_is_unknown(world: World, api: Api) -> None:
    world.hear(TOPICS.stock("d1", "S1"), stock(None))
    state = api.get("/api/v1/state").json()
    assert state["store"] == "demo"
    assert state["shelves"]["S1"]["items"][GTIN]["count"] is None
    assert state["lanes"]["1"]["waiting"] is None
    assert state["advice"]["open"] is None


def test_metrics_leave_out_what_is_unknown(world: World, api: Api) -> None:
    world.hear(TOPICS.stock("d1", "S1"), stock(None))
    assert "instore_stock{" not in api.get("/metrics").text
    world.hear(TOPICS.stock("d1", "S1"), stock(4))
    text = api.get("/metrics").text
    assert f'instore_stock{{gtin="{GTIN}",shelf="S1"}} 4.0' in text
    assert "instore_lane_waiting{" not in text


def test_metrics_tell_how_well_the_waits_shown_have_done(world: World, api: Api) -> None:
    score = WaitScore(n=12, mae_s=14.5, bias_s=-2.0, p90_coverage=0.9)
    world.hear(TOPICS.queue("d1", "1"), QueueData(lane="1", waiting=3, score=score))
    text = api.get("/metrics").text
    assert 'instore_lane_waits_scored{lane="1"} 12.0' in text
    assert 'instore_lane_wait_error_seconds{lane="1"} 14.5' in text
    assert 'instore_lane_wait_bias_seconds{lane="1"} -2.0' in text
    assert 'instore_lane_wait_p90_coverage{lane="1"} 0.9' in text
    assert "instore_lane_little_residual{" not in text, "not known yet"
    assert api.get("/api/v1/state").json()["lanes"]["1"]["score"]["mae_s"] == 14.5


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/alerts/20260101-99/acknowledge", {}, 404),
        ("GET", "/api/v1/alerts/20260101-99/history", None, 404),
        ("POST", "/api/v1/alerts/nonsense/acknowledge", {}, 422),
        ("POST", "/api/v1/alerts/20260101-1/explode", {}, 422),
        ("POST", "/api/v1/alerts/20260101-1/resolve", {"who": ""}, 422),
        ("POST", "/api/v1/alerts/20260101-1/resolve", {"hacker": 1}, 422),
        ("GET", "/api/v1/alerts?limit=0", None, 422),
        ("PUT", "/api/v1/maintenance/planet:mars", {"for_s": 60}, 422),
        ("PUT", "/api/v1/maintenance/device:d1", {"for_s": -1}, 422),
        ("GET", "/api/v1/stream/lanes/9", None, 404),
        ("GET", "/lane/9", None, 404),
        ("GET", "/screen/9", None, 404),
    ],
)
def test_bad_requests_get_their_answer(
    api: Api, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    assert api.request(method, path, json=body).status_code == status


def test_maintenance_begins_and_ends(world: World, api: Api) -> None:
    assert (
        api.put("/api/v1/maintenance/shelf:S1", json={"for_s": 600, "who": "Li"}).status_code == 200
    )
    world.hear(TOPICS.stock("d1", "S1"), stock(1))
    world.next_pictures()
    assert api.get("/api/v1/alerts").json() == []
    assert [w["subject"] for w in api.get("/api/v1/maintenance").json()] == ["shelf:S1"]
    api.put("/api/v1/maintenance/shelf:S1", json={"for_s": 0})
    world.hear(TOPICS.stock("d1", "S1"), stock(1))
    world.next_pictures()
    assert len(api.get("/api/v1/alerts").json()) == 1


def test_a_stored_event_that_cannot_be_read_does_not_stop_the_start(config: GatewayConfig) -> None:
    db = connect(config.database)
    db.execute(
        "INSERT INTO event (device, boot, seq, type, time_s, received_s, data)"
        " VALUES ('d1', 'b1', 1, 'misplaced', ?, ?, '{}')",
        (NOW_S - 60, NOW_S - 60),
    )
    db.close()
    with closing(World(config)) as world:
        world.hear(TOPICS.queue("d1", "1"), QueueData(lane="1", waiting=2, served=1))
        assert world.engine.counts.unreadable == 1


def test_state_before_the_first_message_is_json(api: Api) -> None:
    assert json.loads(api.get("/api/v1/state").text)["store"] == "demo"


def test_the_shop_is_told_by_api_and_metrics_until_a_door_is_blind(world: World, api: Api) -> None:
    world.hear(TOPICS.line("d1", "door"), LineData(line="door", entered=0, left=0))
    for seq, direction in enumerate(("in", "in", "out", "in"), 1):
        crossing = LineCrossing(line="door", direction=direction, person=seq)  # type: ignore[arg-type]  # a str
        world.hear(TOPICS.event("d1"), crossing, seq=seq)
    world.hear(TOPICS.event("d1"), crossing, seq=4)  # sent twice, counts once
    shop = api.get("/api/v1/state").json()["footfall"]
    assert (shop["entered"], shop["left"], shop["inside"], shop["blind"]) == (3, 1, 2, None)
    text = api.get("/metrics").text
    assert 'instore_line_entered{line="door"} 3.0' in text
    assert 'instore_line_left{line="door"} 1.0' in text
    assert "instore_inside 2.0" in text
    world.hear(TOPICS.line("d1", "door"), LineData(line="door"))
    state = api.get("/api/v1/state").json()
    assert (state["footfall"]["inside"], state["lines"]["door"]["entered"]) == (None, None)
    text = api.get("/metrics").text
    assert "instore_inside " not in text
    assert "instore_line_entered{" not in text


def test_the_shop_is_published_and_stands_after_a_restart(config: GatewayConfig) -> None:
    line = LineData(line="door", entered=0, left=0)
    with closing(World(config)) as first:
        first.hear(TOPICS.line("d1", "door"), line)
        for seq in (1, 2):
            crossing = LineCrossing(line="door", direction="in", person=seq)
            first.hear(TOPICS.event("d1"), crossing, seq=seq)
    with closing(World(config)) as second:
        second.hear(TOPICS.line("d1", "door"), line)
        second.hear(TOPICS.event("d1"), crossing, seq=2)  # its acknowledgement was lost
        said = FootfallData(**second.kept[TOPICS.footfall].data)
    assert (said.entered, said.left, said.inside) == (2, 0, 2)
    assert said.lines["door"].entered == 2
