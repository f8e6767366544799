"""``edge-agent record --reader WHAT``: write what real readers read, for ``edge-agent shelves``."""

from __future__ import annotations

import asyncio
import csv
import math
import signal
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import Annotated, TextIO

import typer

from edge_agent.clock import Clock
from edge_agent.commands.check import load_or_exit
from edge_agent.commands.shelves import COLUMNS
from edge_agent.reader_options import reader_options
from hardware.interfaces import TagRead, TagReader
from hardware.rfid import ReaderOptions, open_reader

SETTLE_S = 1.0
"""Reads of several readers arrive so much out of order at most; they are written in order."""
STEP_S = 0.25


def record(
    reader: Annotated[
        str,
        typer.Option(
            "--reader",
            metavar="WHAT",
            help="An address (llrp://host), a device config (all its readers), "
            "or the id of a reader in --config.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="READS.csv", help="Where the reads go.")],
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Device config.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0.0, help="Stop after so many seconds.")
    ] = None,
) -> None:
    """Record tag reads until Ctrl-C; the time starts with 0."""
    chosen = chosen_readers(reader, config)
    try:
        with out.open("w", newline="", encoding="utf-8") as sink:
            written = asyncio.run(Recording(chosen, sink).run(seconds))
    except OSError as error:
        typer.echo(f"{out}: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{out}: {written} reads")
    if not written:
        raise typer.Exit(1)


def chosen_readers(reader: str, config: Path | None) -> list[ReaderOptions]:
    """Give the readers that are meant; with a mistake say it and exit with 2."""
    if "://" in reader:
        try:
            return [ReaderOptions("reader-1", reader)]
        except ValueError as error:
            typer.echo(f"--reader: {error}", err=True)
            raise typer.Exit(2) from None
    file = config or Path(reader)
    settings = load_or_exit(file).readers
    folder = file.resolve().parent
    chosen = [reader_options(one, folder) for one in settings if config is None or one.id == reader]
    if not chosen:
        known = ", ".join(one.id for one in settings) or "none"
        typer.echo(f"{file}: readers: expected one of {known}, found {reader!r}", err=True)
        raise typer.Exit(2)
    return chosen


class Recording:
    """Reads of some readers on their way into a CSV file."""

    def __init__(self, readers: list[ReaderOptions], sink: TextIO) -> None:
        self._clock = Clock()
        self._readers = [open_reader(options, clock=self._clock.now_s) for options in readers]
        self._names = [options.id for options in readers]
        self._rows = csv.writer(sink, lineterminator="\n")
        self._waiting: list[TagRead] = []
        self._said: dict[str, str] = {}
        self._written = 0

    async def run(self, seconds: float | None) -> int:
        """Record until the time is over or a signal comes; give the number of reads."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._rows.writerow(COLUMNS)
        self._start_s = self._clock.now_s()
        listening = [asyncio.create_task(self._listen(reader)) for reader in self._readers]
        ends_s = math.inf if seconds is None else self._start_s + seconds
        while not stop.is_set() and (left_s := ends_s - self._clock.now_s()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), min(STEP_S, left_s))
            self._say_states()
            self._write_until(self._clock.now_s() - SETTLE_S)
        for reader in self._readers:
            await reader.close()
        await asyncio.gather(*listening)
        self._write_until(math.inf)
        return self._written

    async def _listen(self, reader: TagReader) -> None:
        async for batch in reader.batches():
            self._waiting += batch

    def _write_until(self, t_s: float) -> None:
        ready = [read for read in self._waiting if read.t_s <= t_s]
        self._waiting = [read for read in self._waiting if read.t_s > t_s]
        for read in sorted(ready, key=attrgetter("t_s")):
            rssi = "" if math.isnan(read.rssi_dbm) else f"{read.rssi_dbm:g}"
            since_s = max(0.0, read.t_s - self._start_s)
            row = (f"{since_s:.3f}", read.reader, read.antenna, read.epc, rssi)
            # The file has a line for each sighting.
            self._rows.writerows([row] * read.count)
            self._written += read.count

    def _say_states(self) -> None:
        for name, reader in zip(self._names, self._readers, strict=True):
            said = f"{name}: {reader.state.value}: {reader.detail}"
            if self._said.get(name) != said:
                self._said[name] = said
                typer.echo(said, err=True)
