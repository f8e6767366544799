"""Notices over a real HTTP catcher: retries, digests, a service that fails or hangs."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gateway.alert_settings import AlertSettings, NotifierSettings
from gateway.outputs import ledger, notices
from gateway.outputs import notifier as module
from gateway.outputs.alerts import AlertBook, Change
from gateway.outputs.notifier import Letterhead, Notifier
from gateway.outputs.routing import Notice
from gateway.rule_settings import Timing
from gateway.rules.findings import Finding, Verdict
from gateway.state.database import connect
from messages.payloads import Text

# Apprise loads a plugin that imports a module which Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

SETTINGS = AlertSettings(digest_over=2, give_up_after_s=7200)
HEAD = Letterhead("Demo", ("zh", "en"), "http://gw.lan:8080")


class Catcher:
    """An HTTP service that keeps what is posted and answers as told."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, str]] = []
        self.status = 200
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                if catcher.status == 200:
                    catcher.bodies.append(body)
                self.send_response(catcher.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    made = Catcher()
    yield made
    made.server.shutdown()
    made.server.server_close()


class World:
    """A database with alerts, a notifier, and a clock set by hand."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 1000.0
        self.path = folder / "g.sqlite"
        self.db = connect(self.path)
        self.book = AlertBook(SETTINGS)
        self.told: list[str] = []

    def notifier(self, deliver: Callable[[str, str, str], bool] | None = None) -> Notifier:
        more = {} if deliver is None else {"deliver": deliver}
        return Notifier(
            NotifierSettings(id="hook", url_env="HOOK"),
            SETTINGS,
            self.path,
            HEAD,
            lambda: self.now_s,
            self.told.extend,
            **more,
        )

    def raise_(self, subject: str) -> Change:
        finding = Finding(
            "restock", subject, Verdict.BAD, "critical", Text(zh="缺货", en="Sold out"), Timing()
        )
        change = self.book.raise_(finding, self.now_s)
        assert change is not None
        self.write(change)
        return change

    def write(self, change: Change) -> None:
        alert = change.alert
        with self.db:
            self.db.execute("BEGIN")
            ledger.write(self.db, [change])
            notice = Notice(alert.id, alert.steps, "hook", change.what, self.now_s)
            notices.write(self.db, [notice, notice])

    @property
    def outcomes(self) -> dict[str, int]:
        return notices.outcomes(self.db)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catcher: Catcher) -> Iterator[World]:
    monkeypatch.setenv("HOOK", catcher.url)
    made = World(tmp_path)
    yield made
    made.db.close()


def test_a_notice_goes_out_once_with_a_link_for_the_phone(world: World, catcher: Catcher) -> None:
    alert = world.raise_("a").alert
    sender = world.notifier()
    assert sender.send_due(world.db) is None
    assert sender.send_due(world.db) is None
    (body,) = catcher.bodies
    assert body["title"] == "Demo · 新提醒 / New"
    assert body["message"] == f"‼ 缺货 / Sold out\nhttp://gw.lan:8080/alert/{alert.id}"
    assert (world.told, world.outcomes) == ([alert.id], {"sent": 1})


def test_a_storm_becomes_a_digest(world: World, catcher: Catcher) -> None:
    for n in range(14):
        world.raise_(f"s{n}")
    world.notifier().send_due(world.db)
    (body,) = catcher.bodies
    assert body["title"] == "Demo · 14条提醒 / 14 alerts"
    assert "还有4条 / and 4 more" in body["message"]
    assert world.outcomes == {"sent": 14}


def test_a_service_that_answers_500_for_an_hour_gets_it_later_and_once(
    world: World, catcher: Catcher
) -> None:
    catcher.status = 500
    world.raise_("a")
    sender = world.notifier()
    attempts = 0
    end_s = world.now_s + 3600
    while world.now_s < end_s:
        wait_s = sender.send_due(world.db)
        assert wait_s is not None
        assert 0 < wait_s <= module.LONGEST_RETRY_S
        world.now_s += wait_s
        attempts += 1
    assert attempts < 25
    catcher.status = 200
    sender.send_due(world.db)
    assert len(catcher.bodies) == 1
    assert world.outcomes == {"sent": 1}


def test_what_cannot_be_sent_for_long_is_given_up(world: World, catcher: Catcher) -> None:
    catcher.status = 500
    world.raise_("a")
    sender = world.notifier()
    while (wait_s := sender.send_due(world.db)) is not None:
        world.now_s += wait_s
    assert world.outcomes == {"given up": 1}


def test_a_service_that_hangs_is_left_alone_until_it_answers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEND_TIMEOUT_S", 0.05)
    release, calls = threading.Event(), []

    def hang(_url: str, title: str, _body: str) -> bool:
        calls.append(title)
        return release.wait(30)

    world.raise_("a")
    sender = world.notifier(hang)
    for _ in range(4):
        sender.send_due(world.db)
        world.now_s += 400
    assert len(calls) == 1
    release.set()
    assert sender.hanging is not None
    sender.hanging.result(10)
    sender.send_due(world.db)
    assert len(calls) == 2
    assert world.outcomes == {"sent": 1}


def test_what_is_over_is_not_told_any_more(world: World, catcher: Catcher) -> None:
    change = world.raise_("a")
    world.write(world.book.clear(change.alert.key, world.now_s))
    world.notifier().send_due(world.db)
    assert catcher.bodies == []
    assert world.outcomes == {"skipped": 2}


def test_the_end_is_told_to_those_who_heard_of_the_beginning(
    world: World, catcher: Catcher
) -> None:
    change = world.raise_("a")
    sender = world.notifier()
    sender.send_due(world.db)
    world.write(world.book.clear(change.alert.key, world.now_s))
    sender.send_due(world.db)
    assert [body["title"] for body in catcher.bodies] == [
        "Demo · 新提醒 / New",
        "Demo · 已解决 / Resolved",
    ]


def test_a_url_that_is_not_set_or_no_url_is_said_without_its_secret(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.raise_("a")
    monkeypatch.delenv("HOOK")
    world.notifier().send_due(world.db)
    assert "HOOK: expected a URL, found nothing" in capsys.readouterr().out
    monkeypatch.setenv("HOOK", "nonsense-s3cret")
    world.now_s += 400
    world.notifier().send_due(world.db)
    assert "s3cret" not in capsys.readouterr().out


def test_it_runs_in_its_own_thread_until_stopped(world: World, catcher: Catcher) -> None:
    world.raise_("a")
    told = threading.Event()
    sender = Notifier(
        NotifierSettings(id="hook", url_env="HOOK"),
        SETTINGS,
        world.path,
        HEAD,
        lambda: world.now_s,
        lambda _ids: told.set(),
    )
    sender.start()
    assert told.wait(20)
    told.clear()
    world.raise_("b")
    sender.wake()
    assert told.wait(20)
    sender.stop(5)
    assert len(catcher.bodies) == 2


def test_the_same_notice_is_queued_once(world: World) -> None:
    change = world.raise_("a")
    db: sqlite3.Connection = world.db
    with db:
        notices.write(db, [Notice(change.alert.id, 1, "hook", "raised", 0.0)])
    assert world.outcomes == {"waiting": 1}
