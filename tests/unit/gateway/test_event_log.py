"""The event log: exactly once, and the highest number without a gap."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.state.database import DatabaseError, connect
from gateway.state.events import EventLog, Seen
from gateway.state.heard import Heard
from messages.events import Dropped, Picked

Hear = Callable[..., Heard]
PICKED = Picked(epc="3034AABB", shelf="S1", confidence=0.9)


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return connect(tmp_path / "g.sqlite")


def commit(db: sqlite3.Connection, log: EventLog, *heard: Heard) -> int:
    new = log.take(heard)
    with db:
        db.execute("BEGIN")
        log.write(new, 0.0)
    return len(new)


def rows(db: sqlite3.Connection) -> list[int]:
    return [seq for (seq,) in db.execute("SELECT seq FROM event ORDER BY seq")]


def test_a_repeated_event_enters_once_also_after_a_restart(
    db: sqlite3.Connection, hear: Hear
) -> None:
    log = EventLog(db)
    assert commit(db, log, hear(PICKED, 0, seq=1), hear(PICKED, 0, seq=1)) == 1
    assert commit(db, log, hear(PICKED, 0, seq=1)) == 0
    assert commit(db, EventLog(db), hear(PICKED, 0, seq=1)) == 0
    assert rows(db) == [1]


def test_a_gap_holds_the_cursor_until_it_is_filled(db: sqlite3.Connection, hear: Hear) -> None:
    commit(db, EventLog(db), *(hear(PICKED, 0, seq=seq) for seq in (1, 2, 5, 4)))
    log = EventLog(db)
    assert log.upto("d1", "b1") == 2
    commit(db, log, hear(PICKED, 0, seq=3))
    assert log.upto("d1", "b1") == EventLog(db).upto("d1", "b1") == 5


def test_boots_and_devices_count_by_themselves(db: sqlite3.Connection, hear: Hear) -> None:
    log = EventLog(db)
    commit(db, log, hear(PICKED, 0, seq=1), hear(PICKED, 0, seq=1, boot="b2"))
    commit(db, log, hear(PICKED, 0, seq=2, device="d2"))
    assert [log.upto("d1", "b1"), log.upto("d1", "b2"), log.upto("d2", "b1")] == [1, 1, 0]


def test_dropped_events_stand_for_their_range(db: sqlite3.Connection, hear: Hear) -> None:
    commit(db, EventLog(db), hear(PICKED, 0, seq=1))
    commit(db, EventLog(db), hear(Dropped(first_seq=4), 0, seq=10**12))
    log = EventLog(db)
    assert log.upto("d1", "b1") == 1
    commit(db, log, hear(PICKED, 0, seq=2), hear(PICKED, 0, seq=3))
    assert log.upto("d1", "b1") == EventLog(db).upto("d1", "b1") == 10**12


def test_dropped_may_take_the_number_of_an_event_that_came(
    db: sqlite3.Connection, hear: Hear
) -> None:
    log = EventLog(db)
    commit(db, log, hear(PICKED, 0, seq=3))
    commit(db, log, hear(Dropped(first_seq=1), 0, seq=3))
    assert log.upto("d1", "b1") == 3
    assert rows(db) == [3]


def test_what_could_not_be_written_is_taken_again(db: sqlite3.Connection, hear: Hear) -> None:
    log = EventLog(db)
    assert len(log.take([hear(PICKED, 0, seq=1)])) == 1
    log.reload()
    assert len(log.take([hear(PICKED, 0, seq=1)])) == 1


@given(st.lists(st.integers(1, 12), max_size=40), st.data())
def test_the_cursor_is_the_longest_run_from_one(seqs: list[int], data: st.DataObject) -> None:
    seen, came = Seen(), set[int]()
    for seq in seqs:
        last = data.draw(st.just(seq) | st.integers(seq, 12))
        seen.add(seq, last)
        came.update(range(seq, last + 1))
    expected = 0
    while expected + 1 in came:
        expected += 1
    assert seen.upto == expected


def test_old_events_are_forgotten_but_not_their_numbers(db: sqlite3.Connection, hear: Hear) -> None:
    log = EventLog(db)
    commit(db, log, *(hear(PICKED, seq, seq=seq) for seq in (1, 2, 3, 9)))
    assert log.forget(before_s=100.0, limit=2) == 2
    assert log.forget(before_s=100.0, limit=2) == 1
    assert rows(db) == [9]
    again = EventLog(db)
    assert commit(db, again, *(hear(PICKED, seq, seq=seq) for seq in (1, 2, 3, 9))) == 0
    assert again.upto("d1", "b1") == 3


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "g.sqlite"
    file.write_text("hello " * 1000)
    with pytest.raises(DatabaseError, match="expected a writable SQLite database"):
        connect(file)


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "g.sqlite"
    db = connect(file)
    db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(DatabaseError, match="version 999"):
        connect(file)


def test_a_stored_event_that_no_longer_fits_is_named_counted_and_left_out(
    db: sqlite3.Connection, hear: Hear
) -> None:
    commit(db, EventLog(db), *(hear(PICKED, 100, seq=seq) for seq in range(1, 6)))
    commit(db, EventLog(db), hear(Dropped(first_seq=8), 100, seq=10))
    change = "UPDATE event SET {} WHERE seq = ?"
    db.execute(change.format("data = '{\"epc\": 7}'"), (2,))
    db.execute(change.format("data = 'torn'"), (3,))
    db.execute(change.format("time_s = 1e300"), (5,))
    db.execute(change.format("data = '{}'"), (10,))
    with capture_logs() as said:
        log = EventLog(db)
        left = [heard.envelope.seq for heard in log.since([Picked.type], 0.0)]
        assert left == [1, 4]
        list(log.since([Picked.type], 0.0))
    assert log.unreadable == 4, "each is counted once"
    (warning,) = said
    assert warning["row"] == "event device=d1 boot=b1 seq=10"
    assert warning["type"] == "dropped"
    assert log.upto("d1", "b1") == 5, "their numbers stay taken"
    assert commit(db, log, hear(PICKED, 100, seq=2)) == 0
