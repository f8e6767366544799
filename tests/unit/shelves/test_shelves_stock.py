"""Stock and events from simulated reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.config import ReaderSettings, ShelfSettings
from edge_agent.shelves import Shelves
from edge_agent.shelves.gtin import gtin_of
from edge_agent.shelves.ledger import Patience
from hardware.interfaces import TagRead
from simulators.shelf.field import ShelfField, epc_of
from simulators.shelf.physics import ShelfPhysics

READER = ReaderSettings(id="r", source="llrp://127.0.0.1", antennas={1: "S1", 2: "S2"})
GTINS = ("06901234001006", "06901234001013")
SHELVES = [
    ShelfSettings.model_validate(
        {"id": f"S{i + 1}", "facings": [{"gtin": gtin, "capacity": 10, "min": 3}]}
    )
    for i, gtin in enumerate(GTINS)
]
PHYSICS = ShelfPhysics(shelves=2, tags=10, rate_low=0.4)


def reads(field: ShelfField, from_s: float, to_s: float) -> list[TagRead]:
    return [
        TagRead(t_s, "r", antenna, epc, rssi, count)
        for antenna, epc, rssi, count, t_s in field.inventory(from_s, to_s)
    ]


@pytest.fixture
def field() -> ShelfField:
    return ShelfField(PHYSICS, seed=3)


@pytest.fixture
def shelves() -> Shelves:
    return Shelves([READER], SHELVES)


def count(shelves: Shelves, now_s: float, shelf: str = "S1", gtin: str = GTINS[0]) -> int | None:
    return shelves.advance(now_s).stock[shelf].items[gtin].count


def test_stock_is_unknown_before_the_first_read(shelves: Shelves) -> None:
    stock = shelves.advance(100.0).stock["S1"]
    assert stock.items[GTINS[0]].count is None
    assert stock.confidence == 0.0


def test_first_inventory_is_stock_without_events(field: ShelfField, shelves: Shelves) -> None:
    shelves.feed(reads(field, 0.0, 2.0))
    assert count(shelves, 2.0) is None
    shelves.feed(reads(field, 2.0, 20.0))
    readings = shelves.advance(20.0)
    assert readings.events == ()
    assert readings.stock["S1"].items[GTINS[0]].count == 10
    assert readings.stock["S2"].items[GTINS[1]].count == 10


def test_pick_and_put_back(field: ShelfField, shelves: Shelves) -> None:
    shelves.feed(reads(field, 0.0, 40.0))
    assert shelves.advance(40.0).events == ()
    epc = field.epcs[0]
    field.pick(epc, 40.0)
    shelves.feed(reads(field, 40.0, 70.0))
    assert [(e.type, getattr(e, "epc", "")) for e in shelves.advance(70.0).events] == [
        ("picked", epc)
    ]
    assert count(shelves, 70.0) == 9
    field.put(epc, 0)
    shelves.feed(reads(field, 70.0, 90.0))
    assert [(e.type, getattr(e, "shelf", "")) for e in shelves.advance(90.0).events] == [
        ("returned", "S1"),
        ("interest", "S1"),
    ]
    assert count(shelves, 90.0) == 10


def test_silent_reader_takes_nothing_away_and_blinds_the_stock(
    field: ShelfField, shelves: Shelves
) -> None:
    shelves.feed(reads(field, 0.0, 40.0))
    shelves.advance(40.0)
    readings = shelves.advance(60.0)
    assert readings.events == ()
    assert readings.stock["S1"].items[GTINS[0]].count is None
    shelves.feed(reads(field, 60.0, 80.0))
    readings = shelves.advance(80.0)
    assert readings.events == ()
    assert readings.stock["S1"].items[GTINS[0]].count == 10


def test_reads_that_cannot_be_used_are_counted(shelves: Shelves) -> None:
    shelves.feed([TagRead(0.0, "r", 9, "30AA", -50.0), TagRead(0.0, "r", 1, "no tag", -50.0)])
    assert shelves.counters["unknown_antenna"] == 1
    assert shelves.counters["not_an_epc"] == 1


def test_odd_tags_are_counted_by_name_and_the_stock_stays_right(
    field: ShelfField, shelves: Shelves
) -> None:
    odd = {
        "foreign_tag": "E28011606000020000000001",
        "no_gtin": "3176A7DAF01C8D8200000000",  # SSCC-96, a logistic unit
        "not_in_planogram": epc_of(900, 1),
    }
    rows = reads(field, 0.0, 40.0)
    rows += [TagRead(t / 5, "r", 1, epc, -50.0) for t in range(200) for epc in odd.values()]
    shelves.feed(rows)
    stock = shelves.advance(40.0).stock
    assert {name: shelves.counters[name] for name in odd} == dict.fromkeys(odd, 1)
    assert stock["S1"].items[GTINS[0]].count == 10
    assert stock["S2"].items[GTINS[1]].count == 10


def test_gtin_of_an_sgtin_96() -> None:
    assert gtin_of(epc_of(0, 5)) == GTINS[0]
    assert gtin_of("E2801190") is None


def test_command_writes_events_and_stock(field: ShelfField, tmp_path: Path) -> None:
    rows = reads(field, 0.0, 40.0)
    field.pick(field.epcs[0], 40.0)
    rows += reads(field, 40.0, 75.0)
    csv = tmp_path / "reads.csv"
    lines = [f"{r.t_s:.3f},reader-1,{r.antenna},{r.epc},{r.rssi_dbm}" for r in rows]
    csv.write_text("\n".join(["t_s,reader,antenna,epc,rssi_dbm", *lines, "x,y"]) + "\n")
    out = tmp_path / "out.jsonl"
    arguments = ["shelves", str(csv), "--config", "configs/shelves-1.yaml", "--out", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert f"{csv}:{len(lines) + 2}:" in result.output
    said = [json.loads(line) for line in out.read_text().splitlines()]
    events = [line for line in said if "event" in line]
    assert [(e["event"], e["epc"], e["gtin"], e["shelf"]) for e in events] == [
        ("picked", field.epcs[0], GTINS[0], "S1")
    ]
    stock = [line for line in said if "stock" in line]
    assert [line["t_s"] for line in stock[:-1]] == [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    assert stock[-1]["stock"]["S1"] == {GTINS[0]: 9}
    assert stock[-1]["stock"]["S2"] == {GTINS[1]: 10}


def test_command_refuses_another_file(tmp_path: Path) -> None:
    csv = tmp_path / "reads.csv"
    csv.write_text("time,tag\n1,2\n")
    arguments = ["shelves", str(csv), "--config", "configs/shelves-1.yaml", "--out", "/dev/null"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "expected t_s,reader,antenna,epc,rssi_dbm, found 'time,tag'" in result.output


def test_tags_that_pass_by_are_forgotten_and_the_stock_stays(field: ShelfField) -> None:
    shelves = Shelves([READER], SHELVES, patience=Patience(forget_s=10.0))
    passed = 0
    for second in range(300):
        rows = reads(field, second, second + 1.0)
        for _ in range(3):
            passed += 1
            rows.append(TagRead(second + 0.5, "r", 1, epc_of(3, 50_000 + passed), -66.0))
        shelves.feed(rows)
        readings = shelves.advance(second + 1.0)
        if second > 40:
            assert readings.events == ()
    assert shelves.known_tags < 20 + 3 * 130
    assert readings.stock["S1"].items[GTINS[0]].count == 10
    field.pick(field.epcs[0], 300.0)
    shelves.feed(reads(field, 300.0, 330.0))
    assert [e.type for e in shelves.advance(330.0).events] == ["picked"]
