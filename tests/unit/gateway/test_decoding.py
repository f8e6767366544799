"""Bad messages: one clear reason, counted, logged once until the device is sound again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.ingest.decoding import Decoder
from messages.envelope import MAX_BYTES
from messages.payloads import QueueData

TOPIC = "instore/demo/dev/d1/queue/1"
HEAT = "instore/demo/dev/d1/heat/cam"
GRID = {"camera": "cam", "columns": 2, "rows": 2, "seconds": [0, 1, 2, 3]}
GOOD: dict[str, Any] = {
    "v": 1,
    "id": "x",
    "type": "queue",
    "source": "d1",
    "time": "2026-01-31T09:30:00.250Z",
    "boot": "b",
    "data": {"lane": "1", "waiting": 2, "served": 1},
}


def encode(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def test_a_sound_message_is_taken() -> None:
    heard = Decoder("demo").decode(TOPIC, encode(), 5.0)
    assert heard is not None
    assert isinstance(heard.payload, QueueData)
    assert (heard.device, heard.received_s) == ("d1", 5.0)


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (TOPIC, b"\xff\xfe{", "JSON"),
        (TOPIC, b"[]", "(message)"),
        (TOPIC, b" " * (MAX_BYTES + 1), "expected at most"),
        (TOPIC, encode(source="d2"), "source: expected 'd1'"),
        (TOPIC, encode(type="zone"), "type: expected 'queue', found 'zone'"),
        (TOPIC, encode(data={"lane": "1", "waiting": -2, "served": 0}), "data.waiting"),
        (TOPIC, encode(data={"lane": "2", "waiting": 2, "served": 0}), "data.lane: expected '1'"),
        (TOPIC, encode(time="yesterday"), "time"),
        (HEAT, encode(type="heat", data=GRID | {"seconds": [1, 2, 3]}), "expected 2 x 2 cells"),
        (HEAT, encode(type="heat", data=GRID | {"columns": 0}), "data.columns"),
        (HEAT, encode(type="heat", data=GRID | {"seconds": [1, 2, 3, -4]}), "data.seconds.3"),
        ("instore/demo/dev/d1/line/a", encode(type="line", data={"line": "b"}), "data.line"),
        ("instore/demo/dev/d1/event", encode(type="queue"), "type: expected one of"),
        ("instore/demo/dev/d1/event", encode(type="visit", data={}), "seq: expected"),
        ("instore/demo/dev/d1/poetry/1", encode(), "topic: expected event or one of"),
        ("instore/demo/dev/d1", encode(), "topic"),
    ],
)
def test_a_bad_message_is_refused_with_its_reason(topic: str, payload: bytes, reason: str) -> None:
    decoder = Decoder("demo")
    with capture_logs() as logs:
        assert decoder.decode(topic, payload, 0.0) is None
    assert sum(decoder.refused.values()) == 1
    assert reason in logs[0]["reason"]


def test_repeated_bad_messages_are_counted_but_logged_once_a_change() -> None:
    decoder = Decoder("demo")
    with capture_logs() as logs:
        for payload in (b"{", b"{", b"{", encode(), b"{", b"{"):
            decoder.decode(TOPIC, payload, 0.0)
    assert decoder.refused == {"d1": 5}
    assert [log["event"] for log in logs] == [
        "refused a message",
        "messages are sound again",
        "refused a message",
    ]


@given(st.text(max_size=60), st.binary(max_size=300))
def test_nothing_breaks_the_decoder(topic: str, payload: bytes) -> None:
    assert Decoder("demo").decode(topic, payload, 0.0) is None
