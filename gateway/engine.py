"""The one thread that works: messages in, one transaction, then everybody is told.

A message is acknowledged only after what it caused is on disk: event rows, cursors and steps of
alerts share a transaction, so a kill at any point leaves either all of them or a message that
comes again.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from gateway.brain import Brain, Decisions
from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.ingest.decoding import Decoder
from gateway.ingest.inbox import Arrived, Inbox
from gateway.outputs import ledger
from gateway.outputs.alerts import Alert, Change
from gateway.outputs.telling import Teller
from gateway.state.events import Boot, EventLog
from gateway.state.heard import Heard
from messages.payloads import AlertState, EventData

log = structlog.get_logger(__name__)

BATCH = 500
"""Messages worked on in one transaction, at most."""

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Counts:
    """What the engine did since the start."""

    received: int = 0
    refused: int = 0
    events: int = 0
    repeated: int = 0
    failed_commits: int = 0
    raised: int = 0
    resolved: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one round produced, for those who show it."""

    decisions: Decisions
    alerts: tuple[Alert, ...]
    counts: Counts = field(default_factory=Counts)


class Engine:
    """Owns the database connection, the brain and the inbox.

    Args:
        config: the store.
        db: connection that only this engine uses.
        inbox: where messages come from.
        teller: publishes over MQTT.
        clock: wall clock in seconds since 1970.
        on_step: called in the engine's thread after each round of judging.
        judge_every_s: how often the store is judged, also without messages.
    """

    def __init__(
        self,
        config: GatewayConfig,
        db: sqlite3.Connection,
        inbox: Inbox,
        teller: Teller,
        clock: Clock,
        *,
        on_step: Callable[[Step], None] = lambda _step: None,
        judge_every_s: float = 0.1,
    ) -> None:
        self._db = db
        self._inbox = inbox
        self._teller = teller
        self._clock = clock
        self._on_step = on_step
        self._judge_every_s = judge_every_s
        self._decoder = Decoder(config.store)
        self._events = EventLog(db)
        self._brain = Brain(config, ledger.load_book(db))
        self._teller.start(self._brain.book.open)
        self._asked: list[Callable[[], list[Change]]] = []
        self._asked_lock = threading.Lock()
        self._stopping = threading.Event()
        self._judged_s = float("-inf")
        self.broken = False
        self.counts = Counts()

    def run(self) -> None:
        """Work until :meth:`stop`."""
        while not self._stopping.is_set():
            self.round(self._inbox.take(BATCH, self._judge_every_s))
        self._db.close()

    def stop(self) -> None:
        """Let :meth:`run` return after the round under way."""
        self._stopping.set()
        self._inbox.wake()

    def step_alert(
        self, alert_id: str, to: AlertState, who: str, note: str | None = None
    ) -> Future[Alert]:
        """Let a person take an alert one step on; the future ends when that is on disk."""
        future: Future[Alert] = Future()

        def ask() -> list[Change]:
            if not future.set_running_or_notify_cancel():
                return []
            try:
                change = self._brain.book.step(alert_id, to, self._clock(), who, note)
            except (LookupError, ValueError) as error:
                future.set_exception(error)
                return []
            self._answers.append((future, change.alert))
            return [change]

        with self._asked_lock:
            self._asked.append(ask)
        self._inbox.wake()
        return future

    def round(self, arrived: Sequence[Arrived]) -> None:
        """Work on messages and requests, commit, and tell."""
        now_s = self._clock()
        self._answers: list[tuple[Future[Alert], Alert]] = []
        heard = self._decode(arrived)
        events = [one for one in heard if isinstance(one.payload, EventData)]
        new = self._events.take(events)
        for one in heard:
            self._brain.live.apply(one)
        changes = self._requested()
        decisions = None
        if new or changes or abs(now_s - self._judged_s) >= self._judge_every_s:
            decisions = self._brain.think(now_s)
            changes += decisions.changes
            self._judged_s = now_s
        committed = self._commit(new, changes, now_s)
        for message in arrived:
            message.done()
        if committed:
            self._count(arrived, events, new, changes)
            self._tell(events, changes, decisions, now_s)
        for future, alert in self._answers:
            if committed:
                future.set_result(alert)
            else:
                future.set_exception(OSError("the database could not be written"))

    def _decode(self, arrived: Sequence[Arrived]) -> list[Heard]:
        heard = []
        for message in arrived:
            if self._teller.is_own(message.topic):
                if message.retained:
                    self._teller.kept(message.topic, message.payload)
                continue
            one = self._decoder.decode(
                message.topic, message.payload, message.received_s, retained=message.retained
            )
            if one is None:
                self.counts.refused += 1
            else:
                heard.append(one)
        return heard

    def _requested(self) -> list[Change]:
        with self._asked_lock:
            asked, self._asked = self._asked, []
        return [change for ask in asked for change in ask()]

    def _commit(self, new: Sequence[Heard], changes: Sequence[Change], now_s: float) -> bool:
        if not new and not changes:
            return True
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._events.write(new, now_s)
            ledger.write(self._db, changes)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._recover(error)
            return False
        if self.broken:
            self.broken = False
            log.info("the database can be written again")
        return True

    def _recover(self, error: sqlite3.Error) -> None:
        """Forget what could not be written; devices send it again, rules decide it again."""
        self.counts.failed_commits += 1
        if not self.broken:
            self.broken = True
            log.error("the database cannot be written; nothing is acknowledged", reason=str(error))
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._events.reload()
        self._brain.book = ledger.load_book(self._db)

    def _count(
        self,
        arrived: Sequence[Arrived],
        events: Sequence[Heard],
        new: Sequence[Heard],
        changes: Sequence[Change],
    ) -> None:
        self.counts.received += len(arrived)
        self.counts.events += len(new)
        self.counts.repeated += len(events) - len(new)
        self.counts.raised += sum(change.what == "raised" for change in changes)
        self.counts.resolved += sum(change.what == "resolved" for change in changes)

    def _tell(
        self,
        events: Sequence[Heard],
        changes: Sequence[Change],
        decisions: Decisions | None,
        now_s: float,
    ) -> None:
        # A repeated event is acknowledged too: the device did not hear it the first time.
        boots: dict[Boot, None] = {(one.device, one.envelope.boot): None for one in events}
        for device, boot in boots:
            self._teller.ack(device, boot, self._events.upto(device, boot), now_s)
        for change in changes:
            self._teller.alert(change.alert, now_s)
        if decisions is not None:
            self._teller.signs(decisions.signs, now_s)
            self._on_step(Step(decisions, tuple(self._brain.book.open), self.counts))
