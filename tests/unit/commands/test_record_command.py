"""``edge-agent record`` as a process, reading a simulated reader."""

from __future__ import annotations

import asyncio
import csv
import io
import signal
import sys
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.commands.record import Recording, chosen_readers
from simulators.llrp_reader import LlrpServer, SimpleField
from simulators.llrp_reader.field import PlacedTag

EPCS = [f"3034257BF7194E40000{i:05X}" for i in range(8)]
CONFIG = """
store: demo
device: shelves-1
readers:
  - {{id: {left}, source: "{url}", antennas: {{1: S1, 2: S1}}}}
  - {{id: right, source: "llrp://127.0.0.1:1", antennas: {{1: S1}}}}
shelves:
  - {{id: S1}}
"""


def serving() -> LlrpServer:
    field = SimpleField(round_s=0.05, seed=2)
    for number, epc in enumerate(EPCS):
        field.put(epc, PlacedTag(1 + number % 2, rssi_dbm=-55.0))
    return LlrpServer(field, epoch_s=0.05)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as source:
        return list(csv.DictReader(source))


def test_reads_of_an_address_go_into_a_file_that_shelves_takes(tmp_path: Path) -> None:
    reads = tmp_path / "reads.csv"

    async def test() -> tuple[int | None, str, str]:
        async with serving() as sim:
            arguments = ("record", "--reader", sim.url, "--out", str(reads))
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "edge_agent", *arguments),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            async with asyncio.timeout(60):
                while sim.counters["reports"] < 200:
                    await asyncio.sleep(0.05)
                process.send_signal(signal.SIGINT)
                out, err = await process.communicate()
            return process.returncode, out.decode(), err.decode()

    code, out, err = asyncio.run(test())
    assert code == 0, err
    assert "reader-1: ok: LLRP 1.1" in err
    written = rows(reads)
    assert f"{len(written)} reads" in out
    times = [float(row["t_s"]) for row in written]
    assert times == sorted(times)
    assert 0.0 <= times[0] < times[-1] < 60.0
    assert {row["epc"] for row in written} == set(EPCS)
    assert {row["antenna"] for row in written} == {"1", "2"}
    assert all(-75 < float(row["rssi_dbm"]) < -35 for row in written)

    config, stock = tmp_path / "device.yaml", tmp_path / "stock.jsonl"
    config.write_text(CONFIG.format(left="reader-1", url="llrp://127.0.0.1:1"))
    result = invoke("shelves", str(reads), "--config", str(config), "--out", str(stock))
    assert result.exit_code == 0, result.output
    assert "0 bad lines" in result.output


def test_one_reader_of_a_config(tmp_path: Path) -> None:
    config, sink = tmp_path / "device.yaml", io.StringIO()

    async def test() -> None:
        async with serving() as sim:
            config.write_text(CONFIG.format(left="left", url=sim.url))
            assert await Recording(chosen_readers("left", config), sink).run(0.5) > 0

    asyncio.run(test())
    assert {line.split(",")[1] for line in sink.getvalue().splitlines()[1:]} == {"left"}


def test_readers_that_do_not_answer_are_no_recording(tmp_path: Path) -> None:
    config = tmp_path / "device.yaml"
    config.write_text(CONFIG.format(left="left", url="llrp://127.0.0.1:1"))
    out = str(tmp_path / "reads.csv")
    result = invoke("record", "--reader", str(config), "--out", out, "--for", "0.5")
    assert result.exit_code == 1, result.output
    assert "0 reads" in result.output
    assert "left: lost: 127.0.0.1:1" in result.output
    assert "right: lost: 127.0.0.1:1" in result.output


def test_a_reader_that_is_not_there_is_named(tmp_path: Path) -> None:
    config, out = tmp_path / "device.yaml", str(tmp_path / "reads.csv")
    config.write_text(CONFIG.format(left="left", url="llrp://127.0.0.1:1"))
    result = invoke("record", "--reader", "middle", "--config", str(config), "--out", out)
    assert result.exit_code == 2
    assert "expected one of left, right, found 'middle'" in result.output
    result = invoke("record", "--reader", "llrp://", "--out", out)
    assert result.exit_code == 2
    assert "source: expected llrp://host" in result.output
    result = invoke("record", "--reader", "llrp://shop", "--out", str(tmp_path / "no" / "x.csv"))
    assert result.exit_code == 2
