"""The HTTP API over a working engine, without broker and browser."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.api.alerts import alert_routes, maintenance_routes
from gateway.api.board import Board, Picture
from gateway.api.feed import Feed
from gateway.api.lanes import lane_routes
from gateway.api.ratings import A_MINUTE, rating_routes
from gateway.api.state import health_routes, state_routes
from gateway.config import GatewayConfig
from gateway.engine import Engine, Step
from gateway.ingest.inbox import Arrived, Inbox
from gateway.outputs.telling import Teller
from gateway.pages.routes import add_pages
from gateway.state.database import connect, read_only
from messages.envelope import Envelope, decode
from messages.fields import LaneState, Payload
from messages.payloads import CommandResult, QueueData, StatusData, StockData, StockItem, WaitScore
from messages.topics import Topics

NOW_S = 1_769_832_000.0
GTIN = "06901234001006"
TOPICS = Topics("demo")


class World:
    """An engine in its thread, its API, and messages put in by hand."""

    def __init__(self, config: GatewayConfig) -> None:
        self.now_s = NOW_S
        self.inbox = Inbox()
        self.sent: list[tuple[str, Envelope]] = []
        self._steps = threading.Condition()
        self._shown = 0
        self._loop = asyncio.new_event_loop()
        self.feed = Feed(self._loop)
        self.board = Board(config, self.feed, lambda: True)
        self.engine = Engine(
            config,
            connect(config.database),
            self.inbox,
            Teller(
                TOPICS,
                (),
                lambda *_: None,
                valid_s=10,
                publish_once=lambda topic, payload: self.sent.append((topic, decode(payload))),
            ),
            lambda: self.now_s,
            on_step=self._step,
            judge_every_s=0.01,
        )
        app = FastAPI()
        app.include_router(state_routes(self.board, self.feed, ["1", "2"]))
        app.include_router(
            alert_routes(config.alerts, self.board, self.engine, lambda: read_only(config.database))
        )
        app.include_router(maintenance_routes(self.board, self.engine))
        app.include_router(lane_routes(["1", "2"], self.board, self.engine))
        app.include_router(
            health_routes(self.board, self.feed, lambda: (not self.engine.broken, {}))
        )
        app.include_router(rating_routes(self.engine, frozenset({"1", "2"}), lambda: self.now_s))
        add_pages(app, config, lambda: read_only(config.database), lambda: self.now_s)
        self.app = app
        self._thread = threading.Thread(target=self.engine.run)
        self._thread.start()

    def _step(self, step: Step) -> None:
        decisions = step.decisions
        self.board.show(
            Picture(
                decisions.view,
                step.alerts,
                decisions.signs,
                decisions.advice,
                step.works,
                {"a": 1},
                step.words,
            )
        )
        with self._steps:
            self._shown += 1
            self._steps.notify_all()

    def next_pictures(self, count: int = 2) -> None:
        """Let a little time pass until the store was judged so often again."""
        for _ in range(count):
            with self._steps:
                before = self._shown
                self.now_s += 0.02
                assert self._steps.wait_for(lambda: self._shown > before, 10)  # noqa: B023 (waited for here)

    def hear(self, topic: str, payload: Payload) -> None:
        envelope = Envelope(
            id="x",
            type=payload.type,
            source="d1",
            time=datetime.fromtimestamp(self.now_s, UTC),
            boot="b",
            data=payload.model_dump(mode="json", exclude_none=True),
        )
        self.inbox.put(Arrived(topic, envelope.encode(), False, self.now_s, lambda: None))
        self.next_pictures()

    def close(self) -> None:
        self.engine.stop()
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def world(config: GatewayConfig) -> Iterator[World]:
    rules = config.rules.model_copy(
        update={"restock": config.rules.restock.model_copy(update={"for_s": 0.0})}  # type: ignore[union-attr]  # on by default
    )
    made = World(config.model_copy(update={"rules": rules}))
    yield made
    made.close()


class Api:
    """Requests to the application, one at a time."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://gw") as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PUT", path, **more)


@pytest.fixture
def api(world: World) -> Api:
    return Api(world.app)


def stock(count: int | None) -> StockData:
    return StockData(shelf="S1", items={GTIN: StockItem(count=count, capacity=10, min=3)})


def raise_alert(world: World, api: Api) -> dict[str, Any]:
    world.hear(TOPICS.stock("d1", "S1"), stock(1))
    world.next_pictures()
    (alert,) = api.get("/api/v1/alerts").json()
    return dict(alert)


def test_state_gives_null_for_what_is_unknown(world: World, api: Api) -> None:
    world.hear(TOPICS.stock("d1", "S1"), stock(None))
    state = api.get("/api/v1/state").json()
    assert state["store"] == "demo"
    assert state["shelves"]["S1"]["items"][GTIN]["count"] is None
    assert state["lanes"]["1"]["waiting"] is None
    assert state["advice"]["open"] is None


def test_metrics_leave_out_what_is_unknown(world: World, api: Api) -> None:
    world.hear(TOPICS.stock("d1", "S1"), stock(None))
    assert "instore_stock{" not in api.get("/metrics").text
    world.hear(TOPICS.stock("d1", "S1"), stock(4))
    text = api.get("/metrics").text
    assert f'instore_stock{{gtin="{GTIN}",shelf="S1"}} 4.0' in text
    assert "instore_lane_waiting{" not in text


def test_metrics_tell_how_well_the_waits_shown_have_done(world: World, api: Api) -> None:
    score = WaitScore(n=12, mae_s=14.5, bias_s=-2.0, p90_coverage=0.9)
    world.hear(TOPICS.queue("d1", "1"), QueueData(lane="1", waiting=3, score=score))
    text = api.get("/metrics").text
    assert 'instore_lane_waits_scored{lane="1"} 12.0' in text
    assert 'instore_lane_wait_error_seconds{lane="1"} 14.5' in text
    assert 'instore_lane_wait_bias_seconds{lane="1"} -2.0' in text
    assert 'instore_lane_wait_p90_coverage{lane="1"} 0.9' in text
    assert "instore_lane_little_residual{" not in text, "not known yet"
    assert api.get("/api/v1/state").json()["lanes"]["1"]["score"]["mae_s"] == 14.5


def test_an_alert_is_taken_step_by_step_with_its_history(world: World, api: Api) -> None:
    alert = raise_alert(world, api)
    url = f"/api/v1/alerts/{alert['alert']}"
    seen = api.post(f"{url}/acknowledge", json={"who": "李娜"})
    assert (seen.status_code, seen.json()["state"]) == (200, "acknowledged")
    assert api.post(f"{url}/acknowledge", json={}).status_code == 409
    assert api.post(f"{url}/finish", json={"who": "李娜"}).json()["finished"] is True
    assert api.post(f"{url}/resolve", json={"note": "filled"}).json()["state"] == "resolved"
    steps = api.get(f"{url}/history").json()
    assert [(s["what"], s["who"], s["note"]) for s in steps] == [
        ("raised", None, None),
        ("acknowledged", "李娜", None),
        ("finished", "李娜", None),
        ("resolved", "staff", "filled"),
    ]
    assert api.get("/api/v1/alerts").json() == []
    assert [a["alert"] for a in api.get("/api/v1/alerts?state=all").json()] == [alert["alert"]]


def test_times_are_held_against_their_targets(world: World, api: Api) -> None:
    alert = raise_alert(world, api)
    world.now_s += 400.0  # the target to respond to a warning is 300 s
    url = f"/api/v1/alerts/{alert['alert']}"
    api.post(f"{url}/acknowledge", json={})
    (times,) = api.get("/api/v1/alerts/times").json()
    assert times["respond_s"] == pytest.approx(400.0, abs=1.0)
    assert (times["responded_in_time"], times["resolved_in_time"]) == (False, None)
    api.post(f"{url}/resolve", json={})
    (times,) = api.get("/api/v1/alerts/times?days=1").json()
    assert times["resolved_in_time"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/alerts/20260101-99/acknowledge", {}, 404),
        ("GET", "/api/v1/alerts/20260101-99/history", None, 404),
        ("POST", "/api/v1/alerts/nonsense/acknowledge", {}, 422),
        ("POST", "/api/v1/alerts/20260101-1/explode", {}, 422),
        ("POST", "/api/v1/alerts/20260101-1/resolve", {"who": ""}, 422),
        ("POST", "/api/v1/alerts/20260101-1/resolve", {"hacker": 1}, 422),
        ("GET", "/api/v1/alerts?limit=0", None, 422),
        ("PUT", "/api/v1/maintenance/planet:mars", {"for_s": 60}, 422),
        ("PUT", "/api/v1/maintenance/device:d1", {"for_s": -1}, 422),
        ("GET", "/api/v1/stream/lanes/9", None, 404),
        ("GET", "/lane/9", None, 404),
        ("GET", "/screen/9", None, 404),
    ],
)
def test_bad_requests_get_their_answer(
    api: Api, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    assert api.request(method, path, json=body).status_code == status


def test_maintenance_begins_and_ends(world: World, api: Api) -> None:
    assert (
        api.put("/api/v1/maintenance/shelf:S1", json={"for_s": 600, "who": "Li"}).status_code == 200
    )
    world.hear(TOPICS.stock("d1", "S1"), stock(1))
    world.next_pictures()
    assert api.get("/api/v1/alerts").json() == []
    assert [w["subject"] for w in api.get("/api/v1/maintenance").json()] == ["shelf:S1"]
    api.put("/api/v1/maintenance/shelf:S1", json={"for_s": 0})
    world.hear(TOPICS.stock("d1", "S1"), stock(1))
    world.next_pictures()
    assert len(api.get("/api/v1/alerts").json()) == 1


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


def test_a_stored_event_that_cannot_be_read_does_not_stop_the_start(config: GatewayConfig) -> None:
    db = connect(config.database)
    db.execute(
        "INSERT INTO event (device, boot, seq, type, time_s, received_s, data)"
        " VALUES ('d1', 'b1', 1, 'misplaced', ?, ?, '{}')",
        (NOW_S - 60, NOW_S - 60),
    )
    db.close()
    with closing(World(config)) as world:
        world.hear(TOPICS.queue("d1", "1"), QueueData(lane="1", waiting=2, served=1))
        assert world.engine.counts.unreadable == 1


def test_told_makes_it_notified_once(world: World, api: Api) -> None:
    alert = raise_alert(world, api)
    (change,) = world.engine.told([alert["alert"]]).result(10)
    assert change.what == "notified"
    assert world.engine.told([alert["alert"], "gone"]).result(10) == []


@pytest.mark.parametrize(
    ("path", "header", "words"),
    [
        ("/overview", "zh-CN,zh;q=0.9", "门店概况"),
        ("/overview", "en-GB,en;q=0.9,zh;q=0.1", "Overview"),
        ("/overview?lang=zh", "en", "门店概况"),
        ("/overview?lang=xx", "de,fr;q=nonsense", "门店概况"),
        ("/alerts", "en", "Your name"),
        ("/tasks", "en", "Nothing to refill"),
        ("/lane/1", "en", "1号收银台"),
        ("/lane/1", "zh", "Lane 1"),
        ("/screen/lane-2", "zh", "Lane 2"),
    ],
)
def test_pages_speak_the_readers_language(api: Api, path: str, header: str, words: str) -> None:
    answer = api.get(path, headers={"Accept-Language": header})
    assert words in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_no_page_asks_anybody_else(api: Api) -> None:
    for path in ("/overview", "/alerts", "/tasks", "/lane/1", "/static/live.js"):
        assert "//" not in api.get(path).text.replace("// ", "").replace("http://www.w3.org", "")


def test_state_before_the_first_message_is_json(api: Api) -> None:
    assert json.loads(api.get("/api/v1/state").text)["store"] == "demo"


RATING = {
    "id": "rating-0001",
    "score": 1,
    "topic": "staff",
    "lane": "1",
    "comment": " nobody \n came ",
}


def test_a_bad_rating_becomes_a_case_and_one_sent_twice_counts_once(api: Api) -> None:
    for _ in range(2):
        assert api.post("/api/v1/ratings", json=RATING).status_code == 201
    (case,) = api.get("/api/v1/alerts").json()
    assert (case["rule"], case["severity"]) == ("complaint", "info")
    assert "nobody came" in case["text"]["zh"]
    # What a shopper wrote is with the case, not in everybody's picture of the store.
    assert "ratings" not in api.get("/api/v1/state").json()


@pytest.mark.parametrize(
    ("wrong", "status"), [({"score": 6}, 422), ({"lane": "9"}, 404), ({"id": "<script>"}, 422)]
)
def test_a_rating_that_cannot_be_is_refused(api: Api, wrong: dict[str, Any], status: int) -> None:
    assert api.post("/api/v1/ratings", json=RATING | wrong).status_code == status


def test_a_flood_of_ratings_is_stopped(api: Api) -> None:
    answers = [
        api.post("/api/v1/ratings", json=RATING | {"id": f"rating-{n:04}", "score": 5}).status_code
        for n in range(A_MINUTE + 1)
    ]
    assert set(answers[:-1]) == {201}
    assert answers[-1] == 429


@pytest.mark.parametrize("lane", ["", "?lane=1"])
def test_the_kiosk_page_has_five_faces_in_both_languages(api: Api, lane: str) -> None:
    page = api.get(f"/rate{lane}").text
    assert page.count("data-score=") == 5
    assert "您今天的购物体验如何？" in page
    assert "How was your visit today?" in page
    assert api.get("/rate?lane=9").status_code == 404


def test_reports_are_pages_and_tables(world: World, api: Api) -> None:
    api.post("/api/v1/ratings", json=RATING)
    page = api.get("/reports?month=2026-01&lang=en")
    assert "Mean rating" in page.text
    policy = page.headers["content-security-policy"]
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy, "a browser shows the page in its style"
    table = api.get("/reports.csv?month=2026-01")
    assert table.text.startswith("day,entered,waits")
    assert api.get("/reports?week=2026-W60").status_code == 422
    assert api.get("/reports?week=2026-W05&month=2026-01").status_code == 422
    assert api.get("/reports").status_code == 200
