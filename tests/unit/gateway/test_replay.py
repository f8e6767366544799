"""Recorded messages give the same decisions each time, faster than real time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config import GatewayConfig
from gateway.replay import RecordingError, Replay, read

GTIN = "06901234001006"
START_S = 1_769_832_000.0


def line(at_s: float, topic: str, kind: str, data: dict[str, Any], **more: Any) -> str:
    time = datetime.fromtimestamp(START_S + at_s, UTC).isoformat(timespec="milliseconds")
    envelope = {"v": 1, "id": "x", "type": kind, "source": "d1", "time": time, "boot": "b"}
    payload = envelope | more | {"data": data}
    topic = f"instore/demo/dev/d1/{topic}"
    return json.dumps({"tst": time, "topic": topic, "qos": 1, "retain": 0, "payload": payload})


def an_hour() -> list[str]:
    """A shelf that runs low after 600 s and is filled after 1200 s; a queue from 1800 s on."""
    lines = []
    for second in range(0, 3600, 2):
        count = 2 if 600 <= second < 1200 else 8
        item = {"count": count, "capacity": 10, "min": 3}
        lines.append(line(second, "stock/S1", "stock", {"shelf": "S1", "items": {GTIN: item}}))
        waiting = 6 if 1800 <= second < 2400 else 1
        queue = {"lane": "1", "waiting": waiting, "served": 1, "open": "open"}
        lines.append(line(second, "queue/1", "queue", queue))
    return lines


def decide(config: GatewayConfig, lines: list[str]) -> list[dict[str, Any]]:
    return list(Replay(config).run(read(lines)))


def test_alerts_come_and_go_when_they_would_have(config: GatewayConfig) -> None:
    decisions = decide(config, an_hour())
    alerts = [
        (d["what"], d["alert"]["rule"], round(d["t_s"] - START_S))
        for d in decisions
        if d.get("what") not in (None, "updated")
    ]
    assert alerts == [
        ("raised", "restock", 603),
        ("escalated", "restock", 903),
        ("resolved", "restock", 1203),
        ("raised", "open_lane", 1804),
        ("escalated", "open_lane", 2104),
        ("resolved", "open_lane", 2406),
    ]
    assert decisions[-1]["summary"]["messages"] == 3600


def test_a_replay_repeats_itself(config: GatewayConfig) -> None:
    lines = an_hour()[600:900]
    assert decide(config, lines) == decide(config, lines)


def test_silence_makes_lanes_unknown(config: GatewayConfig) -> None:
    late = line(60, "queue/1", "queue", {"lane": "1", "waiting": 1, "served": 0, "open": "open"})
    decisions = decide(config, [an_hour()[1], late])
    signs = [d["sign"]["state"] for d in decisions if "sign" in d and d["sign"]["lane"] == "1"]
    assert signs == ["open", "unknown", "open"]


def test_the_recording_may_go_back_in_time(config: GatewayConfig) -> None:
    decisions = decide(config, [*an_hour()[2000:2004], *an_hour()[:4]])
    assert decisions[-1]["summary"]["messages"] == 8


def test_bad_messages_are_counted_and_bad_lines_named(config: GatewayConfig) -> None:
    bad = json.dumps({"tst": "2026-01-31T12:00:00Z", "topic": "x", "payload": "hello"})
    assert decide(config, [bad])[-1]["summary"]["refused"] == 1
    with pytest.raises(RecordingError, match="line 3: expected tst, topic and payload"):
        decide(config, [bad, "", "{}"])


def test_the_command_writes_decisions_and_says_which_line_is_wrong(tmp_path: Path) -> None:
    config = tmp_path / "g.yaml"
    config.write_text('store: demo\nlanes: [{id: "1", position: 1}]\n')
    messages, out = tmp_path / "m.jsonl", tmp_path / "d.jsonl"
    messages.write_text("\n".join(an_hour()))
    call = ["replay", str(messages), "--config", str(config), "--out", str(out)]
    assert CliRunner().invoke(app, call).exit_code == 0
    assert "summary" in out.read_text().splitlines()[-1]
    messages.write_text("nonsense\n")
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 2
    assert f"{messages}: line 1: expected" in result.output
