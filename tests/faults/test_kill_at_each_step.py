"""The gateway dies at each point of a round: no alert is lost, nobody is told twice.

Death is an exception that no handler catches, thrown where the process could be killed; what
lives on is the database and the messages that were not acknowledged.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from configs.loading import loads
from gateway.config import GatewayConfig
from gateway.engine import Engine
from gateway.ingest.inbox import Arrived, Inbox
from gateway.outputs.telling import Teller
from gateway.state.database import connect
from messages.envelope import Envelope
from messages.events import SweepSuspected
from messages.fields import Payload
from messages.topics import Topics

GTIN = "06901234001006"
NOW_S = 1_769_832_000.0
TOPICS = Topics("demo")
CONFIG = """
store: demo
alerts:
  notifiers: [{id: hook, url_env: HOOK}]
  routes: [{to: hook, resolved: true}]
"""


class Death(BaseException):
    """The process is gone."""


class Store:
    """What outlives a process: the database, and the messages nobody acknowledged."""

    def __init__(self, folder: Path) -> None:
        settings = loads(CONFIG, GatewayConfig)
        self.config = settings.model_copy(update={"database": folder / "g.sqlite"})
        self.unacknowledged: list[tuple[str, bytes]] = []
        self.acks: list[int] = []
        self.die_at = ""

    def send(self, topic: str, payload: Payload, seq: int | None) -> None:
        envelope = Envelope(
            id=f"d1-b-{seq}",
            type=payload.type,
            source="d1",
            time=datetime.fromtimestamp(NOW_S, UTC),
            boot="b",
            seq=seq,
            data=payload.model_dump(mode="json"),
        )
        self.unacknowledged.append((topic, envelope.encode()))

    def live(self) -> None:
        """Start a gateway, let it work on what waits, and let it die where it was told to."""
        db = connect(self.config.database)
        dying = Dying(db, self.point)
        engine = Engine(
            self.config,
            dying,  # type: ignore[arg-type]  # stands in for the connection, and can die
            Inbox(),
            Teller(TOPICS, (), self.publish, valid_s=10),
            lambda: NOW_S,
        )
        try:
            self.point("start")
            engine.round([self.arrived(topic, p) for topic, p in self.unacknowledged])
            self.point("end")
        finally:
            db.close()

    def arrived(self, topic: str, payload: bytes) -> Arrived:
        return Arrived(topic, payload, False, NOW_S, lambda: self.point("puback"))

    def publish(self, topic: str, payload: bytes) -> None:
        self.point("ack" if "/ack/" in topic else "alert")
        if topic == TOPICS.ack("d1"):
            upto = json.loads(payload)["data"]["upto_seq"]
            self.acks.append(upto)
            self.unacknowledged = self.unacknowledged[upto - (self.acks[-2:-1] or [0])[0] :]

    def point(self, name: str) -> None:
        if name == self.die_at:
            self.die_at = ""
            raise Death(name)

    def rows(self, sql: str) -> list[Any]:
        db = sqlite3.connect(self.config.database)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()


class Dying:
    """A connection of SQLite that can die before or after each statement that matters."""

    def __init__(self, db: sqlite3.Connection, point: Callable[[str], None]) -> None:
        self._db = db
        self._point = point

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        verb = sql.split()[0]
        self._point(f"before {verb}")
        cursor = self._db.execute(sql, *args)
        self._point(f"after {verb}")
        return cursor

    def executemany(self, sql: str, *args: Any) -> sqlite3.Cursor:
        table = sql.split()[2]
        self._point(f"before {table}")
        return self._db.executemany(sql, *args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


POINTS = [
    "start",
    "after BEGIN",
    "before event",
    "before cursor",
    "before alert",
    "before alert_history",
    "before notice",
    "before COMMIT",
    "after COMMIT",
    "puback",
    "ack",
    "alert",
    "end",
]


@pytest.mark.parametrize("point", POINTS)
def test_an_alert_of_an_event_is_raised_and_told_once_wherever_it_dies(
    tmp_path: Path, point: str
) -> None:
    store = Store(tmp_path)
    sweep = SweepSuspected(shelf="S1", gtin=GTIN, count=9, within_s=10)
    store.send(TOPICS.event("d1"), sweep, 1)
    store.die_at = point
    with pytest.raises(Death):
        store.live()
    assert store.die_at == ""
    committed = store.rows("SELECT count(*) FROM event")[0][0]
    assert committed >= len(store.acks), "acknowledged before it was on disk"
    store.live()
    store.live()
    assert store.rows("SELECT rule, state FROM alert") == [("sweep", "raised")]
    assert store.rows("SELECT what FROM alert_history") == [("raised",)]
    assert store.rows('SELECT step, "to" FROM notice') == [(1, "hook")]
    assert store.rows("SELECT seq FROM event") == [(1,)]
    assert store.acks[-1] == 1


def test_a_disk_that_refuses_acknowledges_nothing_and_mends_itself(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.send(TOPICS.event("d1"), SweepSuspected(shelf="S1", gtin=GTIN, count=9, within_s=10), 1)
    db = connect(store.config.database)
    acks: list[int] = []

    def publish(topic: str, payload: bytes) -> None:
        if "/ack/" in topic:
            acks.append(json.loads(payload)["data"]["upto_seq"])

    engine = Engine(
        store.config, db, Inbox(), Teller(TOPICS, (), publish, valid_s=10), lambda: NOW_S
    )
    arrived = [store.arrived(topic, payload) for topic, payload in store.unacknowledged]
    db.execute("PRAGMA query_only = ON")  # refuses to write, as a full disk does
    engine.round(arrived)
    assert engine.broken
    assert acks == []
    db.execute("PRAGMA query_only = OFF")
    engine.round(arrived)
    assert not engine.broken
    assert acks == [1]
    assert db.execute("SELECT rule FROM alert").fetchall() == [("sweep",)]
    db.close()
