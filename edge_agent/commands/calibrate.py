"""``edge-agent shelves calibrate``: lay a tag on each shelf, so that places are told apart."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from edge_agent.clock import Clock
from edge_agent.commands.check import load_or_exit
from edge_agent.config import DeviceConfig
from edge_agent.reader_options import reader_options
from edge_agent.shelves.calibration import Calibration, Heard, heard_of, loudest, name, newcomer
from hardware.interfaces import ReaderState, TagRead, TagReader
from hardware.rfid import open_reader

SPOTS = (("左半边", "the left half"), ("右半边", "the right half"))
LEAST_READS = 5
START_S = 15.0
"""A reader that gives no sign of life within this is told."""


def calibrate(
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help="Device config.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Result; beside the config if not given."),
    ] = None,
    tag: Annotated[
        str | None,
        typer.Option("--tag", metavar="EPC", help="EPC of the tag; found by itself if not given."),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.5, help="Time for each spot.")] = 6.0,
) -> None:
    """Measure how the antennas hear each shelf: follow the prompts with a tag in your hand."""
    settings = load_or_exit(config)
    if not settings.readers:
        typer.echo(f"{config}: readers: expected at least one, found none", err=True)
        raise typer.Exit(2)
    target = out or config.with_name(f"{config.stem}.calibration.yaml")
    session = Session(settings, config.resolve().parent, seconds, tag and tag.upper())
    result = asyncio.run(session.run())
    text = yaml.safe_dump(result.model_dump(exclude_none=True), sort_keys=False)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        typer.echo(f"{target}: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    _say(
        f"{target}：完成。请在 {config} 中写入 calibration: {target.name}",
        f"{target}: done. Now write calibration: {target.name} into {config}",
    )


class Session:
    """One walk along the shelves with a tag."""

    def __init__(self, config: DeviceConfig, folder: Path, seconds: float, tag: str | None) -> None:
        self._config, self._seconds, self._tag = config, seconds, tag
        clock = Clock()
        self._readers: list[TagReader] = [
            open_reader(reader_options(settings, folder), clock=clock.now_s)
            for settings in config.readers
        ]
        self._reads: list[TagRead] = []

    async def run(self) -> Calibration:
        """Lead through all shelves, and give what was heard."""
        listening = [asyncio.create_task(self._listen(reader)) for reader in self._readers]
        try:
            await self._until_ready()
            before: set[str] = set()
            if self._tag is None:
                await _ask(
                    "请让校准标签远离货架，然后按回车",
                    "Keep the calibration tag away from the shelves, then press Enter",
                )
                before = {read.epc for read in await self._collect()}
            shelves = {
                shelf: await self._shelf(shelf, before)
                for shelf in dict.fromkeys(
                    s for r in self._config.readers for s in r.antennas.values()
                )
            }
        finally:
            for reader in self._readers:
                await reader.close()
            await asyncio.gather(*listening)
        return Calibration(tag=self._tag or "", shelves=shelves)

    async def _listen(self, reader: TagReader) -> None:
        async for batch in reader.batches():
            self._reads += batch

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_S):
                while any(reader.state is not ReaderState.OK for reader in self._readers):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            for settings, reader in zip(self._config.readers, self._readers, strict=True):
                if reader.state is not ReaderState.OK:
                    said = f"{settings.id}: {reader.state.value}: {reader.detail}"
                    typer.echo(said, err=True)
            raise typer.Exit(1) from None

    async def _shelf(self, shelf: str, before: set[str]) -> dict[str, Heard]:
        reads: list[TagRead] = []
        for zh, en in SPOTS:
            reads += await self._spot(shelf, (zh, en), before)
        heard = heard_of(self._tag or "", reads, self._seconds * len(SPOTS))
        for key, value in heard.items():
            typer.echo(f"  {shelf} {key}: {value.reads_per_s}/s {value.rssi_dbm} dBm")
        best, own = loudest(heard), self._own(shelf)
        if best not in own:
            _say(
                f"注意：{shelf} 上的标签由 {best} 读得最强，而配置中是 {', '.join(own)}。"
                "请检查天线接线",
                f"Careful: {best} hears the tag on {shelf} best, the config has {', '.join(own)} "
                "there. Check the cables of the antennas",
            )
        return heard

    async def _spot(self, shelf: str, spot: tuple[str, str], before: set[str]) -> list[TagRead]:
        while True:
            await _ask(
                f"请把校准标签放在货架 {shelf} 的{spot[0]}，手离开后按回车",
                f"Lay the calibration tag on {spot[1]} of shelf {shelf}, step back, press Enter",
            )
            reads = await self._collect()
            tag = self._tag or newcomer(reads, before)
            heard = sum(read.count for read in reads if read.epc == tag)
            if tag is not None and heard >= LEAST_READS:
                self._tag = tag
                return reads
            _say(
                f"只读到 {heard} 次校准标签，请转动标签或靠近天线再试",
                f"The tag was read {heard} times only: turn it or move it closer, and try again",
            )

    async def _collect(self) -> list[TagRead]:
        self._reads.clear()
        await asyncio.sleep(self._seconds)
        return list(self._reads)

    def _own(self, shelf: str) -> list[str]:
        return [
            name((r.id, port))
            for r in self._config.readers
            for port, s in r.antennas.items()
            if s == shelf
        ]


def _say(zh: str, en: str) -> None:
    typer.echo(zh)
    typer.echo(en)


async def _ask(zh: str, en: str) -> None:
    _say(zh, en)
    if not await asyncio.to_thread(sys.stdin.readline):
        typer.echo("stdin: expected a line, found its end", err=True)
        raise typer.Exit(1)
