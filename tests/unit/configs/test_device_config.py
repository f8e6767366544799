"""A device config that is wrong is told everything that is wrong, and where."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from configs.loading import ConfigError, loads
from edge_agent.cli import app
from edge_agent.config import DeviceConfig, load

ROOT = Path(__file__).parents[3]
DEVICES = sorted((ROOT / "configs").glob("*-[0-9].yaml"))

BAD = """\
store: demo
device: d
wrong: 3
cameras:
  - id: c
    source: x
    zones:
      - {id: a, kind: queue, polygon: [[0, 0], [1, 2]]}
      - {id: b, kind: service, lane: "2", polygon: [[0, 0], [1, 1], [0, 1]]}
      - {id: b, kind: round, lane: "2", polygon: [[0, 0], [1, 1], [0, 1]]}
readers:
  - id: r
    source: llrp://x
    antennas: {1: S9}
shelves:
  - id: S1
    facings:
      - {gtin: "06901234001007"}
"""


def problems(text: str) -> list[tuple[int, str, str, str]]:
    with pytest.raises(ConfigError) as caught:
        loads(text, DeviceConfig, name="bad.yaml")
    return [(p.line, p.path, p.expected, p.found) for p in caught.value.problems]


@pytest.mark.parametrize("file", DEVICES, ids=lambda f: f.name)
def test_every_example_loads(file: Path) -> None:
    assert load(file).store


def test_all_mistakes_come_at_once_with_line_and_path() -> None:
    found = {(line, path) for line, path, _, _ in problems(BAD)}
    assert found == {
        (3, "wrong"),
        (8, "cameras[0].zones[0].lane"),
        (8, "cameras[0].zones[0].polygon"),
        (8, "cameras[0].zones[0].polygon[1][1]"),
        (9, "cameras[0].zones[1].lane"),
        (10, "cameras[0].zones[2]"),
        (10, "cameras[0].zones[2].id"),
        (14, "readers[0].antennas[1]"),
        (18, "shelves[0].facings[0].gtin"),
    }


def test_a_mistake_says_what_was_expected_and_found() -> None:
    told = {path: (expected, value) for _, path, expected, value in problems(BAD)}
    assert told["readers[0].antennas[1]"] == ("the id of a shelf in shelves", "'S9'")
    assert told["shelves[0].facings[0].gtin"] == ("a GTIN with check digit 6", "'06901234001007'")
    assert told["cameras[0].zones[0].polygon[1][1]"] == ("a number of at most 1.0", "2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("store: [", "valid YAML"),
        ("store: a\nstore: b\ndevice: d\n", "each key once"),
        ("- 1\n", "a valid dictionary or instance of DeviceConfig"),
        ("store: 'a/b'\ndevice: d\n", "text that matches ^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"),
    ],
)
def test_broken_files(text: str, expected: str) -> None:
    assert expected in {e for _, _, e, _ in problems(text)}


def test_check_exits_2_and_names_the_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(BAD)
    result = CliRunner().invoke(app, ["check", str(bad)])
    assert result.exit_code == 2
    assert f"{bad}:3: wrong: expected a known key" in result.stderr
    missing = CliRunner().invoke(app, ["check", str(tmp_path / "none.yaml")])
    assert missing.exit_code == 2
    assert "No such file" in missing.stderr


def test_check_of_a_good_file() -> None:
    result = CliRunner().invoke(app, ["check", str(DEVICES[0])])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "ok: device checkout-1" in result.stdout


@pytest.mark.parametrize("source", ["llrp://", "llrp://reader:port", "llrp://reader:70000"])
def test_a_reader_without_an_address_is_named(source: str) -> None:
    text = (
        "store: s\ndevice: d\nshelves: [{id: S1}]\n"
        f'readers:\n  - id: r1\n    source: "{source}"\n    antennas: {{1: S1}}\n'
    )
    with pytest.raises(ConfigError, match=r"readers\[0\]\.source"):
        loads(text, DeviceConfig)
