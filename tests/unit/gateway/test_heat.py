"""Heat maps add up by day, whatever is repeated, restarted or late."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.config import GatewayConfig
from gateway.state.database import connect
from gateway.state.heard import Heard
from gateway.state.heat import HeatDays, sums
from messages.places import HeatData
from tests.unit.gateway.world import NOW_S, TOPICS, Api, World

TOPIC = TOPICS.heat("d1", "cam")
PLACES = {"tea": ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0))}


def heat(*seconds: int, since_s: float = NOW_S - 60.0, columns: int = 2) -> HeatData:
    return HeatData(
        camera="cam",
        columns=columns,
        rows=len(seconds) // columns,
        seconds=seconds,
        since=datetime.fromtimestamp(since_s, UTC),
        places=PLACES,
    )


def cells(api: Api, day: str = "") -> list[int] | None:
    found = api.get(f"/api/v1/heat{'?day=' + day if day else ''}").json()["cameras"]
    return found[0]["seconds"] if found else None


def test_a_day_grows_by_what_is_new_and_repetitions_add_nothing(world: World, api: Api) -> None:
    assert cells(api) is None
    world.hear(TOPIC, heat(1, 0, 5, 0))
    world.hear(TOPIC, heat(1, 0, 5, 0))
    world.now_s += 60.0
    world.hear(TOPIC, heat(3, 0, 9, 1))
    answer = api.get("/api/v1/heat").json()
    (camera,) = answer["cameras"]
    assert camera["seconds"] == [3, 0, 9, 1]
    assert (camera["device"], camera["camera"], camera["columns"]) == ("d1", "cam", 2)
    assert camera["places"]["tea"][1] == [0.5, 0.0]
    assert answer["now_s"] - camera["at_s"] < 1.0


def test_neither_a_restart_of_the_gateway_nor_of_the_device_loses_or_doubles(
    config: GatewayConfig,
) -> None:
    with closing(World(config)) as first:
        first.hear(TOPIC, heat(1, 0, 5, 0))
    with closing(World(config)) as second:
        second.now_s += 120.0
        second.hear(TOPIC, heat(4, 0, 5, 0))  # counted on meanwhile
        second.now_s += 60.0
        second.hear(TOPIC, heat(2, 2, 0, 0, since_s=second.now_s - 30.0), boot="c")
        assert cells(Api(second.app)) == [6, 2, 5, 0]


def test_what_may_be_of_other_days_is_not_given_to_this_one(world: World, api: Api) -> None:
    world.hear(TOPIC, heat(900, 0, 0, 0, since_s=NOW_S - 3 * 86_400.0))
    assert cells(api) == [0, 0, 0, 0]
    world.now_s += 60.0
    world.hear(TOPIC, heat(907, 0, 0, 0, since_s=NOW_S - 3 * 86_400.0))
    assert cells(api) == [7, 0, 0, 0]
    world.now_s += 2 * 86_400.0
    world.hear(TOPIC, heat(990, 0, 0, 0, since_s=NOW_S - 3 * 86_400.0))
    world.now_s += 60.0
    world.hear(TOPIC, heat(991, 0, 0, 0, since_s=NOW_S - 3 * 86_400.0))
    assert cells(api) == [1, 0, 0, 0]
    assert cells(api, "2026-01-31") == [7, 0, 0, 0]


def test_another_grid_begins_anew(world: World, api: Api) -> None:
    world.hear(TOPIC, heat(1, 0, 5, 0))
    world.now_s += 60.0
    world.hear(TOPIC, heat(1, 0, 5, 0, 0, 7, columns=3))
    assert cells(api) == [1, 0, 5, 0, 0, 7]


def test_what_could_not_be_written_comes_with_the_next_message(
    config: GatewayConfig, hear: Callable[..., Heard]
) -> None:
    with closing(connect(config.database)) as db:
        days = HeatDays(db, ZoneInfo("UTC"))
        days.note(hear(heat(1, 0, 5, 0), NOW_S))
        days.write()
        days.written()
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON heat_day BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        days.note(hear(heat(3, 0, 5, 0), NOW_S + 60.0))
        with pytest.raises(sqlite3.Error, match="full"):
            days.write()
        days.reload()
        assert not days.waits
        db.execute("DROP TRIGGER full")
        days.note(hear(heat(4, 0, 5, 0), NOW_S + 120.0))
        days.write()
        today = datetime.fromtimestamp(NOW_S, UTC).date()
        assert [one.seconds for one in sums(db, today, today)] == [(4, 0, 5, 0)]


def test_old_days_are_deleted_and_bad_rows_do_no_harm(world: World, config: GatewayConfig) -> None:
    world.hear(TOPIC, heat(1, 0, 5, 0))
    with closing(sqlite3.connect(config.database)) as db:
        db.execute("UPDATE heat_source SET data = '{}'")
        db.commit()
    with closing(World(config)) as again:
        again.now_s += 500 * 86_400.0
        again.next_pictures(5)
        again.hear(TOPIC, heat(1, 0, 0, 0))
        assert cells(Api(again.app), "2026-01-31") is None


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
def test_a_day_that_is_none_is_refused(api: Api, day: str) -> None:
    assert api.get(f"/api/v1/heat?day={day}").status_code == 422
