"""Catalogue and planogram from CSV and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.shelves.catalogue import CatalogueError, planogram, read_csv, read_json
from edge_agent.shelves.sizes import size_gaps

HEADER = "gtin,name_zh,name_en,style,colour,size,capacity,min,shelf,facing"
A, B, C = "6901234001006", "6901234001013", "6901234001020"
GOOD = f"""{HEADER}
{A},毛衣,Jumper,J1,red,S,10,2,S1,2
{B},毛衣,Jumper,J1,red,M,8,2,S1,1

{C},帽子,Hat,,,,,,,
"""


def test_rows_become_items_and_shelves() -> None:
    items = read_csv("\ufeff" + GOOD)
    assert [item.gtin for item in items] == ["0" + A, "0" + B, "0" + C]
    (shelf,) = planogram(items)
    assert shelf.id == "S1"
    assert [(f.gtin, f.capacity, f.min) for f in shelf.facings] == [
        ("0" + B, 8, 2),
        ("0" + A, 10, 2),
    ]


def test_every_mistake_is_told_with_its_row() -> None:
    text = f"""{HEADER}
{A},毛衣,Jumper,,,,10,2,S1,1
{A},毛衣,Jumper,,,,10,2,S1,1
6901234001007,毛衣,Jumper,,,,10,2,S1,2
{B},,Jumper,,,,x,2,S1,3
{C},帽子,Hat
"""
    with pytest.raises(CatalogueError) as caught:
        read_csv(text)
    told = [(p.row, p.field) for p in caught.value.problems]
    assert told == [
        (3, "gtin"),
        (3, "facing"),
        (4, "gtin"),
        (5, "name_zh"),
        (5, "capacity"),
        (6, "(row)"),
    ]
    assert "expected a GTIN with check digit 6, found '6901234001007'" in str(
        caught.value.problems[2]
    )


def test_missing_columns_are_named() -> None:
    with pytest.raises(CatalogueError, match=r"1: .*expected columns name_zh, name_en"):
        read_csv("gtin,price\n")


@pytest.mark.parametrize("text", ["{", '{"gtin": 1}', '[{"gtin": "1"}]', "[3]"])
def test_bad_json_is_refused(text: str) -> None:
    with pytest.raises(CatalogueError):
        read_json(text)


def test_json_gives_the_same() -> None:
    rows = [{"gtin": C, "name_zh": "帽子", "name_en": "Hat", "shelf": "S2"}]
    assert read_json(json.dumps(rows))[0].shelf == "S2"


def test_a_sold_out_size_beside_others_is_a_gap() -> None:
    items = read_csv(GOOD)
    assert [i.size for i in size_gaps(items, {"0" + A: 0, "0" + B: 3})] == ["S"]
    assert size_gaps(items, {"0" + A: None, "0" + B: 3}) == []
    assert size_gaps(items, {"0" + A: 0, "0" + B: 0, "0" + C: 0}) == []


def test_command_prints_shelves_and_names_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text(GOOD, encoding="utf-8")
    result = CliRunner().invoke(app, ["planogram", str(file)])
    assert result.exit_code == 0, result.output
    assert yaml.safe_load(result.stdout)["shelves"][0]["facings"][0]["gtin"] == "0" + B
    file.write_text(GOOD + f"{A},x,y,,,,,,,\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["planogram", str(file)])
    assert result.exit_code == 2
    assert f"{file}:6: gtin: expected a GTIN used once (row 2 has it)" in result.output
