"""The contract holds: what a version 1 reader or writer relies on does not change unseen."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import schema
from messages.envelope import MAX_BYTES, Envelope, MalformedMessageError, decode
from messages.fields import Payload
from messages.payloads import PAYLOADS, LineData, QueueData, StockData, StockItem, ZoneData
from messages.topics import Topics, parse_device_topic

EXAMPLES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "messages_v1.json").read_text(encoding="utf-8")
)


def test_the_committed_schemas_are_those_of_the_code() -> None:
    """A change of the contract is a change of messages/schemas: ``python -m messages.schema``."""
    for path, text in schema.files().items():
        assert path.read_text(encoding="utf-8") == text, path.name
    assert {p.name for p in schema.FOLDER.iterdir()} == {
        p.name for p in schema.files() if p.parent == schema.FOLDER
    }


def test_every_type_has_a_recorded_message() -> None:
    assert set(EXAMPLES) == set(PAYLOADS)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_recorded_version_1_message_is_read_and_written_again_unchanged(name: str) -> None:
    """These messages are out in shops: they are never edited, only added to."""
    envelope = decode(json.dumps(EXAMPLES[name]).encode())
    payload = PAYLOADS[envelope.type].model_validate(envelope.data)
    assert payload.model_dump(mode="json", exclude_none=True) == EXAMPLES[name]["data"]
    assert json.loads(envelope.encode()) == EXAMPLES[name]
    jsonschema.validate(EXAMPLES[name]["data"], schema.schemas()[name])
    jsonschema.validate(EXAMPLES[name], schema.schemas()["envelope"])


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_unknown_fields_are_ignored(name: str) -> None:
    newer = {**EXAMPLES[name]["data"], "from_the_future": 1}
    assert isinstance(PAYLOADS[name].model_validate(newer), Payload)


@pytest.mark.parametrize(
    "payload",
    [
        QueueData(lane="1", waiting=None, served=None),
        ZoneData(zone="cereals", occupancy=None),
        LineData(line="entrance", entered=None, left=None),
        StockData(shelf="S1", items={"06901234001006": StockItem(count=None)}),
    ],
    ids=lambda payload: payload.type,
)
def test_unknown_stays_unknown_over_the_wire(payload: Payload) -> None:
    data = payload.model_dump(mode="json", exclude_none=True)
    message = {**EXAMPLES[payload.type], "data": data}
    read = decode(decode(json.dumps(message).encode()).encode())
    assert type(payload).model_validate(read.data) == payload


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_one_clear_error(payload: bytes) -> None:
    with contextlib.suppress(MalformedMessageError):
        assert isinstance(decode(payload), Envelope)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"v": 2}, "v: Input should be less than or equal to 1, found '2'"),
        ({"time": "noon"}, "time: Input should be a valid datetime"),
        ({"time": "2026-01-31T12:00:00"}, "time: Input should have timezone info"),
        ({"seq": 0}, "seq: Input should be greater than or equal to 1"),
        ({"data": []}, "data: Input should be an object"),
    ],
)
def test_an_error_names_field_expectation_and_find(change: dict[str, Any], expected: str) -> None:
    message = {**EXAMPLES["picked"], **change}
    with pytest.raises(MalformedMessageError, match="^" + expected.replace("(", r"\(")):
        decode(json.dumps(message).encode())


def test_an_oversized_message_is_refused_unread() -> None:
    with pytest.raises(MalformedMessageError, match=f"at most {MAX_BYTES} bytes"):
        decode(b"{" * (MAX_BYTES + 1))


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)


@given(NAMES, NAMES, NAMES)
def test_device_topics_come_apart_as_they_were_put_together(
    store: str, device: str, lane: str
) -> None:
    topics = Topics(store)
    parsed = parse_device_topic(topics.queue(device, lane), store)
    assert parsed is not None
    assert (parsed.device, parsed.kind, parsed.name) == (device, "queue", lane)
    event = parse_device_topic(topics.event(device), store)
    assert event is not None
    assert (event.kind, event.name) == ("event", None)
    assert parse_device_topic(topics.ack(device), store) is None


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a b", ".a", "x" * 65])
def test_a_name_cannot_leave_its_topic_level(name: str) -> None:
    with pytest.raises(ValueError, match="topic level"):
        Topics("s").queue(name, "1")
