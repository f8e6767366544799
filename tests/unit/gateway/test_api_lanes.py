"""The manager's word on a lane over the HTTP API."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest

from gateway.config import GatewayConfig
from messages.fields import LaneState
from messages.payloads import CommandResult, QueueData, StatusData
from tests.unit.gateway.world import TOPICS, Api, World


def test_the_managers_word_on_a_lane_is_sent_to_its_device_alone(world: World, api: Api) -> None:
    world.hear(TOPICS.status("d1"), StatusData(state="online"))
    queue = QueueData(lane="1", waiting=2, served=1, confidence=0.9)
    world.hear(TOPICS.queue("d1", "1"), queue)
    word = {"state": "closed", "who": "Li"}
    assert api.post("/api/v1/lanes/1/state", json=word).json() == {"lane": "1", "state": "closed"}
    assert api.post("/api/v1/lanes/1/state", json=word).status_code == 200
    api.post("/api/v1/lanes/2/state", json={"state": "open"})
    world.next_pictures()
    ((topic, order),) = world.sent
    assert topic == "instore/demo/cmd/d1/lane"
    assert order.data["args"] == {"lane": "1", "state": "closed"}
    standing = {w["lane"]: w for w in api.get("/api/v1/state").json()["lane_words"]}
    assert [w["device"] for w in standing["1"]["waiting"]] == ["d1"]
    assert standing["2"]["waiting"] == [], "no device sees this lane"
    assert not standing["2"]["confirmed"]
    world.hear(TOPICS.command_result("d1"), CommandResult(command_id=order.id, ok=True))
    assert api.get("/api/v1/lanes/1/state").json()["word"]["confirmed"]


@pytest.mark.parametrize(
    ("lane", "body", "status"),
    [
        ("9", {"state": "open"}, 404),
        ("1", {"state": "unknown"}, 422),
        ("1", {}, 422),
        ("1", {"state": "open", "who": ""}, 422),
    ],
)
def test_a_word_that_makes_no_sense_is_refused(
    world: World, api: Api, lane: str, body: dict[str, Any], status: int
) -> None:
    assert api.post(f"/api/v1/lanes/{lane}/state", json=body).status_code == status
    assert api.get("/api/v1/lanes/1/state").json() == {"lane": "1", "word": None}


def test_a_word_on_a_lane_is_there_after_a_restart(config: GatewayConfig) -> None:
    with closing(World(config)) as first:
        first.engine.order_lane("1", LaneState.CLOSING, "Li").result(10)
    with closing(World(config)) as second:
        second.next_pictures()
        (word,) = json.loads(second.board.state())["lane_words"]
    assert (word["lane"], word["state"], word["who"]) == ("1", "closing", "Li")
