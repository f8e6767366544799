"""A report from a database: the figures that went in come out, in both languages and as CSV."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlite_utils
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config import GatewayConfig, LineSettings, Names
from gateway.reports import page
from gateway.reports.making import make
from gateway.reports.period import Period, PeriodError, choose, week
from gateway.state import rating_log
from gateway.state.database import connect, migrate
from gateway.state.migrations import MIGRATIONS
from gateway.state.ratings import Rating

ZONE = ZoneInfo("Asia/Shanghai")
GTIN = "06901234001006"
DAY_S = 86_400.0


@pytest.fixture
def period() -> Period:
    return week("2026-W05", ZONE)


def event(db: sqlite3.Connection, seq: int, kind: str, at_s: float, **data: object) -> None:
    db.execute(
        "INSERT INTO event VALUES ('d1', 'b', ?, ?, ?, ?, ?)",
        (seq, kind, at_s, at_s, json.dumps(data)),
    )


@pytest.fixture
def db(config: GatewayConfig, period: Period) -> sqlite3.Connection:
    """A week in which 100 are served in 60 s each, 25 give up, and a shelf is empty for a day."""
    db = connect(config.database)
    db.execute("BEGIN")
    for n in range(125):
        joined_s = period.from_s + DAY_S + 9 * 3600 + 60.0 * n
        wait_s = 60.0 if n % 5 else 200.0
        outcome = "served" if n % 5 else "reneged"
        event(db, n + 1, "wait_done", joined_s + wait_s, lane="1", wait_s=wait_s, outcome=outcome)
        event(db, n + 501, "crossing", joined_s - 600, line="door", direction="in", person=n)
    for hour in range(9, 19):
        for day in (1, 2):
            start_s = int(period.from_s + day * DAY_S + hour * 3600)
            out_s = 3600.0 if day == 2 else 0.0
            row = (start_s, "S1", GTIN, 3600.0, out_s, out_s, 3 * (3600.0 - out_s))
            db.execute("INSERT INTO stock_hour VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            if day == 1:
                item = {"shelf": "S1", "gtin": GTIN}
                event(db, 1000 + hour, "picked", start_s + 60.0, **item)
                event(db, 1100 + hour, "picked", start_s + 90.0, **item)
                event(db, 1200 + hour, "returned", start_s + 99.0, **item)
    for minute in range(600):
        start_s = int(period.from_s + DAY_S + 9 * 3600 + 60 * minute)
        db.execute("INSERT INTO lanes_minute VALUES (?, 60, 120, 180, 60, 180)", (start_s,))
    for hour, people in ((9, 20.0), (10, 30.0)):
        start_s = int(period.from_s + DAY_S + hour * 3600)
        db.execute("INSERT INTO shop_hour VALUES (?, 1800, ?)", (start_s, 1800 * people))
    told = {"camera": "cam", "columns": 2, "rows": 1, "seconds": [0, 9]}
    told["places"] = {"tea": [[0, 0], [1, 0], [1, 1]], "door": [[0, 1], [1, 1]]}
    for day in ("2026-01-27", "2026-01-28", "2026-02-02"):
        db.execute("INSERT INTO heat_day VALUES (?, 'd1', 'cam', 2, '[60,5]')", (day,))
    db.execute("INSERT INTO heat_source VALUES ('d1', 'cam', 'b', ?, 5)", (json.dumps(told),))
    ratings = [Rating(f"rating-{n}", period.from_s + n, n) for n in (1, 4, 5)]
    rating_log.write(db, ratings)
    db.execute("COMMIT")
    return db


def test_what_went_in_comes_out(
    config: GatewayConfig, db: sqlite3.Connection, period: Period
) -> None:
    made = make(db, config, period)
    whole = made.whole
    assert (whole.waits, whole.wait_mean_s, whole.wait_p90_s) == (125, 60.0, 60.0)
    assert (whole.within, whole.left) == (pytest.approx(0.8), pytest.approx(0.2))
    assert whole.entered == 125
    assert (whole.lane_hours, whole.needed_hours, whole.seen_hours) == (20.0, 30.0, 10.0)
    assert (whole.out_of_stock, whole.out_hours) == (0.5, 10.0)
    assert whole.missed_picks == pytest.approx(10.0), "one net pick an hour, for ten empty hours"
    assert whole.rating == pytest.approx(10 / 3)
    assert made.before.waits == 0
    assert made.before.lane_hours is None
    days = dict(made.days)
    assert days[date(2026, 1, 27)].waits == 125
    assert days[date(2026, 1, 26)].wait_mean_s is None, "a day without data is unknown, not zero"


def test_people_by_the_hour_and_where_they_stood(
    config: GatewayConfig, db: sqlite3.Connection, period: Period
) -> None:
    people = make(db, config, period).people
    hours = {one.hour: (one.entered, one.inside) for one in people.hours}
    assert hours[9] == (60.0, 20.0)
    assert hours[10] == (55.0, 30.0)
    assert hours[8] == (10.0, None), "came in before the inside was known"
    assert sum(entered or 0.0 for entered, _ in hours.values()) == 125.0
    (heat,) = people.heat
    assert (heat.seconds, heat.columns) == ((120, 10), 2), "two days of three"


def test_people_through_inner_lines_did_not_come_in(
    config: GatewayConfig, db: sqlite3.Connection, period: Period
) -> None:
    door = LineSettings(id="door", name=Names(zh="门", en="Door"), entrance=False)
    other = config.model_copy(update={"lines": (door,)})
    made = make(db, other, period)
    assert made.whole.entered is None
    text = page.html(made, other, "zh")
    assert ">门</text>" in text


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("zh", ["平均等候", "60秒", "燕麦", "麦片", "店内人数", "热力图"]),
        ("en", ["60 s", "Oats", "People inside, by hour", "Where people stood"]),
    ],
)
def test_the_page_needs_nothing_else(
    config: GatewayConfig,
    db: sqlite3.Connection,
    period: Period,
    language: str,
    says: list[str],
) -> None:
    text = page.html(make(db, config, period), config, language)  # type: ignore[arg-type]  # a str
    for word in (*says, "<svg", f'lang="{language}"'):
        assert word in text
    for outside in ("http://", "https://", "<script", "src="):
        assert outside not in text


def test_csv_leaves_the_unknown_empty(
    config: GatewayConfig, db: sqlite3.Connection, period: Period
) -> None:
    rows = list(csv.DictReader(io.StringIO(page.table(make(db, config, period)))))
    assert [row["day"] for row in rows] == [*(str(day) for day in period.days), "2026-W05"]
    assert rows[0]["wait_mean_s"] == ""
    assert float(rows[1]["wait_mean_s"]) == 60.0
    assert float(rows[-1]["lane_hours"]) == 20.0


def test_an_empty_database_gives_a_report_that_says_so(
    config: GatewayConfig, period: Period
) -> None:
    text = page.html(make(connect(config.database), config, period), config, "en")
    assert "Nothing was recorded" in text


CONFIG = """
store: demo
database: gateway.sqlite
lanes:
  - {id: "1", position: 1}
"""


def test_the_command_writes_both_languages_and_csv(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    run = CliRunner().invoke
    missing = run(app, ["report", "--config", str(file), "--week", "2026-W05"])
    assert missing.exit_code == 2
    assert "expected a gateway's database" in missing.output
    connect(tmp_path / "gateway.sqlite").close()
    args = ["report", "--config", str(file), "--out", str(tmp_path / "out")]
    assert run(app, [*args, "--month", "2026-01"]).exit_code == 0
    names = sorted(one.name for one in (tmp_path / "out").iterdir())
    assert names == [
        "report-2026-01-effects.csv",
        "report-2026-01.csv",
        "report-2026-01.en.html",
        "report-2026-01.zh.html",
    ]
    for wrong in (["--week", "2026-W60"], ["--month", "2026-1"], ["--from", "x", "--to", "y"]):
        refused = run(app, [*args, *wrong])
        assert refused.exit_code == 2
        assert "expected" in refused.output


def test_periods() -> None:
    both = choose(ZONE, week_name=None, month_name=None, first="2026-02-01", last="2026-02-03")
    assert both is not None
    assert len(both.days) == 3
    assert both.before.last == date(2026, 1, 31)
    assert both.to_s - both.from_s == 3 * DAY_S
    with pytest.raises(PeriodError, match="more than one"):
        choose(ZONE, week_name="2026-W05", month_name="2026-01", first=None, last=None)
    with pytest.raises(PeriodError, match="the first one first"):
        choose(ZONE, week_name=None, month_name=None, first="2026-02-03", last="2026-02-01")


def test_an_old_database_keeps_what_it_holds(config: GatewayConfig) -> None:
    old = sqlite3.connect(config.database, isolation_level=None)
    migrate(old, MIGRATIONS[:3])
    event(old, 1, "picked", 5.0, epc="3034AABB", shelf="S1", confidence=0.9)
    old.execute(
        "INSERT INTO alert VALUES (1, '20260131-1', 'restock', 'shelf:S1/1', 'warning', 'raised',"
        " '补', 'fill', 5, 5, 5, 1, NULL, 0, NULL, 0)"
    )
    old.close()
    db = connect(config.database)
    assert db.execute("SELECT count(*) FROM event").fetchone() == (1,)
    assert db.execute("SELECT state FROM alert").fetchone() == ("raised",)
    tables = set(sqlite_utils.Database(db).table_names())
    assert {"lanes_minute", "lane_hour", "stock_hour", "rating", "setting"} <= tables
    assert {"line_hour", "shop_hour", "heat_day", "heat_source"} <= tables
