"""The outbox keeps every event until the gateway has it, in order, over restarts."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.publish.outbox import Outbox
from messages.envelope import decode
from messages.events import LineCrossing

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def crossings(count: int) -> list[LineCrossing]:
    return [LineCrossing(line="door", direction="in", person=i) for i in range(count)]


def open_outbox(folder: Path, boot: str = "b1", keep: int = 1000) -> Outbox:
    return Outbox(folder / "outbox.sqlite", device="d", boot=boot, keep=keep)


def test_events_are_numbered_from_one_and_keep_their_order(tmp_path: Path) -> None:
    with open_outbox(tmp_path) as outbox:
        outbox.append(crossings(3), NOON)
        outbox.append(crossings(2), NOON)
        rows = outbox.after(0, 10)
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    envelope = decode(rows[4].payload)
    assert (envelope.id, envelope.type, envelope.seq) == ("d-b1-5", "crossing", 5)
    assert json.loads(rows[4].payload)["time"] == "2026-01-31T12:00:00.000Z"


def test_only_the_gateway_removes(tmp_path: Path) -> None:
    with open_outbox(tmp_path) as outbox:
        outbox.append(crossings(5), NOON)
        assert outbox.acknowledge("b1", 3) == 3
        assert outbox.acknowledge("b1", 3) == 0
        assert outbox.acknowledge("other", 99) == 0
        assert [row.seq for row in outbox.after(0, 10)] == [4, 5]
        assert len(outbox) == 2


def test_a_restart_keeps_old_events_with_their_boot_before_new_ones(tmp_path: Path) -> None:
    with open_outbox(tmp_path, "b1") as outbox:
        outbox.append(crossings(2), NOON)
    with open_outbox(tmp_path, "b2") as outbox:
        outbox.append(crossings(1), NOON)
        assert [(r.boot, r.seq) for r in outbox.after(0, 10)] == [("b1", 1), ("b1", 2), ("b2", 1)]


def test_a_full_outbox_names_the_hole_that_it_leaves(tmp_path: Path) -> None:
    with open_outbox(tmp_path, keep=1000) as outbox:
        outbox.append(crossings(600), NOON)
        outbox.append(crossings(600), NOON)
        rows = outbox.after(0, 2000)
        assert len(rows) == len(outbox) <= 1000
        hole = decode(rows[0].payload)
        assert hole.type == "dropped"
        assert hole.data["first_seq"] == 1
        assert hole.seq == rows[0].seq == outbox.dropped + 1
        assert [row.seq for row in rows] == list(range(rows[0].seq, 1201))


def test_a_second_hole_joins_the_first(tmp_path: Path) -> None:
    with open_outbox(tmp_path, keep=1000) as outbox:
        for _ in range(4):
            outbox.append(crossings(600), NOON)
        rows = outbox.after(0, 2000)
        assert decode(rows[0].payload).data["first_seq"] == 1
        assert rows[-1].seq == 2400
        assert outbox.dropped == 2400 - len(rows)


def test_what_is_on_disk_survives_without_a_close(tmp_path: Path) -> None:
    left_open = open_outbox(tmp_path)
    left_open.append(crossings(4), NOON)
    with open_outbox(tmp_path, "b2") as outbox:
        assert len(outbox) == 4
    left_open.close()


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_reading_in_steps_meets_every_event_once(tmp_path: Path, limit: int) -> None:
    with open_outbox(tmp_path) as outbox:
        outbox.append(crossings(10), NOON)
        n, seen = 0, []
        while rows := outbox.after(n, limit):
            seen += [row.seq for row in rows]
            n = rows[-1].n
    assert seen == list(range(1, 11))
