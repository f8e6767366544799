"""``edge-agent shelves calibrate`` as a process, with a tag that is carried along the shelves."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from edge_agent.cli import app
from simulators.llrp_reader import LlrpServer, SimpleField
from simulators.llrp_reader.field import PlacedTag

TAG, GOODS = "3034257BF7194E4000099999", "3034257BF7194E4000000001"
CONFIG = """
store: demo
device: shelves-1
readers:
  - {{id: r, source: "{url}", antennas: {{1: S1, 2: S2}}}}
shelves:
  - {{id: S1}}
  - {{id: S2}}
"""


async def walk(sim: LlrpServer, field: SimpleField, config: Path, ports: list[int]) -> str:
    """Answer each prompt, with the tag before the antenna of ``ports`` in turn."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "edge_agent", "shelves", "calibrate"),
        *("--config", str(config), "--seconds", "0.5"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    said = ""
    left = iter(ports)
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            said += line
            if "Lay the calibration tag" in line:
                field.put(TAG, PlacedTag(next(left), rssi_dbm=-50.0, read_rate=1.0))
            if "press Enter" in line:
                process.stdin.write(b"\n")
                await process.stdin.drain()
    assert await process.wait() == 0, said
    return said


def test_a_tag_on_each_shelf_makes_a_file_that_the_config_takes(tmp_path: Path) -> None:
    config, field = tmp_path / "device.yaml", SimpleField(round_s=0.05, seed=2)
    field.put(GOODS, PlacedTag(1))

    async def test() -> str:
        async with LlrpServer(field, epoch_s=0.05) as sim:
            config.write_text(CONFIG.format(url=sim.url))
            return await walk(sim, field, config, [1, 1, 1, 2])

    said = asyncio.run(test())
    assert "请把校准标签放在货架 S1 的左半边" in said
    assert "r/1 hears the tag" not in said or "Careful" in said
    result = yaml.safe_load((tmp_path / "device.calibration.yaml").read_text())
    assert result["tag"] == TAG
    assert list(result["shelves"]["S1"]) == ["r/1"]
    assert set(result["shelves"]["S2"]) == {"r/1", "r/2"}
    config.write_text(config.read_text() + "calibration: device.calibration.yaml\n")
    checked = CliRunner().invoke(app, ["check", str(config)])
    assert checked.exit_code == 0, checked.output


def test_crossed_cables_are_told(tmp_path: Path) -> None:
    config, field = tmp_path / "device.yaml", SimpleField(round_s=0.05, seed=2)

    async def test() -> str:
        async with LlrpServer(field, epoch_s=0.05) as sim:
            config.write_text(CONFIG.format(url=sim.url))
            return await walk(sim, field, config, [2, 2, 1, 1])

    said = asyncio.run(test())
    assert "Careful: r/2 hears the tag on S1 best, the config has r/1 there" in said
    assert "请检查天线接线" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tag: 30AA\nshelves: {S9: {r/1: {reads_per_s: 5}}}", "the id of a shelf in shelves"),
        ("tag: 30AA\nshelves: {S1: {r/7: {reads_per_s: 5}}}", "an antenna of a reader"),
        ("tag: 30AA\nshelves: {S1: {r/1: {reads_per_s: -5}}}", "a number of at least 0"),
    ],
)
def test_a_calibration_that_does_not_fit_is_refused(
    tmp_path: Path, text: str, expected: str
) -> None:
    config = tmp_path / "device.yaml"
    config.write_text(CONFIG.format(url="llrp://127.0.0.1:1") + "calibration: c.yaml\n")
    (tmp_path / "c.yaml").write_text(text)
    result = CliRunner().invoke(app, ["check", str(config)])
    assert result.exit_code == 2
    assert f"expected {expected}" in result.output
