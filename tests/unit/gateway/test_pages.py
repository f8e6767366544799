"""Pages, the kiosk and reports, in both languages."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.unit.gateway.world import RATING, Api, World


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
