"""``edge-agent shelves READS.csv``: run the shelf filter over recorded reads; and calibrate."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from edge_agent.commands.calibrate import calibrate
from edge_agent.commands.check import load_or_exit
from edge_agent.shelf_setup import open_shelves
from edge_agent.shelves import ShelfReadings, Shelves
from hardware.interfaces import TagRead
from messages.events import ItemEvent

COLUMNS = ["t_s", "reader", "antenna", "epc", "rssi_dbm"]
STEP_S = 0.2
STOCK_EVERY_S = 10.0
# In a recording a return is simply an item that was put on the shelf.
EVENT_NAMES = {"picked": "picked", "placed": "placed", "returned": "placed", "moved": "moved"}


class BadReadsError(ValueError):
    """The file cannot be used at all."""


class ReadsFirst(TyperGroup):
    """A group whose plain use, with a file of reads, needs no name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``replay`` before anything that is no command of this group."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["replay", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ReadsFirst,
    no_args_is_help=True,
    help="READS.csv --config FILE --out FILE: run the shelf filter over recorded reads. "
    "calibrate --config FILE: tell the shelves apart.",
)
app.command("calibrate")(calibrate)


@app.command("replay")
def replay(
    reads: Annotated[Path, typer.Argument(metavar="READS.csv", help="Recorded tag reads.")],
    config: Annotated[
        Path, typer.Option("--config", help="Device config with readers and shelves.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Where events and stock go, a JSON line each.")
    ],
) -> None:
    """Run the shelf filter over recorded reads, faster than real time."""
    settings = load_or_exit(config)
    problems: list[str] = []
    try:
        with reads.open(newline="", encoding="utf-8") as source, out.open("w") as sink:
            filtering = open_shelves(settings, config.resolve().parent)
            events = _replay(filtering, read_rows(source, problems), sink)
    except (OSError, UnicodeDecodeError, BadReadsError) as error:
        typer.echo(f"{reads}: {error}", err=True)
        raise typer.Exit(2) from None
    for problem in problems[:10]:
        typer.echo(f"{reads}:{problem}", err=True)
    if len(problems) > 10:
        typer.echo(f"{reads}: {len(problems) - 10} more bad lines", err=True)
    for condition, count in filtering.counters.items():
        if count:
            typer.echo(f"{reads}: {condition}: {count}", err=True)
    typer.echo(f"{out}: {events} events, {len(problems)} bad lines left out")


def read_rows(source: TextIO, problems: list[str]) -> Iterator[TagRead]:
    """Give the reads of a CSV file; a bad line goes to ``problems`` as ``line: what is wrong``.

    Raises:
        BadReadsError: the header is not that of a file of reads.
    """
    rows = csv.reader(source)
    header = next(rows, None)
    if header != COLUMNS:
        raise BadReadsError(
            f"line 1: expected {','.join(COLUMNS)}, found {','.join(header or [])!r}"
        )
    for row in rows:
        try:
            t_s, reader, antenna, epc, rssi = row
            read = TagRead(
                float(t_s), reader, int(antenna), epc.upper(), float(rssi) if rssi else math.nan
            )
        except ValueError:
            problems.append(f"{rows.line_num}: expected five values of a read, found {row!r}")
            continue
        if not math.isfinite(read.t_s):
            problems.append(f"{rows.line_num}: t_s: expected seconds, found {row[0]!r}")
            continue
        yield read


def _replay(shelves: Shelves, reads: Iterator[TagRead], sink: TextIO) -> int:
    events = 0
    batch: list[TagRead] = []
    start_s = next_s = stock_s = math.nan
    for read in reads:
        if math.isnan(start_s):
            start_s = read.t_s
            next_s, stock_s = start_s + STEP_S, _next_stock(start_s)
        while read.t_s >= next_s:
            shelves.feed(batch)
            batch.clear()
            readings = shelves.advance(next_s)
            events += _write_events(readings, sink)
            if next_s >= stock_s:
                _write_stock(stock_s, readings, sink)
                stock_s = _next_stock(stock_s)
            next_s += STEP_S
        batch.append(read)
    if not math.isnan(start_s):
        shelves.feed(batch)
        readings = shelves.advance(next_s)
        events += _write_events(readings, sink)
        _write_stock(next_s, readings, sink)
    return events


def _next_stock(t_s: float) -> float:
    return (math.floor(t_s / STOCK_EVERY_S) + 1) * STOCK_EVERY_S


def _write_events(readings: ShelfReadings, sink: TextIO) -> int:
    written = 0
    for event in readings.events:
        name = EVENT_NAMES.get(event.type)
        if name is None or not isinstance(event, ItemEvent):
            continue
        line = {
            "t_s": round(readings.t_s, 3),
            "event": name,
            "epc": event.epc,
            "gtin": event.gtin,
            "shelf": event.shelf,
            "from_shelf": event.from_shelf,
            "confidence": round(event.confidence, 4),
        }
        sink.write(json.dumps(line) + "\n")
        written += 1
    return written


def _write_stock(t_s: float, readings: ShelfReadings, sink: TextIO) -> None:
    stock: dict[str, Any] = {
        shelf: {gtin: item.count for gtin, item in data.items.items()}
        for shelf, data in readings.stock.items()
    }
    sink.write(json.dumps({"t_s": round(t_s, 3), "stock": stock}) + "\n")
