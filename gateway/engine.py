"""The one thread that works: messages in, one transaction, then everybody is told.

A message is acknowledged only after what it caused is on disk: event rows, cursors, steps of
alerts and queued notices share a transaction, so a kill at any point leaves either all of them or
a message that comes again.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog

from gateway.brain import WANTED, Brain, Decisions
from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.ingest.decoding import Decoder
from gateway.ingest.inbox import Arrived, Inbox
from gateway.outputs import ledger, notices
from gateway.outputs.alerts import Alert, Change
from gateway.outputs.orders import Orders, Standing
from gateway.outputs.telling import Teller
from gateway.rules.calendar import Calendar
from gateway.state import history, lane_words, maintenance, rating_log
from gateway.state.events import Boot, EventLog
from gateway.state.heard import Heard
from gateway.state.heat import HeatDays
from gateway.state.history import History
from gateway.state.lane_words import LaneWord
from gateway.state.maintenance import Work
from gateway.state.ratings import REMEMBER_S as RATINGS_S
from gateway.state.ratings import Rating
from messages.events import EventData
from messages.fields import LaneState
from messages.payloads import AlertState

log = structlog.get_logger(__name__)

BATCH = 500
"""Messages worked on in one transaction, at most."""

REMEMBER_S = 28 * 86400.0
"""Events of so long are heard again after a restart: four weeks make a forecast."""

FORGET_AT_ONCE = 1000
"""Old events deleted in one quiet moment, at most."""

Act = Callable[[float], list[Change]]


@dataclass(slots=True)
class Counts:
    """What the engine did since the start."""

    received: int = 0
    refused: int = 0
    events: int = 0
    repeated: int = 0
    failed_commits: int = 0
    unreadable: int = 0
    raised: int = 0
    resolved: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one round produced, for those who show it."""

    decisions: Decisions
    alerts: tuple[Alert, ...]
    works: tuple[Work, ...]
    counts: Counts
    words: tuple[Standing, ...] = ()


class Engine:
    """Owns the database connection, the brain and the inbox.

    Args:
        config: the store.
        db: connection that only this engine uses.
        inbox: where messages come from.
        teller: publishes over MQTT.
        clock: wall clock in seconds since 1970.
        on_step: called in the engine's thread after each round of judging.
        on_notices: called when notices were queued.
        screens: gives which watched screens follow the gateway.
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
        on_notices: Callable[[], None] = lambda: None,
        screens: Callable[[], dict[str, bool]] = dict,
        judge_every_s: float = 0.1,
    ) -> None:
        self._config = config
        self._db = db
        self._inbox = inbox
        self._teller = teller
        self._clock = clock
        self._on_step = on_step
        self._on_notices = on_notices
        self._screens = screens
        self._judge_every_s = judge_every_s
        self._decoder = Decoder(config.store)
        self._events = EventLog(db)
        self._brain = Brain(config, ledger.load_book(db, config.alerts), maintenance.load(db))
        for event in self._events.since(WANTED, clock() - REMEMBER_S):
            self._brain.note(event)
        for hour in history.watched(db, clock() - REMEMBER_S):
            self._brain.footfall.watched(*hour)
        for rating in rating_log.load(db, clock() - RATINGS_S):
            self._brain.live.ratings.note(rating)
        history.note_settings(db, reported_settings(config), clock())
        self._history = History()
        self._heat = HeatDays(db, ZoneInfo(config.timezone))
        self._calendar = Calendar(ZoneInfo(config.timezone), config.opening_hours)
        teller.start(self._brain.book.open)
        self._asked: list[tuple[Act, Future[list[Change]]]] = []
        self._asked_lock = threading.Lock()
        self._works_changed = False
        self._orders = Orders()
        self._orders.load(lane_words.load(db))
        self._ordered: dict[str, LaneWord] = {}
        self._rated: list[Rating] = []
        self._stopping = threading.Event()
        self._judged_s = float("-inf")
        self._forgot_s, self._forget_every_s = float("-inf"), 0.0
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

    # What others may ask, from any thread; a future ends when the answer is on disk.

    def step_alert(
        self, alert_id: str, to: AlertState, who: str, note: str | None = None
    ) -> Future[list[Change]]:
        """Let a person take an alert one step on."""
        return self._ask(lambda now_s: [self._brain.book.step(alert_id, to, now_s, who, note)])

    def finish_alert(self, alert_id: str, who: str) -> Future[list[Change]]:
        """Note that a person did the work of an alert; the sensor has to confirm it."""
        return self._ask(lambda now_s: [self._brain.book.finish(alert_id, now_s, who)])

    def told(self, alert_ids: list[str]) -> Future[list[Change]]:
        """Note that somebody was told of alerts."""

        def act(now_s: float) -> list[Change]:
            changes = [self._brain.book.notified(alert_id, now_s) for alert_id in alert_ids]
            return [change for change in changes if change is not None]

        return self._ask(act)

    def maintain(self, subject: str, for_s: float, who: str) -> Future[list[Change]]:
        """Begin maintenance of a subject; 0 s ends it."""

        def act(now_s: float) -> list[Change]:
            if for_s > 0:
                self._brain.maintenance.begin(Work(subject, now_s + for_s, now_s, who))
            else:
                self._brain.maintenance.end(subject)
            self._works_changed = True
            return []

        return self._ask(act)

    def order_lane(self, lane: str, state: LaneState | None, who: str) -> Future[list[Change]]:
        """Take the manager's word on a lane; the same word again changes nothing."""

        def act(now_s: float) -> list[Change]:
            word = LaneWord(lane, f"lane-{uuid.uuid4().hex}", state, who, now_s)
            if self._orders.say(word):
                self._ordered[lane] = word
            return []

        return self._ask(act)

    def rate(self, rating: Rating) -> Future[list[Change]]:
        """Take in what a shopper thinks; the same rating again changes nothing."""

        def act(now_s: float) -> list[Change]:
            if self._brain.live.ratings.note(rating):
                self._rated.append(rating)
            return []

        return self._ask(act)

    def _ask(self, act: Act) -> Future[list[Change]]:
        future: Future[list[Change]] = Future()
        with self._asked_lock:
            self._asked.append((act, future))
        self._inbox.wake()
        return future

    # The engine's own thread.

    def round(self, arrived: Sequence[Arrived]) -> None:
        """Work on messages and requests, commit, and tell."""
        now_s = self._clock()
        heard = self._decode(arrived)
        events = [one for one in heard if isinstance(one.payload, EventData)]
        new = self._events.take(events)
        for one in heard:
            self._brain.live.apply(one)
            self._orders.answered(one)
            self._heat.note(one)
        for one in new:
            self._brain.note(one)
        answers, changes = self._requested(now_s)
        decisions = None
        if new or changes or self._rated or abs(now_s - self._judged_s) >= self._judge_every_s:
            self._brain.live.screens = self._screens()
            decisions = self._brain.think(now_s)
            changes += decisions.changes
            self._judged_s = now_s
            is_open = self._calendar.is_open(now_s)
            self._history.note(decisions.view, decisions.advice.needed_now, is_open=is_open)
        committed = self._commit(new, changes, now_s)
        if not arrived and committed:
            self._forget(now_s)
        # The broker may forget a message that was not committed: the device will repeat it.
        for message in arrived:
            message.done()
        if committed:
            self._count(arrived, events, new, changes)
            self._tell(events, changes, decisions, now_s)
        for future, answer in answers:
            if committed:
                future.set_result(answer)
            else:
                future.set_exception(OSError("the database cannot be written"))

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

    def _requested(
        self, now_s: float
    ) -> tuple[list[tuple[Future[list[Change]], list[Change]]], list[Change]]:
        with self._asked_lock:
            asked, self._asked = self._asked, []
        answers = []
        for act, future in asked:
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answers.append((future, act(now_s)))
            except (LookupError, ValueError) as error:
                future.set_exception(error)
        return answers, [change for _, changes in answers for change in changes]

    def _commit(self, new: Sequence[Heard], changes: Sequence[Change], now_s: float) -> bool:
        sums = self._history.take(now_s)
        asked = self._works_changed or self._ordered or self._rated
        if not (new or changes or asked or sums or self._heat.waits):
            return True
        to_tell = self._brain.notices(changes)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._events.write(new, now_s)
            ledger.write(self._db, changes)
            notices.write(self._db, to_tell)
            if self._works_changed:
                maintenance.write(self._db, self._brain.maintenance, now_s)
            lane_words.write(self._db, self._ordered.values())
            rating_log.write(self._db, self._rated)
            if sums is not None:
                history.write(self._db, sums)
            self._heat.write()
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._recover(error)
            return False
        self._heat.written()
        self._works_changed = False
        self._ordered = {}
        self._rated = []
        if self.broken:
            self.broken = False
            log.info("the database can be written again")
        if to_tell:
            self._on_notices()
        return True

    def _forget(self, now_s: float) -> None:
        """Delete old events, a few at a time, in quiet moments."""
        if 0.0 <= now_s - self._forgot_s < self._forget_every_s:
            return
        self._forgot_s = now_s
        try:
            before_s = now_s - 86400.0 * self._config.keep_days
            gone = self._events.forget(before_s, FORGET_AT_ONCE)
            history.forget(self._db, before_s, FORGET_AT_ONCE)
            self._heat.forget(before_s)
        except sqlite3.Error as error:
            self._recover(error)
            return
        # As long as there are more, go on soon.
        self._forget_every_s = 1.0 if gone == FORGET_AT_ONCE else 3600.0

    def _recover(self, error: sqlite3.Error) -> None:
        """Forget what could not be written; devices send it again, rules decide it again."""
        self.counts.failed_commits += 1
        if not self.broken:
            self.broken = True
            log.error("the database cannot be written; nothing is acknowledged", reason=str(error))
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._events.reload()
        self._heat.reload()
        self._brain.book = ledger.load_book(self._db, self._config.alerts)
        self._brain.maintenance = maintenance.load(self._db)
        self._works_changed = False
        self._orders.load(lane_words.load(self._db))
        self._ordered = {}
        for rating in self._rated:  # whoever sent it is told, and sends it again
            self._brain.live.ratings.drop(rating)
        self._rated = []

    def _count(
        self,
        arrived: Sequence[Arrived],
        events: Sequence[Heard],
        new: Sequence[Heard],
        changes: Sequence[Change],
    ) -> None:
        self.counts.received += len(arrived)
        self.counts.unreadable = self._events.unreadable
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
            self._teller.advice(decisions.advice, now_s)
            self._teller.footfall(decisions.view, now_s)
            for device, word in self._orders.due(decisions.view):
                self._teller.order(device, word, now_s)
            works = tuple(self._brain.maintenance.now(now_s))
            words = self._orders.standing(decisions.view)
            self._on_step(Step(decisions, tuple(self._brain.book.open), works, self.counts, words))


def reported_settings(config: GatewayConfig) -> str:
    """Give what a report tells of when it changes, as JSON text."""
    return config.model_dump_json(include={"rules", "checkouts"})
