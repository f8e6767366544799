"""The command line ``store-gateway``."""

from __future__ import annotations

import json
import signal
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import structlog
import typer

from configs.loading import ConfigError
from gateway.clock import wall_clock
from gateway.config import GatewayConfig, load

app = typer.Typer(
    name="store-gateway",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
log = structlog.get_logger(__name__)

ConfigFile = Annotated[Path, typer.Argument(help="Config of the gateway (YAML).")]


@app.callback()
def _root() -> None:
    """Decides what a store's staff and shoppers are told, from what the devices measure."""


@app.command()
def run(
    config: Annotated[Path, typer.Option("--config", help="Config of the gateway (YAML).")],
) -> None:
    """Run the gateway until it is told to stop."""
    from gateway.api.login import PasswordError
    from gateway.main import run as run_gateway  # `check` need not load a web server
    from gateway.state.database import DatabaseError

    settings = _load(config)
    try:
        run_gateway(settings, on_ready=lambda url: typer.echo(f"pages: {url}/overview"))
    except DatabaseError as error:
        _fail(str(error))
    except PasswordError as error:
        _fail(f"{config}: http.password_env: {settings.http.password_env}: {error}")
    except OSError as error:
        place = f"{settings.http.host}:{settings.http.port}"
        _fail(f"{config}: http: expected a free address of this machine, found {place}: {error}")


@app.command()
def password() -> None:
    """Ask for the staff's password and print its hash, for the variable of http.password_env."""
    from argon2 import PasswordHasher

    typed = typer.prompt("password", hide_input=True, confirmation_prompt=True)
    typer.echo(PasswordHasher().hash(typed))


@app.command()
def check(file: ConfigFile) -> None:
    """Say whether a config can be used, with every mistake in it."""
    settings = _load(file)
    typer.echo(
        f"{file}: ok: store {settings.store}, {len(settings.lanes)} lanes, "
        f"{len(settings.all_screens)} screens, {len(settings.shelves)} shelves"
    )
    if settings.http.open_to_all is not None:
        typer.echo(f"{file}: warning: {settings.http.open_to_all}", err=True)


@app.command()
def replay(
    messages: Annotated[Path, typer.Argument(help="Recorded messages, JSON lines.")],
    config: Annotated[Path, typer.Option("--config", help="Config of the gateway (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Where the decisions go, JSON lines.")],
) -> None:
    """Run recorded messages through state, rules and alerts, faster than real time."""
    from gateway.replay import RecordingError, Replay, read

    settings = _load(config)
    try:
        with messages.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as decisions:
            for decision in Replay(settings).run(read(lines)):
                decisions.write(json.dumps(decision, ensure_ascii=False) + "\n")
    except RecordingError as error:
        _fail(f"{messages}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{messages}: expected a readable recording and a writable result: {error}")
    typer.echo(json.dumps(decision["summary"]))


@app.command()
def record(
    config: Annotated[Path, typer.Option("--config", help="Config of the gateway (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Where the messages go, JSON lines.")],
) -> None:
    """Record what devices say until told to stop, for `replay` and for reports of errors."""
    from gateway.ingest.recording import record as record_messages

    settings, ended = _load(config), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with out.open("a", encoding="utf-8") as lines:
        count = record_messages(settings, lines.write, ended)
    typer.echo(f"{out}: {count} messages")


@app.command()
def report(
    config: Annotated[Path, typer.Option("--config", help="Config of the gateway (YAML).")],
    week: Annotated[str | None, typer.Option(help="ISO week, such as 2026-W05.")] = None,
    month: Annotated[str | None, typer.Option(help="Month, such as 2026-01.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path(),
) -> None:
    """Write what happened and whether it helped: HTML in each language of the store, and CSV.

    Without a period, the newest week that is over.
    """
    from gateway.reports import page
    from gateway.reports.making import make
    from gateway.reports.period import PeriodError, choose, last_week
    from gateway.state.database import DatabaseError, read_current

    settings = _load(config)
    zone = ZoneInfo(settings.timezone)
    try:
        period = choose(zone, week_name=week, month_name=month, first=first, last=last)
        period = period or last_week(wall_clock(), zone)
        with closing(read_current(settings.database)) as db:
            made = make(db, settings, period)
        stem = f"report-{period.name}"
        files = {f"{stem}.{one}.html": page.html(made, settings, one) for one in settings.languages}
        files |= {f"{stem}.csv": page.table(made), f"{stem}-effects.csv": page.effects_table(made)}
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
            typer.echo(str(out / name))
    except (PeriodError, DatabaseError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{out}: expected a folder that can be written: {error}")


def _load(path: Path) -> GatewayConfig:
    try:
        return load(path)
    except ConfigError as error:
        _fail(str(error))
        raise AssertionError from error  # _fail never returns


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(2)


def main() -> None:
    """Run the command line."""
    app()
