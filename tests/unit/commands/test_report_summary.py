"""The figures at the top of a report, worked out by hand for a small log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.commands import report_summary
from edge_agent.commands.report_log import Log, read


def done(
    lane: str, person: int, wait_s: float, outcome: str = "served", p50_s: float | None = None
) -> dict[str, Any]:
    return {
        "t_s": 100.0, "type": "wait_done", "lane": lane, "person": person, "wait_s": wait_s,
        "outcome": outcome, "predicted_s": p50_s,
        "predicted_p90_s": None if p50_s is None else 2.0 * p50_s,
    }  # fmt: skip


def visit(dwell_s: float, attention_s: float | None) -> dict[str, Any]:
    return {
        "t_s": 50.0, "type": "visit", "zone": "tea", "person": 1, "dwell_s": dwell_s,
        "attention_s": attention_s,
    }  # fmt: skip


EVENTS = [
    done("1", 1, 20.0, p50_s=30.0),
    done("1", 2, 70.0, p50_s=30.0),
    done("1", 3, 10.0, "reneged"),
    done("1", 4, 2.0, "balked"),
    done("2", 5, 0.0),
    {"t_s": 40.0, "type": "joined", "lane": "1", "person": 9},
    visit(10.0, 5.0), visit(30.0, 0.0),
]  # fmt: skip


def _log(**more: Any) -> Log:
    # One waits all the 100 s in lane 1 and two in between; lane 2 has nobody in it.
    log = Log(frames=101, people=6, passers={"tea": 6}, events=EVENTS, **more)
    for t in range(101):
        waiting = 2.0 if 20 <= t < 80 else 1.0
        log.lanes["1"].append((float(t), waiting, 30.0, 60.0))
        log.lanes["2"].append((float(t), 0.0, 0.0, 0.0))
    log.zones["tea"].append((0.0, 0))
    return log


def test_each_lane_and_all_of_them() -> None:
    together, first, second = report_summary.lanes(_log())
    assert (together.name, together.served, together.reneged, together.balked) == (None, 3, 1, 1)
    assert (first.served, first.reneged, first.balked, first.jockeyed) == (2, 1, 1, 0)
    assert (first.promised_s, first.promised_p90_s) == (30.0, 60.0)
    assert (first.real_s, first.real_p90_s) == (45.0, pytest.approx(65.0))
    assert (first.covered, first.longest, first.longest_s) == (0.5, 2, 20.0)
    # 160 s were stood; 100 s were told of, and person 9 has waited for 60 s at the end.
    assert first.little == pytest.approx(0.0)
    assert (second.longest, second.promised_s, second.covered) == (0, None, None)
    assert second.little is None


def test_littles_law_misses_what_no_event_tells_of() -> None:
    log = _log()
    log.events = [e for e in EVENTS if e.get("person") != 2]
    assert report_summary.lanes(log)[1].little == pytest.approx(70.0 / 160.0)


def test_time_without_pictures_is_not_stood() -> None:
    log = _log()
    log.lanes["1"] = [row for row in log.lanes["1"] if not 20.0 <= row[0] < 80.0]
    log.events = [e for e in EVENTS if e.get("person") != 9]
    # 19 s before the gap and 20 s behind it, against 100 s told of.
    assert report_summary.lanes(log)[1].little == pytest.approx(61.0 / 39.0)


def test_dwell_tells_who_stopped_and_who_looked() -> None:
    (tea,) = report_summary.zones(_log())
    assert (tea.visits, tea.passers, tea.stopped) == (2, 6, 0.25)
    assert (tea.p50_s, tea.p90_s, tea.longest_s) == (20.0, pytest.approx(28.0), 30.0)
    assert (tea.attentive, tea.attention) == (0.5, 0.125)


def test_what_a_log_does_not_tell_stays_unknown() -> None:
    log = _log()
    log.passers, log.events = {}, None
    lane = report_summary.lanes(log)[0]
    assert (lane.real_s, lane.covered, lane.little, lane.longest) == (None, None, None, 2)
    assert report_summary.zones(log) == []
    log.events = [visit(10.0, None)]
    (tea,) = report_summary.zones(log)
    assert (tea.passers, tea.stopped, tea.attentive, tea.attention) == (None, None, None, None)


def test_the_page_begins_with_the_summary_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    person = {"track": 1, "bbox": [1.0, 1.0, 2.0, 2.0], "score": 0.8}
    lines: list[dict[str, Any]] = [
        {
            "frame": t,
            "t_s": t,
            "people": [person],
            "lanes": {"1": {"waiting": 1, "served": 0, "wait_s": 30.0, "wait_p90_s": 60.0}},
            "zones": {"tea": {"occupancy": 1}},
            "lines": {},
        }
        for t in range(101)
    ]
    zones = {"tea": {"occupancy": 0, "visits": 2, "passers": 6}}
    lines.append({"summary": {"people": 6, "events": EVENTS, "zones": zones}})
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert read(path).passers == {"tea": 6}
    result = CliRunner().invoke(app, ["report", str(path)])
    assert result.exit_code == 0, result.output
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    top = page[: page.index("收银通道 · Lane 1")]
    for text in ("6 人 · people", "概要 · Summary"):
        assert text in top
    for row in (
        "预计等待，中位数 · wait promised, median, s</td><td>30<",
        "实际等待 p90 · real wait, p90, s</td><td>65<",
        "real waits within the p90</td><td>50 %<",
        "longest queue, people</td><td>1 <",
        "路过 · passed by</td><td>6<",
        "停留率 · share who stopped</td><td>25 %<",
        "share of time facing them</td><td>12 %<",
    ):
        assert row in top
