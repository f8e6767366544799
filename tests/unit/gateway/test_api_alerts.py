"""Alerts step by step over the HTTP API."""

from __future__ import annotations

import pytest

from tests.unit.gateway.world import Api, World, raise_alert


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


def test_told_makes_it_notified_once(world: World, api: Api) -> None:
    alert = raise_alert(world, api)
    (change,) = world.engine.told([alert["alert"]]).result(10)
    assert change.what == "notified"
    assert world.engine.told([alert["alert"], "gone"]).result(10) == []
