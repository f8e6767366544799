"""Tells people. Each notifier has a thread of its own, so one that hangs holds up no other."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.alert_settings import AlertSettings, NotifierSettings
from gateway.clock import Clock
from gateway.outputs import notices
from gateway.outputs.notices import Due
from messages.payloads import Text

log = structlog.get_logger(__name__)

SEND_TIMEOUT_S = 30.0
FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 300.0
DIGEST_LINES = 10

Deliver = Callable[[str, str, str], bool]
"""(URL, title, body) → whether it was accepted. May raise, and may hang."""

_WORDS = {
    "raised": Text(zh="新提醒", en="New"),
    "reopened": Text(zh="再次出现", en="Again"),
    "escalated": Text(zh="仍无人处理", en="Nobody has seen this"),
    "resolved": Text(zh="已解决", en="Resolved"),
}


def apprise_deliver(url: str, title: str, body: str) -> bool:
    """Send through Apprise."""
    import apprise  # loads 100 services: only where somebody is told

    sender = apprise.Apprise()
    if not sender.add(url):
        raise ValueError("expected an Apprise URL")
    return bool(sender.notify(title=title, body=body))


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all messages of a store share.

    Attributes:
        store: its name.
        languages: languages of the text, the first one first.
        url: where a phone reaches the gateway, None when the config does not say.
    """

    store: str
    languages: Sequence[str]
    url: str | None


class Notifier:
    """Takes due notices of one notifier from the database and sends them.

    Args:
        settings: the notifier.
        alerts: retries and digests.
        database: the gateway's file.
        letterhead: what all messages share.
        clock: wall clock in seconds since 1970.
        on_told: called with the ids of alerts that somebody was told of.
        deliver: sends one message.
    """

    def __init__(
        self,
        settings: NotifierSettings,
        alerts: AlertSettings,
        database: Path,
        letterhead: Letterhead,
        clock: Clock,
        on_told: Callable[[list[str]], object],
        deliver: Deliver = apprise_deliver,
    ) -> None:
        self._settings = settings
        self._alerts = alerts
        self._database = database
        self._letterhead = letterhead
        self._clock = clock
        self._on_told = on_told
        self._deliver = deliver
        self._wake = threading.Event()
        self._stopping = False
        self.hanging: Future[bool] | None = None
        self._failing = False
        self._thread = threading.Thread(
            target=self._run, name=f"notifier-{settings.id}", daemon=True
        )

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be new notices."""
        self._wake.set()

    def stop(self, timeout_s: float = 0.5) -> None:
        """Stop after the message under way; what is not sent stays in the database."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        db = sqlite3.connect(self._database, timeout=10.0)
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    wait_s = self.send_due(db)
                except sqlite3.Error as error:
                    self._say_failing(str(error))
                    wait_s = FIRST_RETRY_S
                self._wake.wait(wait_s)
        finally:
            db.close()

    def send_due(self, db: sqlite3.Connection) -> float | None:
        """Send what is due; give the seconds until more is, None when nothing waits."""
        now_s = self._clock()
        ready = [due for due in notices.due(db, self._settings.id, now_s) if self._wanted(db, due)]
        if ready and len(ready) <= self._alerts.digest_over:
            for due in ready:
                self._send(db, [due])
        elif ready:
            self._send(db, ready)
        next_s = notices.next_due_s(db, self._settings.id)
        return None if next_s is None else max(0.0, next_s - self._clock())

    def _wanted(self, db: sqlite3.Connection, due: Due) -> bool:
        now_s = self._clock()
        if now_s - due.first_due_s >= self._alerts.give_up_after_s:
            log.error("a notice was given up", to=self._settings.id, alert=due.notice.alert)
            notices.end(db, [due], "given up", now_s)
            return False
        resolved = due.notice.what == "resolved"
        # Nobody wants to hear now of what is over, nor the end of what was never told.
        if (not resolved and not due.is_open) or (
            resolved and not notices.was_told(db, due.notice.alert, self._settings.id)
        ):
            notices.end(db, [due], "skipped", now_s)
            return False
        return True

    def _send(self, db: sqlite3.Connection, ready: Sequence[Due]) -> None:
        title, body = compose(ready, self._letterhead)
        reason = self._try(title, body)
        now_s = self._clock()
        if reason is None:
            if self._failing:
                self._failing = False
                log.info("notices go out again", to=self._settings.id)
            notices.end(db, ready, "sent", now_s)
            self._on_told([due.notice.alert for due in ready])
            return
        self._say_failing(reason)
        attempts = max(due.attempts for due in ready)
        wait_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(attempts, 10))
        notices.postpone(db, ready, now_s + wait_s)

    def _try(self, title: str, body: str) -> str | None:
        """Send one message; give the reason of a failure."""
        url = self._settings.url
        if url is None:
            return f"environment variable {self._settings.url_env}: expected a URL, found nothing"
        if self.hanging is not None and not self.hanging.done():
            return "the last message still hangs"
        self.hanging = future = _in_thread(self._deliver, url, title, body)
        try:
            return None if future.result(SEND_TIMEOUT_S) else "it was refused"
        except TimeoutError:
            return f"no answer within {SEND_TIMEOUT_S:g} s"
        except Exception as error:  # noqa: BLE001 (a hundred services, each with errors of its own)
            return f"{type(error).__name__}: {error}".replace(url, "(URL)")

    def _say_failing(self, reason: str) -> None:
        if not self._failing:
            self._failing = True
            log.warning("notices do not go out", to=self._settings.id, reason=reason)


def _in_thread(deliver: Deliver, url: str, title: str, body: str) -> Future[bool]:
    # A thread that nobody waits for at the end: a hung service must not keep the gateway alive.
    future: Future[bool] = Future()

    def work() -> None:
        try:
            future.set_result(deliver(url, title, body))
        except Exception as error:  # noqa: BLE001 (handed over to whoever waits for the result)
            future.set_exception(error)

    threading.Thread(target=work, name="deliver", daemon=True).start()
    return future


def compose(ready: Sequence[Due], head: Letterhead) -> tuple[str, str]:
    """Give title and body of one message about one or more alerts."""
    lines = [_line(due, head) for due in ready[:DIGEST_LINES]]
    if len(ready) > DIGEST_LINES:
        more = len(ready) - DIGEST_LINES
        both = Text(zh=f"还有{more}条", en=f"and {more} more")
        lines.append(_in_languages(both, head))
    if len(ready) == 1:
        title = f"{head.store} · {_in_languages(_WORDS[ready[0].notice.what], head)}"
        link = f"/alert/{ready[0].notice.alert}"
    else:
        both = Text(zh=f"{len(ready)}条提醒", en=f"{len(ready)} alerts")
        title, link = f"{head.store} · {_in_languages(both, head)}", "/alerts"
    if head.url is not None:
        lines.append(head.url.rstrip("/") + link)
    return title, "\n".join(lines)


def _line(due: Due, head: Letterhead) -> str:
    sign = {"critical": "‼ ", "warning": "! "}.get(due.severity, "")
    return sign + _in_languages(due.text, head)


def _in_languages(text: Text, head: Letterhead) -> str:
    return " / ".join(getattr(text, language) for language in head.languages)
