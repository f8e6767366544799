"""The report of a log: what is on the page, and what a broken log does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.commands import report_zones
from edge_agent.commands.report_log import Log, LogError, read

runner = CliRunner()


def frame(i: int, waiting: int | None, wait_s: float | None) -> dict[str, Any]:
    return {
        "frame": i,
        "t_s": i / 8,
        "people": [
            {"track": 7, "bbox": [100.0, 50.0, 140.0, 200.0], "score": 0.8},
            {"track": None, "bbox": [0.0, 0.0, 5.0, 5.0], "score": 0.1},
        ],
        "lanes": {
            "1": {"waiting": waiting, "served": 1, "wait_s": wait_s, "wait_p90_s": wait_s},
        },
        "zones": {"cereals": {"occupancy": 1}},
        "lines": {"entrance": {"in": 1, "out": 0}},
    }


EVENTS = [
    {
        "t_s": 4.0, "type": "wait_done", "lane": "1", "person": 3, "wait_s": 40.0,
        "outcome": "served", "predicted_s": 30.0, "predicted_p90_s": 60.0, "to_lane": None,
    },
    {"t_s": 5.0, "type": "visit", "zone": "cereals", "person": 3, "dwell_s": 12.0},
]  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "day.jsonl"
    lines = [frame(i, 3, 30.0) for i in range(2000)] + [frame(2000, None, None)]
    summary = {
        "frames": 2001, "frame_size": [640, 360], "events": EVENTS, "inside": 1,
        "lines": {"entrance": {"in": 5, "out": 4}},
    }  # fmt: skip
    texts = [*map(json.dumps, lines), "no json", json.dumps({"summary": summary})]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_the_page_shows_waits_dwell_footfall_and_heat_in_both_languages(log: Path) -> None:
    result = runner.invoke(app, ["report", str(log)])
    assert result.exit_code == 0, result.output
    page = log.with_suffix(".html").read_text(encoding="utf-8")
    for text in (
        "排队人数 · People waiting",
        "实际 · real",
        ">0:02:00<",
        "mean error 10.0 s",
        "bias -10.0 s",
        "p90 covers 100",
    ):
        assert text in page.replace("&amp;", "&")
    assert "1 lines could not be read".replace("1 lines", "1 行无法读取 · lines") in page
    assert "<td>5</td><td>4</td>" in page
    assert "结束时店内 1 人" in page
    assert "停留 · stopped" in page
    assert "店内人数 · People in the shop" in page
    assert "http" not in page.replace("http-equiv", "")


def test_every_plot_is_well_formed(log: Path) -> None:
    runner.invoke(app, ["report", str(log), "--out", str(log.parent / "page.html")])
    page = (log.parent / "page.html").read_text(encoding="utf-8")
    plots = ["<svg" + part.split("</svg>")[0] + "</svg>" for part in page.split("<svg")[1:]]
    assert len(plots) == 8
    for plot in plots:
        ElementTree.fromstring(plot)  # noqa: S314 - our own page


def test_the_heat_map_has_the_feet_of_people_and_of_nothing_else(log: Path) -> None:
    heat = read(log).heat
    assert sum(map(sum, heat)) == 2001
    assert heat[int(200 / 360 * 27)][int(120 / 640 * 48)] == 2001


def test_a_zone_over_time_tells_who_stopped_who_passed_and_who_faced_the_goods() -> None:
    def visit(t_s: float, dwell_s: float, attention_s: float | None) -> dict[str, Any]:
        told = {"t_s": t_s, "type": "visit", "zone": "tea", "dwell_s": dwell_s}
        return told | {"attention_s": attention_s}

    log = Log(passed_s={"tea": [100.0, 130.0, 131.0, 219.9]})
    log.zones["tea"] = [(100.0, 0), (220.0, 0)]
    # The second began at 125 s, in the third of the steps.
    log.events = [visit(112.0, 10.0, 5.0), visit(155.0, 30.0, 0.0), visit(219.0, 10.0, None)]
    told = report_zones.flow(log, "tea")
    assert (told.step_s, told.middles_s[0], len(told.middles_s)) == (10, 105.0, 13)
    assert [(k, n) for k, n in enumerate(told.stopped) if n] == [(0, 1), (2, 1), (10, 1)]
    assert [(k, n) for k, n in enumerate(told.passed or ()) if n] == [(0, 1), (3, 2), (11, 1)]
    assert [(k, x) for k, x in enumerate(told.attention) if x is not None] == [(0, 50.0), (2, 0.0)]
    log.passed_s = {}
    assert report_zones.flow(log, "tea").passed is None


def test_people_in_the_shop_are_in_minus_out_over_all_lines(log: Path) -> None:
    lines = {"a": {"in": 5, "out": 1}, "b": {"in": 0, "out": 2}}
    log.write_text(json.dumps(frame(0, 1, 1.0) | {"lines": lines}), encoding="utf-8")
    assert read(log).in_shop == [(0.0, 2)]


def test_a_log_without_frames_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("[1]\n\n", encoding="utf-8")
    with pytest.raises(LogError, match="expected lines of edge-agent count, found none"):
        read(empty)
    assert runner.invoke(app, ["report", str(empty)]).exit_code == 2
    missing = runner.invoke(app, ["report", str(tmp_path / "none.jsonl")])
    assert (missing.exit_code, "No such file" in missing.output) == (2, True)


def test_names_in_a_log_cannot_become_markup(tmp_path: Path) -> None:
    path = tmp_path / "evil.jsonl"
    line = frame(0, 1, 1.0)
    line["lanes"] = {"<script>": line["lanes"]["1"]}
    path.write_text(json.dumps(line), encoding="utf-8")
    runner.invoke(app, ["report", str(path)])
    assert "<script" not in path.with_suffix(".html").read_text(encoding="utf-8")
